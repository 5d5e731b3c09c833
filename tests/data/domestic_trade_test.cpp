#include "altyn/data/domestic_trade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "altyn/data/read_table.h"
#include "data/error_of.h"
#include "data/facts.h"
#include "data/temp_folder.h"
#include "places.h"

namespace altyn::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Table amounts(const std::string& name, const std::vector<std::string>& economies,
              const NumberColumn& years, const NumberColumn& values) {
  Table table("amounts.csv");
  table.add("economy", economies);
  table.add("year", years);
  table.add(name, values);
  return table;
}

TEST(DomesticTrade, TakesTheBestSourceThereIs) {
  const Table observed = amounts("domestic_musd", {"KAZ"}, {2016}, {70});
  const Table output = amounts("output_musd", {"KAZ", "RUS"}, {2016, 2016}, {100, 300});
  const Table gdp = amounts("gdp_usd", {"KAZ", "RUS", "BLR"}, {2016, 2016, 2016}, {1e8, 4e8, 2e8});
  Table named = observed;
  named.rename("domestic_musd", "trade_musd");
  const DomesticSources sources = {&named, &output, &gdp};
  const DomesticTrade seen = domestic_trade("KAZ", 2016, 40, sources);
  EXPECT_EQ(seen.value_musd, 70);
  EXPECT_EQ(seen.flag, "observed");
  EXPECT_FALSE(seen.imputed());
  const DomesticTrade rest = domestic_trade("RUS", 2016, 40, sources);
  EXPECT_EQ(rest.value_musd, 260);
  EXPECT_EQ(rest.flag, "output_minus_exports");
  const DomesticTrade share = domestic_trade("BLR", 2016, 40, sources);
  EXPECT_EQ(share.flag, "gdp_share");
  EXPECT_DOUBLE_EQ(share.value_musd, 0.35 * 200);
  EXPECT_DOUBLE_EQ(share.low_musd, 0.18 * 200);
  EXPECT_DOUBLE_EQ(share.high_musd, 0.67 * 200);
  EXPECT_THAT(share.note, HasSubstr("35% of GDP of 2016"));
}

TEST(DomesticTrade, ByTheRatioRuleIsOutputLessExports) {
  const Table gdp = amounts("gdp_usd", {"RUS"}, {2016}, {1e9});
  const DomesticTrade found =
      domestic_trade("RUS", 2016, 200, {nullptr, nullptr, &gdp}, {.rule = DomesticRule::kGdpRatio});
  EXPECT_EQ(found.flag, "gdp_ratio");
  EXPECT_DOUBLE_EQ(found.value_musd, 630 - 200);
  EXPECT_DOUBLE_EQ(found.low_musd, 390 - 200);
  EXPECT_DOUBLE_EQ(found.high_musd, 1050 - 200);
}

TEST(DomesticTrade, ExportsAboveOutputAreAnErrorWithThreeRemedies) {
  const Table output = amounts("output_musd", {"SGP"}, {2016}, {100});
  const ErrorDetail detail =
      error_of([&] { (void)domestic_trade("SGP", 2016, 340, {nullptr, &output, nullptr}); });
  EXPECT_EQ(detail.code, "domestic-negative");
  EXPECT_THAT(detail.what, HasSubstr("340 against 100"));
  EXPECT_EQ(detail.fixes.size(), 3U);
  const DomesticTrade floored =
      domestic_trade("SGP", 2016, 340, {nullptr, &output, nullptr}, {.floor_share = 0.05});
  EXPECT_DOUBLE_EQ(floored.value_musd, 5.0);
  EXPECT_EQ(floored.flag, "output_minus_exports_floored");
}

TEST(DomesticTrade, MissingYearsAreInterpolatedOrCarriedAndFlagged) {
  const Table gdp = amounts("gdp_usd", {"VEN", "VEN", "KAZ"}, {2012, 2014, 2010}, {1e8, 4e8, 1e8});
  const DomesticSources sources = {nullptr, nullptr, &gdp};
  const DomesticTrade between = domestic_trade("VEN", 2013, 0, sources);
  EXPECT_EQ(between.flag, "gdp_share_interpolated");
  EXPECT_NEAR(between.value_musd, 0.35 * 200, 1e-9);  // the geometric mean; rounding only
  const DomesticTrade carried = domestic_trade("VEN", 2016, 0, sources);
  EXPECT_EQ(carried.flag, "gdp_share_carried");
  EXPECT_DOUBLE_EQ(carried.value_musd, 0.35 * 400);
  EXPECT_EQ(error_of([&] { (void)domestic_trade("KAZ", 2016, 0, sources); }).code,
            "domestic-unknown");
  EXPECT_EQ(error_of([&] { (void)domestic_trade("BLR", 2016, 0, sources); }).code,
            "domestic-unknown");
}

