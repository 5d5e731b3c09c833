// Published estimates. Tolerances: figures printed with d decimals are met to half a unit of the
// last; figures known to 12 decimals to 5e-11 in coefficients (the certificate's tolerance of 1e-9
// on the score leaves about 1e-11 here) and to 5e-10 in standard errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "altyn/core/errors.h"
#include "altyn/data/cases.h"
#include "altyn/data/read_table.h"
#include "altyn/estimation/estimate.h"
#include "reference_data.h"

namespace altyn::estimation {
namespace {

constexpr double kExact = 5e-11;
constexpr double kExactError = 5e-10;

void expect_row(const Estimate& estimate, const std::string& name, double value, double se,
                double value_tolerance, double se_tolerance) {
  ASSERT_TRUE(estimate.certified()) << estimate.certificate.summary();
  const Coefficient& row = estimate.coefficient(name);
  EXPECT_NEAR(row.value, value, value_tolerance) << name;
  if (se > 0.0) {
    EXPECT_NEAR(row.se, se, se_tolerance) << name;
  }
}

// ---- ppmlhdfe's example (Correia, Guimaraes and Zylkin 2020, section 4), Stata output

class TradeFta : public ::testing::Test {
 protected:
  static constexpr const char* kFile = "ppmlhdfe_example_trade_fta.csv.gz";
  static constexpr const char* kFormula = "trade ~ fta | isoimp^year + isoexp^year + isoimp^isoexp";
  void SetUp() override { REQUIRE_REFERENCE(kFile); }
  static Estimate run(const std::string& category, SeConvention convention, int threads = 2) {
    static const data::Table table = data::read_table(reference_path(kFile));
    Context context(threads);
    return estimate(table, kFormula,
                    {.cluster = "isoimp^isoexp",
                     .se_convention = convention,
                     .subset = "category == \"" + category + "\""},
                    context);
  }
};

TEST_F(TradeFta, WholeStataOutputIsReproduced) {
  const Estimate e = run("TOTAL", SeConvention::kStata);
  expect_row(e, "fta", .1924455, .0419527, 5e-8, 5e-8);
  ASSERT_TRUE(e.mean_effect.has_value());
  EXPECT_NEAR(e.mean_effect->value, 16.45706, 5e-6);
  EXPECT_NEAR(e.mean_effect->se, .0217308, 5e-8);
  EXPECT_EQ(e.n_obs, 5950);
  EXPECT_EQ(e.n_clusters, 1190);
  EXPECT_NEAR(e.log_likelihood, -188710931.7, .05);
  EXPECT_NEAR(e.deviance, 377332502.3, .05);
  EXPECT_NEAR(e.pseudo_r2, .9938, 5e-5);
  EXPECT_NEAR(e.wald, 21.04, 5e-3);
  ASSERT_EQ(e.effects.size(), 3U);
  EXPECT_EQ(e.effects[0].n_levels, 175);
  EXPECT_EQ(e.effects[0].n_redundant, 0);
  EXPECT_EQ(e.effects[1].n_levels, 175);
  EXPECT_EQ(e.effects[1].n_redundant, 5);
  EXPECT_EQ(e.effects[2].n_levels, 1190);
  EXPECT_EQ(e.effects[2].n_redundant, 1190);
  EXPECT_TRUE(e.effects[2].nested);
}

TEST_F(TradeFta, OtherCategories) {
  expect_row(run("MANUF", SeConvention::kStata), "fta", .129585009771, .0387720507, kExact,
             kExactError);
  expect_row(run("NONMANUF", SeConvention::kStata), "fta", .462721494132, .1029444997, kExact,
             kExactError);
}

TEST_F(TradeFta, ConventionsDifferByTheirNamedFactors) {
  const double stata = run("TOTAL", SeConvention::kStata).coefficient("fta").se;
  const double none = run("TOTAL", SeConvention::kNone).coefficient("fta").se;
  const double fixest = run("TOTAL", SeConvention::kFixest).coefficient("fta").se;
  EXPECT_NEAR(stata / none, std::sqrt(1190.0 / 1189.0), 1e-13);
  // 1 regressor, 175 + 175 - 1 effects that are not nested in the pairs
  EXPECT_NEAR(fixest / stata, std::sqrt(5949.0 / (5950.0 - 350.0)), 1e-13);
}

TEST_F(TradeFta, ThreadsChangeNoBit) {
  const Estimate one = run("TOTAL", SeConvention::kStata, 1);
  const Estimate four = run("TOTAL", SeConvention::kStata, 4);
  EXPECT_EQ(one.coefficients[0].value, four.coefficients[0].value);
  EXPECT_EQ(one.coefficients[0].se, four.coefficients[0].se);
  EXPECT_EQ(one.mean_effect->se, four.mean_effect->se);
  EXPECT_EQ(one.fitted, four.fitted);
}

// ---- WTO/UNCTAD Advanced Guide to Trade Policy Analysis, chapter 1

class AdvancedGuide : public ::testing::Test {
 protected:
  static constexpr const char* kFile = "agtpa_applications.csv.gz";
  static constexpr const char* kYears =
      "(year == 1986 | year == 1990 | year == 1994 | year == 1998 | year == 2002 | year == 2006)";
  static constexpr const char* kThreeWay = "| exporter^year + importer^year + pair_id";
  void SetUp() override { REQUIRE_REFERENCE(kFile); }

