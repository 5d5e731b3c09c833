#include "altyn/attribution/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/attribution/claim_review.h"
#include "altyn/attribution/report_text.h"
#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "attribution/flagship.h"

namespace altyn::attribution {
namespace {

CheckOptions without_calibration() {
  CheckOptions options;
  options.calibrate = false;
  return options;
}

CheckResult run(const Claim& claim, int n_threads = 2,
                const CheckOptions& options = without_calibration()) {
  Context context(n_threads);
  return check(flagship::inputs(claim), options, context);
}

const CheckResult& flagship_result() {
  static const CheckResult result = run(flagship::claim(), 2, {});
  return result;
}

const LineOfEvidence& line(const CheckResult& result, const std::string& id) {
  for (const LineOfEvidence& one : result.lines) {
    if (one.id == id) return one;
  }
  throw std::runtime_error("no line " + id);
}

Claim claim_on(const std::string& partner, const std::string& window, double figure,
               const std::string& agreement = "EAEU") {
  Claim claim = flagship::claim();
  claim.partner = partner;
  claim.window = window;
  claim.versus = "";
  claim.figure = figure;
  claim.hedge = Hedge::kExactly;
  claim.agreement = agreement;
  return claim;
}

std::string error_code(const CheckInputs& inputs, const CheckOptions& options = {}) {
  Context context(1);
  try {
    (void)check(inputs, options, context);
  } catch (const InputError& error) {
    return error.detail().code;
  }
  return "no error";
}

TEST(Check, FlagshipVerdictFollowsFromTheRules) {
  const CheckResult& result = flagship_result();
  EXPECT_EQ(result.verdict.number.key, NumberKey::kRightForThisWindowOnly);
  // Every main line's chance is below a third; the other partners' is not below a twentieth, so the
  // claim is not contradicted either.
  for (const char* id : {"L1", "L3", "L4", "L5", "L6"}) {
    ASSERT_TRUE(line(result, id).available) << id << ": " << line(result, id).missing;
    EXPECT_LT(*line(result, id).probability_at_threshold, 0.33) << id;
  }
  EXPECT_GT(*line(result, "L1").probability_at_threshold, 0.05);
  EXPECT_EQ(result.verdict.cause.key, CauseKey::kNotSupported);
  EXPECT_EQ(result.verdict.speaks_against,
            (std::vector<std::string>{"L1", "L3", "L4", "L5", "L6"}));
  EXPECT_TRUE(result.verdict.speaks_for.empty());
}

TEST(Check, FlagshipHasEveryLineAndTable) {
  const CheckResult& result = flagship_result();
  for (const char* id : {"L1", "L2", "L4", "L5", "L6", "L7", "L8"}) {
    EXPECT_TRUE(line(result, id).available) << id << ": " << line(result, id).missing;
    EXPECT_FALSE(line(result, id).finding.empty()) << id;
    EXPECT_FALSE(line(result, id).limits.empty()) << id;
    for (const std::string& table : line(result, id).tables) {
      EXPECT_NE(result.find_table(table), nullptr) << table;
    }
  }
  for (const char* id :
       {"range_bars", "number", "windows", "base_effect", "series", "placebo", "prices",
        "structural", "waterfall", "agreement_estimates", "agreement_path", "phase_in",
        "counterfactual", "counterfactual_members", "literature", "history", "key_results"}) {
    ASSERT_NE(result.find_table(id), nullptr) << id;
    EXPECT_FALSE(result.find_table(id)->rows.empty()) << id;
  }
}

TEST(Check, FlagshipCertificatesHold) {
  for (const LineOfEvidence& one : flagship_result().lines) {
    for (const Certificate& certificate : one.certificates) {
      EXPECT_TRUE(certificate.holds()) << certificate.summary();
    }
  }
  EXPECT_GE(line(flagship_result(), "L4").certificates.size(), 2U);
  EXPECT_GE(line(flagship_result(), "L5").certificates.size(), 5U);
  EXPECT_EQ(line(flagship_result(), "L6").certificates.size(), 2U);
}

TEST(Check, AConstantEffectExplainsNothingInsideTheWindow) {
  const ResultTable* table = flagship_result().find_table("phase_in");
  ASSERT_NE(table, nullptr);
  ASSERT_EQ(std::get<std::string>(table->rows[0][0]), "at once");
  EXPECT_EQ(std::get<double>(table->rows[0][1]), 0.0);
  EXPECT_EQ(std::get<double>(table->rows[0][3]), 0.0);
  EXPECT_NE(line(flagship_result(), "L5").finding.find("explains none of the growth"),
            std::string::npos);
}

TEST(Check, StepsOfTheWaterfallAddUp) {
  const ResultTable* table = flagship_result().find_table("waterfall");
  double sum = 0.0;
  double money = 0.0;
  for (const auto& row : table->rows) {
    const std::string& kind = std::get<std::string>(row[2]);
    if (kind == "start" || kind == "end") continue;
    sum += std::get<double>(row[3]);
    money += std::get<double>(row[6]);
  }
  // Rounding only: the steps are defined to add up.
  EXPECT_NEAR(sum, flagship_result().growth.log_growth(), 1e-12);
  EXPECT_NEAR(money, flagship_result().growth.value_musd - flagship_result().growth.base_musd,
              1e-8);
  EXPECT_EQ(std::get<std::string>(table->rows[table->rows.size() - 2][2]), "unexplained");
}

TEST(Check, EarlierQuoteOfTheSameFigureIsFound) {
  const LineOfEvidence& history = line(flagship_result(), "L8");
  EXPECT_NE(history.finding.find("2007-06-22"), std::string::npos) << history.finding;
  EXPECT_NE(history.finding.find("+41.7%"), std::string::npos);  // January-May 2007, same table
  EXPECT_NE(history.finding.find("before any step"), std::string::npos);
}

TEST(Check, SameResultForAnyNumberOfThreads) {
  EXPECT_EQ(to_json(run(flagship::claim(), 1, {})), to_json(flagship_result()));
}

TEST(Check, ThresholdWordsMoveTheVerdict) {
  Claim claim = flagship::claim();
  claim.strength = "";
  claim.threshold = 0.01;
  CheckOptions options;
  options.supported_above = 0.0;
  options.not_supported_below = 0.0;
  options.contradicted_below = 0.0;
  EXPECT_EQ(run(claim, 2, options).verdict.cause.key, CauseKey::kSupported);
}

TEST(Check, AnotherMemberWorks) {
  const CheckResult result = run(claim_on("BLR", "2017-01..2017-12", 0.235));
  EXPECT_EQ(result.reporter_name, "Russia");
  EXPECT_EQ(result.partner_name, "Belarus");
  for (const char* id : {"L1", "L2", "L4", "L5", "L6"}) {
    EXPECT_TRUE(line(result, id).available) << id << ": " << line(result, id).missing;
  }
}

TEST(Check, APairTheAgreementDoesNotBindSaysSo) {
  const CheckResult result = run(claim_on("CHN", "2017-01..2017-07", 0.2496));
  EXPECT_FALSE(line(result, "L5").available);
  EXPECT_NE(line(result, "L5").missing.find("does not bind Russia and China"), std::string::npos);
  ASSERT_TRUE(line(result, "L6").available);
  // Third countries feel the union only through prices: next to nothing of China's growth.
  EXPECT_LT(std::abs(line(result, "L6").share->mid), 0.05);
  EXPECT_EQ(result.find_table("agreement_path"), nullptr);
}

TEST(Check, AnotherUnionOrNoneWorks) {
  const CheckResult eu = run(claim_on("DEU", "2017-02..2017-07", 0.20, "EU"));
  EXPECT_TRUE(line(eu, "L1").available);
  const CheckResult none = run(claim_on("DEU", "2017-02..2017-07", 0.20, ""));
  EXPECT_EQ(none.verdict.cause.key, CauseKey::kNotTestable);
  EXPECT_EQ(none.verdict.number.key, NumberKey::kRightForThisWindowOnly);
  EXPECT_FALSE(line(none, "L5").available);
  EXPECT_NE(line(none, "L5").missing.find("names no agreement"), std::string::npos);
}

TEST(Check, TheOtherCountryMayReport) {
  Claim claim = flagship::claim();
  std::swap(claim.reporter, claim.partner);
  claim.measure = Measure::kExports;  // Kazakhstan's exports are Russia's imports
  claim.figure = 0.414;
  claim.hedge = Hedge::kExactly;
  const CheckResult result = run(claim);
  EXPECT_NEAR(result.growth.growth(), 0.414, 0.0005);
  EXPECT_TRUE(line(result, "L1").available);
}

TEST(Check, CalendarYearsOfAPairWithoutMonthlyTable) {
  Claim claim = claim_on("BLR", "2017-01..2017-12", 0.5);
  claim.reporter = "KAZ";
  const CheckResult result = run(claim);
  EXPECT_FALSE(line(result, "L1").available);
  EXPECT_NE(line(result, "L1").missing.find("no monthly table"), std::string::npos);
  EXPECT_TRUE(line(result, "L4").available);
  EXPECT_GT(result.growth.base_musd, 0.0);
  // The same pair over part of a year is covered by no table.
  claim.window = "2017-02..2017-07";
  EXPECT_EQ(error_code(flagship::inputs(claim)), "pair-not-covered");
}

TEST(Check, WindowOutsideTheYearlyTableLeavesItsLinesOut) {
  const CheckResult result = run(claim_on("KAZ", "2019-02..2019-07", 0.1));
  for (const char* id : {"L4", "L6"}) {
    EXPECT_FALSE(line(result, id).available) << id;
    EXPECT_NE(line(result, id).missing.find("2018"), std::string::npos) << line(result, id).missing;
  }
  EXPECT_TRUE(line(result, "L1").available);
}

TEST(Check, CalibrationJudgesPartnersWithoutAgreementsByTheSameRules) {
  const CheckResult& result = flagship_result();
  const ResultTable* counts = result.find_table("calibration");
  const ResultTable* cases = result.find_table("calibration_cases");
  ASSERT_NE(counts, nullptr);
  ASSERT_NE(cases, nullptr);
  double all = 0.0;
  double pair = 0.0;
  for (const auto& row : counts->rows) {
    all += std::get<double>(row[1]);
    pair += std::get<double>(row[3]);
  }
  EXPECT_EQ(all, static_cast<double>(cases->rows.size()));
  EXPECT_EQ(pair, all);
  EXPECT_GT(all, 100.0);
  for (const auto& row : cases->rows) {
    const auto& partner = std::get<std::string>(row[0]);
    // Members, and those with a free-trade agreement in force.
    EXPECT_TRUE(partner != "KAZ" && partner != "BLR" && partner != "UZB" && partner != "VNM")
        << partner;
    // All lines together are supported only where the lines that see the pair alone are.
    if (std::get<std::string>(row[11]) == "Supported") {
      EXPECT_EQ(std::get<std::string>(row[10]), "Supported");
    }
    // General equilibrium is solved for every case whose pair and years the yearly table has.
    const int last = std::stoi(std::get<std::string>(row[3]).substr(0, 4));
    if (last > 2017 || !flagship::world().find(partner)) continue;
    ASSERT_TRUE(std::holds_alternative<double>(row[9])) << partner;
    const double chance = std::get<double>(row[9]);
    EXPECT_GE(chance, 0.0);
    EXPECT_LE(chance, 1.0);
    // What the estimated effect books, dampened by prices: 100 draws have a standard deviation of
    // .05, and the worlds of two years differ in more than the effect.
    EXPECT_NEAR(chance, std::get<double>(row[8]), 0.25) << partner;
  }
  EXPECT_EQ(result.verdict.summary.back().rfind("Calibration:", 0), 0U);
}

TEST(Check, CalibrationOfAPairOutsideTheAgreementUsesTheLinesThatItHas) {
  CheckOptions options;
  options.n_draws = 400;
  const CheckResult result = run(claim_on("CHN", "2017-02..2017-07", 0.34), 2, options);
  const ResultTable* cases = result.find_table("calibration_cases");
  ASSERT_NE(cases, nullptr);
  EXPECT_GT(cases->rows.size(), 100U);
  for (const auto& row : cases->rows) {
    EXPECT_NE(std::get<std::string>(row[0]), "CHN");
    EXPECT_TRUE(std::holds_alternative<std::monostate>(row[6]));  // L3: no start
    EXPECT_TRUE(std::holds_alternative<std::monostate>(row[8]));  // L5: no effect of its own
  }
}

TEST(Check, AClaimWithoutWordsIsPutIntoWords) {
  Claim claim = claim_on("CHN", "2017-02..2017-07", 0.34);
  claim.in_our_words = "";
  claim.hedge = Hedge::kAbout;
  EXPECT_EQ(run(claim).claim.in_our_words,
            "Russia-China turnover rose by about 34% in February-July 2017 on February-July 2016, "
            "because of the Eurasian Economic Union.");
}

TEST(Check, TurningPointsNameAnotherVerdict) {
  const auto& points = flagship_result().verdict.would_change;
  EXPECT_TRUE(std::any_of(points.begin(), points.end(), [](const std::string& point) {
    return point.find("in place of 50%, the verdict would be") != std::string::npos;
  }));
  CheckOptions options = without_calibration();
  options.strength_thresholds = {0.9, 0.2, 0.5, 0.1};  // "to a large extent"
  EXPECT_EQ(run(flagship::claim(), 2, options).verdict.cause.key, CauseKey::kPossibleNotShown);
}

TEST(Check, MissingTablesLeaveTheirLinesOut) {
  CheckInputs inputs = flagship::inputs(flagship::claim());
  inputs.world.reset();
  inputs.drivers.clear();
  inputs.literature.clear();
  inputs.statements.clear();
  Context context(2);
  const CheckResult result = check(inputs, without_calibration(), context);
  for (const char* id : {"L2", "L4", "L5", "L6", "L7", "L8"}) {
    EXPECT_FALSE(line(result, id).available) << id;
    EXPECT_FALSE(line(result, id).missing.empty()) << id;
  }
  EXPECT_EQ(result.verdict.cause.key, CauseKey::kNotSupported);  // by L1 and L3
  // One main line is not enough to judge a cause: without a start there is no synthetic control.
  inputs.claim.partner = "CHN";
  EXPECT_EQ(check(inputs, without_calibration(), context).verdict.cause.key,
            CauseKey::kNotTestable);
  CheckInputs no_gdp = flagship::inputs(flagship::claim());
  no_gdp.gdp.reset();
  const CheckResult without = check(no_gdp, without_calibration(), context);
  EXPECT_FALSE(line(without, "L6").available);
  EXPECT_NE(line(without, "L6").missing.find("GDP"), std::string::npos);
}

TEST(Check, FallingTradeHasNoGrowthToExplain) {
  const CheckResult result = run(claim_on("KAZ", "2015-02..2015-07", 0.2));
  EXPECT_LT(result.growth.growth(), 0.0);
  EXPECT_EQ(result.verdict.number.key, NumberKey::kWrong);
  EXPECT_EQ(result.verdict.cause.key, CauseKey::kNotTestable);
  for (const LineOfEvidence& one : result.lines) EXPECT_FALSE(one.share.has_value()) << one.id;
}

TEST(Check, BadInputsAreNamed) {
  const auto with = [](auto change) {
    CheckInputs inputs = flagship::inputs(flagship::claim());
    change(inputs);
    return error_code(inputs);
  };
  EXPECT_EQ(with([](CheckInputs& i) { i.claim.partner = "KZK"; }), "unknown-economy");
  EXPECT_EQ(with([](CheckInputs& i) { i.claim.agreement = "EAEC"; }), "unknown-agreement");
  EXPECT_EQ(with([](CheckInputs& i) { i.claim.strength = "somewhat"; }), "unknown-strength");
  EXPECT_EQ(with([](CheckInputs& i) {
              i.claim.window = "2010-07..2010-12";
              i.claim.versus = "";
            }),
            "blank-month");
  EXPECT_EQ(with([](CheckInputs& i) {
              i.claim.window = "2023-07..2023-12";
              i.claim.versus = "";
            }),
            "window-outside-data");
  EXPECT_EQ(with([](CheckInputs& i) { i.claim.partner = "FJI"; }), "pair-not-covered");
}

TEST(ResultJson, HasTheDocumentedFormAndNoNaN) {
  const nlohmann::json json = to_json(flagship_result());
  for (const char* key : {"schema", "title", "claim", "verdict", "growth", "lines", "synthesis",
                          "tables", "ledgers", "findings", "sources", "methods", "run"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json["schema"], "altyn.check/1");
  EXPECT_EQ(json["verdict"]["number"]["key"], "right_for_this_window_only");
  EXPECT_EQ(json["claim"]["hedge"], "nearly");
  EXPECT_NEAR(json["growth"]["growth"].get<double>(), 0.3837, 0.00005);  // as documented
  // A range without a middle is null, never a number of its own.
  for (const auto& one : json["lines"]) {
    if (one["id"] == "L7") {
      EXPECT_TRUE(one["share"]["mid"].is_null());
    }
  }
  EXPECT_EQ(nlohmann::json::parse(json.dump()), json);
}

TEST(ReportText, ShowsBothDialsAndTheZoneWithinItsWidth) {
  const std::string text = report_text(flagship_result(), {.width = 80, .colour = false});
  EXPECT_NE(text.find("RIGHT, FOR THIS WINDOW ONLY"), std::string::npos);
  EXPECT_NE(text.find("NOT SUPPORTED"), std::string::npos);
  EXPECT_NE(text.find("░"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(report_text(flagship_result(), {.width = 80, .colour = true}).find('\x1b'),
            std::string::npos);
}

TEST(ReportText, MarkdownCarriesSummaryAndTables) {
  const std::string page = report_markdown(flagship_result());
  EXPECT_NE(page.find("# Did the EAEU raise"), std::string::npos) << page.substr(0, 200);
  EXPECT_NE(page.find("| Kazakhstan |"), std::string::npos);
  EXPECT_EQ(page.find("| nan"), std::string::npos);
}

TEST(ClaimReviewJson, NamesClaimSpeakerAndRating) {
  const nlohmann::json review = claim_review(flagship_result());
  EXPECT_EQ(review["@type"], "ClaimReview");
  EXPECT_EQ(review["itemReviewed"]["author"]["name"], "Sergey Lavrov");
  EXPECT_EQ(review["itemReviewed"]["datePublished"], "2017-10-06");
  EXPECT_NE(review["reviewRating"]["alternateName"].get<std::string>().find("Not supported"),
            std::string::npos);
  EXPECT_FALSE(review["reviewRating"].contains("ratingValue"));
}

}  // namespace
}  // namespace altyn::attribution