TEST(DomesticTrade, ADuplicateEconomyYearIsAnError) {
  const Table gdp = amounts("gdp_usd", {"KAZ", "KAZ"}, {2016, 2016}, {1e8, 2e8});
  const ErrorDetail detail =
      error_of([&] { (void)domestic_trade("KAZ", 2016, 0, {nullptr, nullptr, &gdp}); });
  EXPECT_EQ(detail.code, "duplicate-economy-year");
  EXPECT_THAT(detail.where, HasSubstr("line 3"));
}

PairPanel small_panel() {
  const TempFolder folder;
  return load_pair_panel(read_table(folder.file("t.csv",
                                                "exporter,importer,year,trade_musd\n"
                                                "RUS,KAZ,2016,9\nKAZ,RUS,2016,0\n"
                                                "BLR,BLR,2016,50\nRUS,BLR,2016,15\n"
                                                "RUS,KAZ,2017,12\n")));
}

TEST(World, IsSquareWithEveryCellFlagged) {
  const PairPanel panel = small_panel();
  const Table gdp = amounts("gdp_usd", {"KAZ", "RUS"}, {2016, 2016}, {1e8, 4e8});
  const World world = build_world(panel, 2016, {nullptr, nullptr, &gdp});
  EXPECT_THAT(world.economies, ElementsAre("BLR", "KAZ", "RUS"));
  EXPECT_THAT(world.trade_musd, ElementsAre(50, 0, 0, 0, 35, 0, 15, 9, 140));
  EXPECT_EQ(world.flag_zero, "duuudrppd");
  EXPECT_EQ(world.domestic[0].flag, "observed");
  const std::vector<double> low = world.trade_at(-1.0);
  EXPECT_NEAR(low[4], 18.0, 1e-12);
  EXPECT_NEAR(world.trade_at(1.0)[4], 67.0, 1e-12);
  EXPECT_EQ(low[0], 50.0);
  EXPECT_EQ(world.trade_at(0.0), world.trade_musd);
  bool counts_unknown = false;
  for (const Finding& finding : world.findings) {
    counts_unknown = counts_unknown || (finding.check == "unknown-as-zero" &&
                                        finding.sentence.starts_with("3 of 6 flows"));
  }
  EXPECT_TRUE(counts_unknown);
}

TEST(World, RefusesYearsAndEconomiesItDoesNotKnow) {
  const PairPanel panel = small_panel();
  const Table gdp = amounts("gdp_usd", {"KAZ"}, {2016}, {1e8});
  const DomesticSources sources = {nullptr, nullptr, &gdp};
  const ErrorDetail year = error_of([&] { (void)build_world(panel, 2015, sources); });
  EXPECT_EQ(year.code, "no-such-year");
  EXPECT_THAT(year.context.at(0), HasSubstr("2016, 2017"));
  EXPECT_EQ(error_of([&] { (void)build_world(panel, 2016, sources); }).code, "domestic-unknown");
  const World world = build_world(panel, 2016, sources, {.leave_out_unknown = true});
  EXPECT_THAT(world.economies, ElementsAre("BLR", "KAZ"));
  EXPECT_THAT(world.findings.at(0).sentence, HasSubstr("Russia"));
}

TEST(WorldFacts, TheBundledWorldOf2016HasAll82Economies) {
  ALTYN_NEED_BUNDLED_TABLES();
  const PairPanel panel = load_pair_panel(read_table(bundled_table("world_trade")));
  const Table gdp = read_table(bundled_table("gdp"));
  const World world = build_world(panel, 2016, {nullptr, nullptr, &gdp});
  ASSERT_EQ(world.economies.size(), 82U);
  const std::size_t n = 82;
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_GT(world.trade_musd[i * n + i], 0.0) << world.economies[i];
    EXPECT_LE(world.domestic[i].low_musd, world.domestic[i].value_musd);
    EXPECT_GE(world.domestic[i].high_musd, world.domestic[i].value_musd);
  }
  const auto venezuela = std::find_if(world.domestic.begin(), world.domestic.end(),
                                      [](const DomesticTrade& of) { return of.economy == "VEN"; });
  EXPECT_EQ(venezuela->flag, "gdp_share_carried");  // GDP ends in 2014
  // By the other rule, small open economies and hubs export more goods than they make.
  DomesticOptions by_ratio;
  by_ratio.rule = DomesticRule::kGdpRatio;
  EXPECT_EQ(
      error_of([&] { (void)build_world(panel, 2016, {nullptr, nullptr, &gdp}, by_ratio); }).code,
      "domestic-negative");
  by_ratio.floor_share = 0.05;
  const World floored = build_world(panel, 2016, {nullptr, nullptr, &gdp}, by_ratio);
  std::vector<std::string> raised;
  for (const DomesticTrade& of : floored.domestic) {
    if (of.flag.ends_with("_floored")) raised.push_back(of.economy);
  }
  EXPECT_THAT(raised, ::testing::IsSupersetOf({"SGP", "VNM", "MYS", "HUN", "SVK", "CZE"}));
}