  /// With output and expenditure (sums that include domestic trade) and the remoteness indices
  /// log(sum dist / (E / world E)), log(sum dist / (Y / world Y)) of the guide's first table.
  static const data::Table& table() {
    static const data::Table with_sizes = [] {
      data::Table t = data::read_table(reference_path(kFile));
      const data::TextColumn& exporter = t.texts("exporter");
      const data::TextColumn& importer = t.texts("importer");
      const data::NumberColumn& year = t.numbers("year");
      const data::NumberColumn& trade = t.numbers("trade");
      const data::NumberColumn& dist = t.numbers("dist");
      using Key = std::pair<std::string_view, double>;
      std::map<Key, double> output, expenditure, far_from_buyers, far_from_sellers;
      std::map<double, double> world;
      for (Index row = 0; row < t.n_rows(); ++row) {
        const auto r = static_cast<std::size_t>(row);
        output[{exporter.at(row), year[r]}] += trade[r];
        expenditure[{importer.at(row), year[r]}] += trade[r];
        world[year[r]] += trade[r];
      }
      for (Index row = 0; row < t.n_rows(); ++row) {
        const auto r = static_cast<std::size_t>(row);
        const double total = world[year[r]];
        far_from_buyers[{exporter.at(row), year[r]}] +=
            dist[r] / (expenditure[{importer.at(row), year[r]}] / total);
        far_from_sellers[{importer.at(row), year[r]}] +=
            dist[r] / (output[{exporter.at(row), year[r]}] / total);
      }
      data::NumberColumn y, e, ry, re;
      for (Index row = 0; row < t.n_rows(); ++row) {
        const auto r = static_cast<std::size_t>(row);
        y.push_back(output[{exporter.at(row), year[r]}]);
        e.push_back(expenditure[{importer.at(row), year[r]}]);
        ry.push_back(far_from_buyers[{exporter.at(row), year[r]}]);
        re.push_back(far_from_sellers[{importer.at(row), year[r]}]);
      }
      t.add("output", std::move(y));
      t.add("expenditure", std::move(e));
      t.add("remoteness_exporter", std::move(ry));
      t.add("remoteness_importer", std::move(re));
      return t;
    }();
    return with_sizes;
  }
  static Estimate run(const std::string& formula, Family family, bool domestic,
                      const std::string& cluster = "pair_id",
                      SeConvention convention = SeConvention::kStata) {
    Context context(2);
    return estimate(table(), formula,
                    {.family = family,
                     .cluster = cluster,
                     .se_convention = convention,
                     .subset = domestic ? kYears : std::string("exporter != importer & ") + kYears},
                    context);
  }
};

TEST_F(AdvancedGuide, TraditionalGravity) {
  const std::string x = "log(dist) + cntg + lang + clny";
  const Estimate ols =
      run("log(trade) ~ " + x + " + log(output) + log(expenditure)", Family::kGaussian, false);
  expect_row(ols, "log(dist)", -1.002, .027, 5e-4, 5e-4);
  EXPECT_EQ(ols.n_obs, 25689);
  EXPECT_NEAR(*ols.r2, .7585, 5e-5);
  const Estimate remote = run("log(trade) ~ " + x +
                                  " + log(output) + log(expenditure) + log(remoteness_exporter) + "
                                  "log(remoteness_importer)",
                              Family::kGaussian, false);
  expect_row(remote, "log(dist)", -1.185, .031, 5e-4, 5e-4);
  const Estimate effects =
      run("log(trade) ~ " + x + " | exporter^year + importer^year", Family::kGaussian, false);
  expect_row(effects, "log(dist)", -1.216, .038, 5e-4, 5e-4);
  const Estimate ppml =
      run("trade ~ " + x + " | exporter^year + importer^year", Family::kPoisson, false);
  expect_row(ppml, "log(dist)", -.841, .032, 5e-4, 5e-4);
  expect_row(ppml, "cntg", .437, .083, 5e-4, 5e-4);
  expect_row(ppml, "lang", .247, .077, 5e-4, 5e-4);
  expect_row(ppml, "clny", -.222, .116, 5e-4, 5e-4);
  EXPECT_EQ(ppml.n_obs, 28152);
}

TEST_F(AdvancedGuide, RegionalAgreementsByCrossSection) {
  const std::string x = "log(dist) + cntg + lang + clny + rta";
  // Printed without the factor for absorbed effects.
  expect_row(run("log(trade) ~ " + x + " | exporter^year + importer^year", Family::kGaussian, false,
                 "pair_id", SeConvention::kNone),
             "rta", -.004, .053, 5e-4, 5e-4);
  expect_row(run("trade ~ " + x + " | exporter^year + importer^year", Family::kPoisson, false),
             "rta", .190717575422, .0657967620, kExact, kExactError);
  expect_row(run("trade ~ " + x +
                     " + i(exporter, I(exporter == importer)) | exporter^year + "
                     "importer^year",
                 Family::kPoisson, true),
             "rta", .408521894648, .0688266236, kExact, kExactError);
}

TEST_F(AdvancedGuide, RegionalAgreementsWithPairEffects) {
  const Estimate pair = run(std::string("trade ~ rta ") + kThreeWay, Family::kPoisson, true);
  expect_row(pair, "rta", .557185335590, .1022353132, kExact, kExactError);
  EXPECT_EQ(pair.n_obs, 28482);
  const Estimate lead =
      run(std::string("trade ~ rta + rta_lead4 ") + kThreeWay, Family::kPoisson, true);
  expect_row(lead, "rta", .520048244073, 0, kExact, 0);
  expect_row(lead, "rta_lead4", .077442338221, 0, kExact, 0);
  const std::string lags = "trade ~ rta + rta_lag4 + rta_lag8 + rta_lag12 ";
  const Estimate lagged = run(lags + kThreeWay, Family::kPoisson, true);
  expect_row(lagged, "rta", .291444903188, 0, kExact, 0);
  expect_row(lagged, "rta_lag4", .413549460697, 0, kExact, 0);
  expect_row(lagged, "rta_lag8", .168730804148, 0, kExact, 0);
  expect_row(lagged, "rta_lag12", .118893701434, 0, kExact, 0);
  const Estimate globalised = run(
      lags + "+ i(year, I(exporter != importer), ref = 2006) " + kThreeWay, Family::kPoisson, true);
  expect_row(globalised, "rta", .115680219746, 0, kExact, 0);
  expect_row(globalised, "rta_lag4", .287716013869, 0, kExact, 0);
  expect_row(globalised, "rta_lag8", .069266878753, 0, kExact, 0);
  expect_row(globalised, "rta_lag12", .002355356254, 0, kExact, 0);
}

// UN/WTO training log in Stata.
TEST_F(AdvancedGuide, RobustErrorsOfTheStataLog) {
  const Estimate e = run(std::string("trade ~ rta ") + kThreeWay, Family::kPoisson, true, "");
  EXPECT_EQ(e.se_kind, "robust");
  expect_row(e, "rta", .5571853, .055771, 5e-8, 5e-7);
  EXPECT_EQ(e.n_obs, 28482);
  EXPECT_NEAR(e.log_likelihood, -1379642.5, .05);
}

// ---- fixest's trade data, from its documentation

TEST(FixestTrade, TwoWayClustersWithAndWithoutFactors) {
  const std::string file = "fixest_trade_eu15_2007_2016.csv.gz";
  REQUIRE_REFERENCE(file);
  const data::Table table = data::read_table(reference_path(file));
  Context context(2);
  const std::string formula = "Euros ~ log(dist_km) | Origin + Destination + Product + Year";
  EstimateOptions options{.cluster = "Origin + Destination",
                          .se_convention = SeConvention::kFixest};
  const Estimate fixest = estimate(table, formula, options, context);
  expect_row(fixest, "log(dist_km)", -1.52787437148633, .130734054962, kExact, kExactError);
  EXPECT_EQ(fixest.n_obs, 38325);
  EXPECT_EQ(fixest.n_clusters_by_grouping, (std::vector<Index>{15, 15}));
  options.se_convention = SeConvention::kNone;
  const Estimate none = estimate(table, formula, options, context);
  expect_row(none, "log(dist_km)", -1.52787437148633, .126253300827, kExact, kExactError);
}

// ---- the Eurasian Economic Union on the bundled world table (the project's own figures, checked
// against an independent alternating-projection estimator to 1e-11)

class Eaeu : public ::testing::Test {
 protected:
  enum class Side { kImporterFirst, kExporterFirst, kZeros };
  static constexpr const char* kThreeWay = "| exporter^year + importer^year + exporter^importer";

