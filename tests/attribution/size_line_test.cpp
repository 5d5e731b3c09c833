#include "altyn/attribution/size_line.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/rng.h"
#include "attribution/flagship.h"

namespace altyn::attribution {
namespace {

struct Flagship {
  const WorldTrade& world = flagship::world();
  Index rus = *world.find("RUS");
  Index kaz = *world.find("KAZ");
  Index year0 = *world.find_year(2016);
  Index year1 = *world.find_year(2017);
  Context context{2};
  SizeGrowth fit(Side side) { return fit_sizes(world, side, year0, year1, {rus, kaz}, context); }
  double observed(Side side, Index exporter, Index importer) {
    return std::log(world.recorded(side, exporter, importer, year1) /
                    world.recorded(side, exporter, importer, year0));
  }
};

// Design figures are printed to four decimals of a log change.
constexpr double kPrinted = 0.00005;

TEST(SizeLine, FlagshipPredictionsFromImportersRecords) {
  Flagship f;
  const SizeGrowth growth = f.fit(Side::kImporter);
  ASSERT_TRUE(growth.certificate.holds()) << growth.certificate.summary();
  EXPECT_EQ(growth.n_obs, 11568);
  EXPECT_NEAR(growth.predicted(f.rus, f.kaz), 0.2096, kPrinted);
  EXPECT_NEAR(f.observed(Side::kImporter, f.rus, f.kaz), 0.2509, kPrinted);
  EXPECT_NEAR(growth.predicted(f.kaz, f.rus), 0.4393, kPrinted);
  EXPECT_NEAR(f.observed(Side::kImporter, f.kaz, f.rus), 0.3168, kPrinted);
}

TEST(SizeLine, FlagshipPredictionsFromExportersRecords) {
  Flagship f;
  const SizeGrowth growth = f.fit(Side::kExporter);
  ASSERT_TRUE(growth.certificate.holds()) << growth.certificate.summary();
  EXPECT_EQ(growth.n_obs, 11332);
  EXPECT_NEAR(growth.predicted(f.rus, f.kaz), 0.3434, kPrinted);
  EXPECT_NEAR(f.observed(Side::kExporter, f.rus, f.kaz), 0.2551, kPrinted);
  EXPECT_NEAR(growth.predicted(f.kaz, f.rus), 0.3505, kPrinted);
  EXPECT_NEAR(f.observed(Side::kExporter, f.kaz, f.rus), 0.2791, kPrinted);
}

TEST(SizeLine, LedgerAccountsForEveryFlow) {
  Flagship f;
  const SizeGrowth growth = f.fit(Side::kImporter);
  EXPECT_EQ(growth.ledger.rows_used(), growth.n_obs);
  EXPECT_EQ(growth.ledger.dropped().at(0).rows, 4);  // the claimed pair, two ways, two years
}

TEST(SizeLine, PartsAreMeasuredFromTheWorldMean) {
  Flagship f;
  const SizeGrowth growth = f.fit(Side::kImporter);
  // World goods trade grew by about a tenth from 2016 to 2017.
  EXPECT_NEAR(growth.world_log_change, 0.1, 0.03);
}

/// The two-year model without pair effects: given a pair's total, its share in the second year is
/// logistic in exporter's plus importer's change. Solved by one-variable Newton steps.
TEST(SizeLine, AgreesWithTheConditionalModel) {
  RandomStream random(11, 1, 1);
  const int n = 7;
  const char* codes[] = {"ARM", "AUT", "BLR", "CHN", "KAZ", "KGZ", "RUS"};
  data::Table table("test");
  std::vector<std::string> exporters, importers;
  data::NumberColumn years, trade;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      if (i == j) continue;
      for (int t = 0; t < 2; ++t) {
        exporters.push_back(codes[i]);
        importers.push_back(codes[j]);
        years.push_back(2016 + t);
        trade.push_back(std::exp(3.0 * random.normal()));
      }
    }
  }
  const data::NumberColumn copy = trade;
  table.add("exporter", exporters);
  table.add("importer", importers);
  table.add("year", years);
  table.add("importer_reported_musd", trade);
  table.add("exporter_reported_musd", copy);
  const WorldTrade world(table);
  Context context(1);
  const SizeGrowth growth = fit_sizes(world, Side::kImporter, 0, 1, {0, 1}, context);
  ASSERT_TRUE(growth.certificate.holds());

  std::vector<double> a(n, 0.0), b(n, 0.0);
  for (int sweep = 0; sweep < 2000; ++sweep) {
    for (int side = 0; side < 2; ++side) {
      for (int k = 0; k < n; ++k) {
        double score = 0.0;
        double slope = 0.0;
        for (int other = 0; other < n; ++other) {
          const int i = side == 0 ? k : other;
          const int j = side == 0 ? other : k;
          if (i == j || (i + j == 1)) continue;  // itself, and the pair left out
          const double y0 = world.recorded(Side::kImporter, i, j, 0);
          const double y1 = world.recorded(Side::kImporter, i, j, 1);
          const double p =
              1.0 /
              (1.0 + std::exp(-a[static_cast<std::size_t>(i)] - b[static_cast<std::size_t>(j)]));
          score += y1 - (y0 + y1) * p;
          slope += (y0 + y1) * p * (1.0 - p);
        }
        (side == 0 ? a : b)[static_cast<std::size_t>(k)] += score / slope;
      }
    }
  }
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      // The twin iterates to about 1e-10; the fit's scores are within 1e-9 of the total.
      if (i != j) {
        EXPECT_NEAR(growth.predicted(i, j),
                    a[static_cast<std::size_t>(i)] + b[static_cast<std::size_t>(j)], 1e-6);
      }
    }
  }
}

TEST(SizeLine, FlagshipShareIsNilOrNegative) {
  Flagship f;
  const BoundPairs bound(flagship::agreements(), "EAEU", f.world);
  const ClaimCase claim_case = flagship::case_of(flagship::claim());
  const SizeResult result = size_line(claim_case, &f.world, bound, f.context);
  const LineOfEvidence& line = result.line_result.line;
  ASSERT_TRUE(line.available) << line.missing;
  ASSERT_EQ(result.predictions.size(), 2U);
  // A separate fit of turnover: -.0413 and -.3221 of the log growth.
  const auto share = [&](std::size_t side) {
    const SizePrediction& one = result.predictions[side];
    return 1.0 - one.predicted_log_change / one.observed_log_change;
  };
  EXPECT_NEAR(share(0), -0.0413, kPrinted);
  EXPECT_NEAR(share(1), -0.3221, kPrinted);
  EXPECT_LT(line.share->mid, 0.05);
  EXPECT_LT(*line.probability_at_threshold, 0.1);
  EXPECT_TRUE(line.checks.at(0).passed);  // both sides say negative
  EXPECT_EQ(result.line_result.tables.at(0).rows.size(), 4U);
}

TEST(SizeLine, MissingYearOrCountryLeavesItOutByName) {
  Flagship f;
  const BoundPairs bound(flagship::agreements(), "", f.world);
  Claim claim = flagship::claim();
  claim.window = "2014-02..2014-07";
  claim.versus = "";
  const LineOfEvidence line =
      size_line(flagship::case_of(claim), &f.world, bound, f.context).line_result.line;
  EXPECT_FALSE(line.available);
  EXPECT_NE(line.missing.find("no year 2013"), std::string::npos) << line.missing;
}

}  // namespace
}  // namespace altyn::attribution
