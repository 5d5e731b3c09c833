#include "altyn/attribution/partner_line.h"

#include <gtest/gtest.h>

#include <cmath>

#include "attribution/flagship.h"

namespace altyn::attribution {
namespace {

const std::set<std::string> kMembers = {"KAZ", "BLR", "ARM", "KGZ"};

LineResult flagship_line(std::uint64_t seed = 20171006) {
  ClaimCase claim_case = flagship::case_of(flagship::claim());
  claim_case.seed = seed;
  return partner_line(claim_case, &flagship::russia(), "KAZ", Measure::kTurnover, kMembers)
      .line_result;
}

TEST(PartnerLine, FlagshipRankAndCommonGrowth) {
  const LineResult result = flagship_line();
  ASSERT_TRUE(result.line.available);
  const ResultTable& table = result.tables.at(0);
  EXPECT_EQ(table.rows.size(), 29U);
  double base = 0.0;
  double value = 0.0;
  for (const auto& row : table.rows) {
    const std::string& code = std::get<std::string>(row[0]);
    const std::string& group = std::get<std::string>(row[2]);
    const double growth = std::get<double>(row[3]);
    if (code == "KAZ") {
      EXPECT_EQ(std::get<double>(row[6]), 6.0);  // rank 6 of 29
      EXPECT_EQ(group, "claimed");
    }
    if (code == "BLR") {
      EXPECT_NEAR(growth, 0.229, 0.0005);  // printed to a tenth of a percent
      EXPECT_EQ(group, "member");
    }
    if (group == "other") {
      base += std::get<double>(row[5]);
      value += std::get<double>(row[5]) * (1.0 + growth);
    }
  }
  EXPECT_NEAR(value / base - 1.0, 0.272, 0.0005);
  EXPECT_NE(result.line.finding.find("6th of 29"), std::string::npos) << result.line.finding;
  EXPECT_NE(result.line.finding.find("27.2% together"), std::string::npos);
  EXPECT_NE(result.line.finding.find("25.2% at the median"), std::string::npos);
  EXPECT_NE(result.line.finding.find("p = 0.21"), std::string::npos);  // (1 + 5) / (27 + 1)
}

TEST(PartnerLine, FlagshipShareIsAboutAQuarterAndWide) {
  const LineOfEvidence line = flagship_line().line;
  ASSERT_TRUE(line.share.has_value());
  // 1 - ln(1.272)/gamma = .26, 1 - mean/gamma = .245, 1 - ln(1.252)/gamma = .31; the middle of the
  // draws also carries the skew of single partners' deviations.
  EXPECT_NEAR(line.share->mid, 0.28, 0.06);
  EXPECT_LT(line.share->low, 0.0);
  EXPECT_GT(line.share->high, 0.45);
  EXPECT_LT(*line.probability_at_threshold, 0.33);
}

TEST(PartnerLine, DrawsDependOnSeedAndNumberAlone) {
  const LineOfEvidence all = flagship_line().line;
  ClaimCase fewer = flagship::case_of(flagship::claim(), 500);
  const LineOfEvidence first =
      partner_line(fewer, &flagship::russia(), "KAZ", Measure::kTurnover, kMembers)
          .line_result.line;
  ASSERT_EQ(first.share_draws.size(), 500U);
  EXPECT_TRUE(
      std::equal(first.share_draws.begin(), first.share_draws.end(), all.share_draws.begin()));
  EXPECT_NE(flagship_line(7).line.share_draws, all.share_draws);
}

TEST(PartnerLine, DoesNotDependOnTheOrderOfPartners) {
  PartnerPanel reversed = flagship::russia();
  std::reverse(reversed.partners.begin(), reversed.partners.end());
  const ClaimCase claim_case = flagship::case_of(flagship::claim());
  EXPECT_EQ(partner_line(claim_case, &reversed, "KAZ", Measure::kTurnover, kMembers)
                .line_result.line.share_draws,
            flagship_line().line.share_draws);
}

TEST(PartnerLine, IdenticalGrowthEverywhereLeavesNothingToThePair) {
  PartnerPanel panel = flagship::russia();
  for (PairSeries& series : panel.partners) {
    std::fill(series.exports_musd.begin(), series.exports_musd.end(), 1.0);
    std::fill(series.exports_musd.begin() + 132, series.exports_musd.end(), 1.3);  // from 2017-01
    series.imports_musd = series.exports_musd;
  }
  ClaimCase claim_case = flagship::case_of(flagship::claim(), 200);
  claim_case.growth = {1.0, 1.3};
  const LineOfEvidence line =
      partner_line(claim_case, &panel, "KAZ", Measure::kTurnover, kMembers).line_result.line;
  EXPECT_NEAR(line.share->low, 0.0, 1e-12);  // rounding only
  EXPECT_NEAR(line.share->high, 0.0, 1e-12);
}

TEST(PartnerLine, TooFewPartnersLeaveItOutWithTheReason) {
  PartnerPanel panel = flagship::russia();
  panel.partners.resize(4);
  const LineOfEvidence line = partner_line(flagship::case_of(flagship::claim()), &panel, "KAZ",
                                           Measure::kTurnover, kMembers)
                                  .line_result.line;
  EXPECT_FALSE(line.available);
  EXPECT_NE(line.missing.find("five are needed"), std::string::npos) << line.missing;
  EXPECT_FALSE(line.share.has_value());
}

}  // namespace
}  // namespace altyn::attribution