  static const data::Table& table(Side side) {
    static std::map<Side, data::Table> tables;
    const auto found = tables.find(side);
    if (found != tables.end()) return found->second;
    return tables.emplace(side, make_table(side)).first->second;
  }

  /// Every pair and year of the 82 economies, with the flow as the side says.
  static data::Table make_table(Side side) {
    const data::Table raw = data::read_table(data::CasesFolder::find().open("world_trade"));
    const std::map<std::string, int> eaeu = {
        {"RUS", 2010}, {"KAZ", 2010}, {"BLR", 2010}, {"ARM", 2015}, {"KGZ", 2015}};
    std::map<std::string, int> eu;
    for (const char* c : {"AUT", "BEL", "DEU", "DNK", "ESP", "FIN", "FRA", "GBR", "GRC", "IRL",
                          "ITA", "NLD", "PRT", "SWE"}) {
      eu[c] = 1995;
    }
    for (const char* c : {"CZE", "EST", "HUN", "LTU", "LVA", "POL", "SVK", "SVN"}) eu[c] = 2004;
    eu["BGR"] = eu["ROU"] = 2007;
    eu["HRV"] = 2013;
    const auto bound = [](const std::map<std::string, int>& since, const std::string& a,
                          const std::string& b, int year) {
      const auto first = since.find(a);
      const auto second = since.find(b);
      return first != since.end() && second != since.end() && year >= first->second &&
             year >= second->second;
    };
    std::map<std::tuple<std::string, std::string, int>, double> flows;
    std::vector<std::string> economies;
    std::vector<int> years;
    const data::NumberColumn& by_importer = raw.numbers("importer_reported_musd");
    const data::NumberColumn& by_exporter = raw.numbers("exporter_reported_musd");
    for (Index row = 0; row < raw.n_rows(); ++row) {
      const auto r = static_cast<std::size_t>(row);
      const auto& first = side == Side::kExporterFirst ? by_exporter : by_importer;
      const auto& second = side == Side::kExporterFirst ? by_importer : by_exporter;
      const std::string exporter(raw.texts("exporter").at(row));
      const std::string importer(raw.texts("importer").at(row));
      const int year = static_cast<int>(raw.numbers("year")[r]);
      flows[{exporter, importer, year}] = data::is_missing(first[r]) ? second[r] : first[r];
      economies.push_back(exporter);
      economies.push_back(importer);
      years.push_back(year);
    }
    std::sort(economies.begin(), economies.end());
    economies.erase(std::unique(economies.begin(), economies.end()), economies.end());
    std::sort(years.begin(), years.end());
    years.erase(std::unique(years.begin(), years.end()), years.end());
    std::vector<std::string> exporters, importers;
    data::NumberColumn year_column, trade, eaeu_column, eu_column, core, accession;
    const auto is_core = [](const std::string& c) {
      return c == "RUS" || c == "KAZ" || c == "BLR";
    };
    for (const std::string& exporter : economies) {
      for (const std::string& importer : economies) {
        if (exporter == importer) continue;
        for (const int year : years) {
          const auto flow = flows.find({exporter, importer, year});
          exporters.push_back(exporter);
          importers.push_back(importer);
          year_column.push_back(year);
          trade.push_back(flow != flows.end()    ? flow->second
                          : side == Side::kZeros ? 0.0
                                                 : data::kMissing);
          const bool in = bound(eaeu, exporter, importer, year);
          const bool core_pair = is_core(exporter) && is_core(importer);
          eaeu_column.push_back(in);
          eu_column.push_back(bound(eu, exporter, importer, year));
          core.push_back(core_pair);
          accession.push_back(in && !core_pair);
        }
      }
    }
    data::Table result("world");
    result.add("exporter", exporters);
    result.add("importer", importers);
    result.add("year", std::move(year_column));
    result.add("trade", std::move(trade));
    result.add("eaeu", std::move(eaeu_column));
    result.add("eu", std::move(eu_column));
    result.add("core", std::move(core));
    result.add("accession", std::move(accession));
    return result;
  }