TEST(DomesticOptionsDefaults, AreWhatTheWorldInputOutputTablesShow) {
  const std::string reference = reference_data_path("multisector/wiod2014_");
  if (!std::filesystem::exists(reference + "value_added.csv.gz")) {
    GTEST_SKIP() << "reference data are not here";
  }
  const auto key = [](const Table& table, std::initializer_list<const char*> columns, Index row) {
    std::string joined;
    for (const char* column : columns) joined += std::string(table.texts(column).at(row)) + "|";
    return joined;
  };
  const ReadOptions as_text = {.text_columns = {"sector"}};
  const Table spending = read_table(reference + "expenditure.csv.gz", as_text);
  const Table tariffs = read_table(reference + "tariff.csv.gz", as_text);
  const Table shares = read_table(reference + "trade_share.csv.gz", as_text);
  const Table added = read_table(reference + "value_added.csv.gz");
  std::map<std::string, double> spending_of;
  std::map<std::string, double> tariff_of;
  std::map<std::string, double> gdp;
  for (Index row = 0; row < spending.n_rows(); ++row) {
    spending_of[key(spending, {"country", "sector"}, row)] =
        spending.numbers("value")[static_cast<std::size_t>(row)];
  }
  for (Index row = 0; row < tariffs.n_rows(); ++row) {
    tariff_of[key(tariffs, {"origin", "destination", "sector"}, row)] =
        tariffs.numbers("value")[static_cast<std::size_t>(row)];
  }
  for (Index row = 0; row < added.n_rows(); ++row) {
    gdp[std::string(added.texts("country").at(row))] =
        added.numbers("value")[static_cast<std::size_t>(row)];
  }
  std::map<std::string, double> home;
  std::map<std::string, double> abroad;
  for (Index row = 0; row < shares.n_rows(); ++row) {
    if (shares.texts("sector").at(row) > "C22") continue;  // goods: agriculture to manufacturing
    const double value = shares.numbers("value")[static_cast<std::size_t>(row)] *
                         spending_of.at(key(shares, {"destination", "sector"}, row)) /
                         tariff_of.at(key(shares, {"origin", "destination", "sector"}, row));
    const std::string origin(shares.texts("origin").at(row));
    (shares.texts("destination").at(row) == origin ? home : abroad)[origin] += value;
  }
  std::vector<double> home_share;
  std::vector<double> output_ratio;
  const DomesticOptions defaults;
  double share_error = 0;  // sums of absolute log errors
  double ratio_error = 0;
  double n = 0;
  double sx = 0;
  double sy = 0;
  double sxx = 0;
  double sxy = 0;
  for (const auto& [economy, gdp_musd] : gdp) {
    const double exports = abroad[economy] / gdp_musd;
    const double output = (home[economy] + abroad[economy]) / gdp_musd;
    output_ratio.push_back(output);
    if (economy == "ROW") continue;
    const double at_home = home[economy] / gdp_musd;
    home_share.push_back(at_home);
    share_error += std::abs(std::log(defaults.share / at_home));
    ratio_error += std::abs(std::log(std::max(0.05, defaults.ratio - exports) / at_home));
    if (economy == "CHN") continue;
    n += 1;
    sx += exports;
    sy += output;
    sxx += exports * exports;
    sxy += exports * output;
  }
  const double slope = (sxy - sx * sy / n) / (sxx - sx * sx / n);
  // Each to the last digit of the number in the header.
  EXPECT_NEAR(slope, 1.002, 0.0005);
  EXPECT_NEAR((sy - slope * sx) / n, 0.351, 0.0005);
  const auto decile = [](std::vector<double> values, double p) {
    std::sort(values.begin(), values.end());
    const double at = p * (static_cast<double>(values.size()) + 1.0) - 1.0;
    const auto below = static_cast<std::size_t>(at);
    return values[below] + (at - std::floor(at)) * (values[below + 1] - values[below]);
  };
  const auto n_economies = static_cast<double>(home_share.size());
  EXPECT_EQ(home_share.size(), 43U);
  EXPECT_NEAR(share_error / n_economies, 0.43, 0.005);
  EXPECT_NEAR(ratio_error / n_economies, 0.62, 0.005);
  EXPECT_NEAR(decile(home_share, 0.1), defaults.share_low, 0.005);
  EXPECT_NEAR(decile(home_share, 0.9), defaults.share_high, 0.005);
  EXPECT_NEAR(decile(output_ratio, 0.1), defaults.ratio_low, 0.005);
  EXPECT_NEAR(decile(output_ratio, 0.5), defaults.ratio, 0.005);
  EXPECT_NEAR(decile(output_ratio, 0.9), defaults.ratio_high, 0.005);
}

}  // namespace
}  // namespace altyn::data