  static Estimate run(Side side, const std::string& regressors,
                      SeConvention convention = SeConvention::kStata) {
    Context context(2);
    return estimate(table(side), "trade ~ " + regressors + " " + kThreeWay,
                    {.cluster = "exporter^importer", .se_convention = convention}, context);
  }
};

TEST_F(Eaeu, UnionEffectByReportingSide) {
  const Estimate by_importer = run(Side::kImporterFirst, "eaeu + eu");
  expect_row(by_importer, "eaeu", -.064686, .0981, 5e-7, 5e-5);
  EXPECT_EQ(by_importer.n_obs, 50341);
  expect_row(run(Side::kExporterFirst, "eaeu + eu"), "eaeu", -.0087, .0993, 5e-5, 5e-5);
  expect_row(run(Side::kZeros, "eaeu + eu"), "eaeu", -.0659, .0981, 5e-5, 5e-5);
}

TEST_F(Eaeu, CorePairsTradedMoreBeforeTheUnionThanAfter) {
  const Estimate path = run(Side::kImporterFirst, "i(year, core, ref = 2009) + accession + eu");
  const std::pair<int, double> expected[] = {{2000, 1.15}, {2003, .94}, {2006, .19}, {2012, -.04},
                                             {2015, .26},  {2016, .39}, {2017, .37}};
  for (const auto& [year, value] : expected) {
    expect_row(path, "year::" + std::to_string(year) + ":core", value, 0, 5e-3, 0);
  }
}

TEST_F(Eaeu, AccessionPairsTradedMoreAfterJoining) {
  const std::string x = "I(core & year >= 2010) + accession + eu";
  // The standard error is .126 with the factors of fixest and .124 with those of Stata.
  expect_row(run(Side::kImporterFirst, x, SeConvention::kFixest), "accession", .447, .126, 5e-4,
             5e-4);
  expect_row(run(Side::kImporterFirst, x), "accession", .447, .124, 5e-4, 5e-4);
}

}  // namespace
}  // namespace altyn::estimation
