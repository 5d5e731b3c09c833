// Many indicators of one term stand as cells: every number is that of the same indicators as
// columns.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "altyn/estimation/average_effect.h"
#include "altyn/estimation/bootstrap.h"
#include "altyn/estimation/event_study.h"
#include "altyn/estimation/predict.h"
#include "random_table.h"

namespace altyn::estimation {
namespace {

/// A random panel with a staggered treatment of pairs: `first` is the year in which a pair's
/// starts, missing for those without; the effect falls with time.
data::Table staggered(Family family, std::uint64_t seed) {
  data::Table table = random_table(
      family, {.n_countries = 9, .n_years = 9, .share_kept = .95, .share_zero = .03, .seed = seed});
  RandomStream random(seed, 17, 0);
  std::map<std::pair<GroupId, GroupId>, double> start;
  data::NumberColumn first, y = table.numbers("y");
  for (std::size_t row = 0; row < y.size(); ++row) {
    const auto [place, is_new] = start.try_emplace(
        {table.texts("exporter").codes[row], table.texts("importer").codes[row]}, 0.0);
    if (is_new) {
      const std::uint32_t draw = random.below(10);
      place->second = draw < 6 ? 2001.0 + draw : data::kMissing;
    }
    first.push_back(place->second);
    const double since = table.numbers("year")[row] - place->second;
    if (since >= 0.0 && family == Family::kPoisson) y[row] *= std::exp(0.4 / (1.0 + since));
  }
  table.replace("y", std::move(y));
  table.add("first", std::move(first));
  return table;
}

/// Adds one column per cohort and year from its start on; returns their names.
std::vector<std::string> add_columns(data::Table& table) {
  std::map<std::pair<double, double>, data::NumberColumn> columns;
  const data::NumberColumn first = table.numbers("first");
  const data::NumberColumn year = table.numbers("year");
  for (std::size_t row = 0; row < first.size(); ++row) {
    if (!(year[row] >= first[row])) continue;
    data::NumberColumn& column = columns[{first[row], year[row] - first[row]}];
    column.resize(first.size(), 0.0);
    column[row] = 1.0;
  }
  std::vector<std::string> names;
  for (auto& [key, column] : columns) {
    names.push_back(fmt::format("d{}_{}", key.first, key.second));
    table.add(names.back(), std::move(column));
  }
  return names;
}

struct Both {
  FittedModel model;
  Estimate estimate;
};

Both fitted(const data::Table& table, const std::string& formula, EstimateOptions options) {
  Context context(2);
  options.tolerance = 1e-11;
  Both result;
  result.model = fit_model(table, parse_formula(formula), options, context);
  result.estimate = summarise(result.model, context);
  return result;
}

void expect_close(const Coefficient& a, const Coefficient& b) {
  // Both solve the same equations to 1e-11, by different routes.
  EXPECT_NEAR(a.value, b.value, 1e-7) << a.name;
  EXPECT_NEAR(a.se, b.se, 1e-6 * b.se) << a.name;
  if (std::isnan(b.p)) return;  // a variance that inclusion and exclusion makes negative
  EXPECT_NEAR(a.p, b.p, 1e-5) << a.name;
}

class FrameCellsTwin : public ::testing::TestWithParam<Family> {};

TEST_P(FrameCellsTwin, GiveEveryNumberOfTheColumns) {
  const Family family = GetParam();
  const std::string effects = " | exporter^year + importer^year + exporter^importer";
  const EstimateOptions variants[] = {
      {.family = family, .cluster = "exporter^importer"},
      {.family = family, .cluster = "exporter + importer", .se_convention = SeConvention::kFixest},
      {.family = family, .variance = VarianceKind::kIid, .weights = "w"},
      {.family = family, .cluster = "exporter^importer", .weights = "w", .offset = "o"}};
  std::uint64_t seed = 70;
  for (const EstimateOptions& options : variants) {
    SCOPED_TRACE(fmt::format("cluster {} weights {}", options.cluster, options.weights));
    data::Table table = staggered(family, ++seed);
    const std::vector<std::string> names = add_columns(table);
    ASSERT_GE(names.size(), 16U);
    const Both cells = fitted(table, "y ~ etwfe(first, year) + x1" + effects, options);
    const Both columns =
        fitted(table, fmt::format("y ~ x1 + {}{}", fmt::join(names, " + "), effects), options);
    ASSERT_EQ(cells.model.frame.cells.size(), 1U);
    ASSERT_TRUE(columns.model.frame.cells.empty());
    const Estimate& a = cells.estimate;
    const Estimate& b = columns.estimate;
    ASSERT_TRUE(a.certified()) << a.certificate.summary();
    ASSERT_TRUE(b.certified()) << b.certificate.summary();
    ASSERT_EQ(a.coefficients.size(), b.coefficients.size());
    for (std::size_t j = 0; j < a.coefficients.size(); ++j) {
      expect_close(a.coefficients[j], b.coefficients[j]);
      for (std::size_t i = 0; i < a.coefficients.size(); ++i) {
        EXPECT_NEAR(a.covariance[i * a.coefficients.size() + j],
                    b.covariance[i * a.coefficients.size() + j],
                    2e-6 * b.coefficients[i].se * b.coefficients[j].se);
      }
    }
    expect_close(*a.mean_effect, *b.mean_effect);
    EXPECT_EQ(a.n_obs, b.n_obs);
    EXPECT_EQ(a.n_clusters_by_grouping, b.n_clusters_by_grouping);
    EXPECT_EQ(a.wald_df, b.wald_df);
    EXPECT_NEAR(a.wald, b.wald, 1e-5 * b.wald);
    EXPECT_NEAR(a.log_likelihood, b.log_likelihood, 1e-9 * std::abs(b.log_likelihood));
    EXPECT_NEAR(a.r2.value_or(0.0), b.r2.value_or(0.0), 1e-9);
    ASSERT_EQ(a.rows, b.rows);
    for (std::size_t row = 0; row < a.rows.size(); ++row) {
      EXPECT_NEAR(a.fitted[row], b.fitted[row], 1e-6 * (1.0 + std::abs(b.fitted[row])));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, FrameCellsTwin,
                         testing::Values(Family::kPoisson, Family::kGaussian, Family::kGamma),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(FrameCells, AreColumnsWhereScoresByRowAreWanted) {
  data::Table table = staggered(Family::kPoisson, 81);
  const std::string formula = "y ~ etwfe(first, year) | exporter^year + importer^year";
  const Both robust = fitted(table, formula, {});
  EXPECT_TRUE(robust.model.frame.cells.empty());
  EXPECT_GT(robust.model.frame.regressors.size(), 16U);
  const Both clustered = fitted(table, formula, {.cluster = "exporter^importer"});
  ASSERT_EQ(clustered.model.frame.cells.size(), 1U);
  // What follows an estimate is the same from either.
  Context context(2);
  const FittedModel wide = with_columns(clustered.model, context);
  EXPECT_EQ(wide.fit.regressor_names, clustered.model.fit.regressor_names);
  const EventStudy a = event_study(clustered.model, clustered.estimate);
  const EventStudy b = event_study(wide, clustered.estimate);
  EXPECT_EQ(a.overall.log_effect.value, b.overall.log_effect.value);
  EXPECT_EQ(a.by_cohort.size(), b.by_cohort.size());
  const std::string& name = clustered.estimate.coefficients[3].name;
  const AverageEffect from_cells =
      average_effect(clustered.model, clustered.estimate, name, AverageOver::kTreated, context);
  const AverageEffect from_columns =
      average_effect(wide, clustered.estimate, name, AverageOver::kTreated, context);
  expect_close(from_cells.relative, from_columns.relative);
  const BootstrapTest score =
      bootstrap_score(clustered.model, clustered.estimate, name, 0.0, {.draws = 99}, context);
  EXPECT_NEAR(score.statistic, clustered.estimate.coefficient(name).z, 1e-9);
  const BootstrapResult pairs =
      bootstrap_pairs(clustered.model, {.draws = 2, .draw_tolerance = 1e-10}, context);
  const BootstrapResult wide_pairs =
      bootstrap_pairs(wide, {.draws = 2, .draw_tolerance = 1e-10}, context);
  ASSERT_EQ(pairs.draws.size(), wide_pairs.draws.size());
  for (std::size_t i = 0; i < pairs.draws.size(); ++i) {
    EXPECT_NEAR(pairs.draws[i], wide_pairs.draws[i], 1e-6);
  }
  const Prediction predicted = predict(clustered.model, table, PredictKind::kResponse, context);
  for (std::size_t row = 0; row < clustered.estimate.rows.size(); ++row) {
    const auto place = static_cast<std::size_t>(clustered.estimate.rows[row]);
    EXPECT_NEAR(predicted.values[place], clustered.estimate.fitted[row],
                1e-7 * (1.0 + clustered.estimate.fitted[row]));
  }
}

TEST(FrameCells, WithValuesAndByGroupEqualTheirColumns) {
  data::Table table = random_table(Family::kPoisson, {.n_countries = 18, .n_years = 4, .seed = 82});
  const EstimateOptions options{.cluster = "exporter^importer"};
  const std::string effects = " | importer^year + exporter";
  const Both cells = fitted(table, "y ~ i(exporter, x1) + x2" + effects, options);
  ASSERT_EQ(cells.model.frame.cells.size(), 1U);
  std::string formula = "y ~ x2";
  const data::NumberColumn x1 = table.numbers("x1");
  for (int country = 0; country < 18; ++country) {
    data::NumberColumn column;
    for (Index row = 0; row < table.n_rows(); ++row) {
      const bool own = table.texts("exporter").at(row) == fmt::format("c{}", country);
      column.push_back(own ? x1[static_cast<std::size_t>(row)] : 0.0);
    }
    table.add(fmt::format("d{}", country), std::move(column));
    formula += fmt::format(" + d{}", country);
  }
  const Both columns = fitted(table, formula + effects, options);
  ASSERT_EQ(cells.estimate.coefficients.size(), columns.estimate.coefficients.size());
  for (const Coefficient& row : columns.estimate.coefficients) {
    const std::string name =
        row.name == "x2" ? row.name : fmt::format("exporter::c{}:x1", row.name.substr(1));
    expect_close(cells.estimate.coefficient(name), row);
  }
}

TEST(FrameCells, CollinearOnesLeaveByName) {
  data::Table table = staggered(Family::kPoisson, 83);
  // All cells of a year together are that year, which importer^year explains.
  const Both model = fitted(table, "y ~ i(year, i.importer) + x1 | importer^year + exporter",
                            {.cluster = "exporter^importer"});
  EXPECT_TRUE(model.model.frame.cells.empty());
  EXPECT_EQ(model.estimate.coefficients.size(), 1U);
  EXPECT_EQ(model.model.dropped.size(), 81U);
  EXPECT_EQ(model.model.dropped.front().reason, "collinear with the effects");
  // Indicators of every exporter beside importers' effects: the last one follows from the others.
  const Both one = fitted(table, "y ~ i(year, i.exporter) | importer + exporter",
                          {.cluster = "exporter^importer"});
  ASSERT_EQ(one.model.frame.cells.size(), 1U);
  EXPECT_EQ(one.model.frame.cells[0].cells.size(), 72U);  // one year of each exporter is the effect
  EXPECT_EQ(one.model.dropped.size(), 9U);
  EXPECT_THAT(one.model.dropped.front().reason, ::testing::HasSubstr("collinear with year::2000"));
  EXPECT_TRUE(one.estimate.certified());
}

TEST(FrameCells, SeparatedOnesLeaveAsTheirColumnsDo) {
  data::Table table = staggered(Family::kPoisson, 84);
  data::NumberColumn y = table.numbers("y");
  for (std::size_t row = 0; row < y.size(); ++row) {
    if (table.numbers("first")[row] == 2003.0 && table.numbers("year")[row] == 2005.0) y[row] = 0.0;
  }
  table.replace("y", std::move(y));
  const std::vector<std::string> names = add_columns(table);
  const std::string effects = " | exporter + importer + year";
  const EstimateOptions options{.cluster = "exporter^importer"};
  const Both cells = fitted(table, "y ~ etwfe(first, year)" + effects, options);
  const Both columns =
      fitted(table, fmt::format("y ~ {}{}", fmt::join(names, " + "), effects), options);
  ASSERT_TRUE(cells.estimate.certified()) << cells.estimate.certificate.summary();
  EXPECT_EQ(cells.estimate.ledger.to_text(), columns.estimate.ledger.to_text());
  EXPECT_THAT(cells.estimate.ledger.to_text(), ::testing::HasSubstr("simplex"));
  ASSERT_EQ(cells.estimate.coefficients.size(), columns.estimate.coefficients.size());
  for (std::size_t j = 0; j < cells.estimate.coefficients.size(); ++j) {
    expect_close(cells.estimate.coefficients[j], columns.estimate.coefficients[j]);
  }
}

TEST(FrameCells, RowOrderChangesNoBit) {
  const data::Table table = staggered(Family::kPoisson, 85);
  std::vector<std::size_t> order(static_cast<std::size_t>(table.n_rows()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::reverse(order.begin(), order.end());
  const std::string formula = "y ~ etwfe(first, year) + x1 | exporter^year + importer^year";
  const EstimateOptions options{.cluster = "exporter^importer"};
  const Both a = fitted(table, formula, options);
  const Both b = fitted(rearranged(table, order), formula, options);
  EXPECT_EQ(a.model.fit.coefficients, b.model.fit.coefficients);
  EXPECT_EQ(a.estimate.covariance, b.estimate.covariance);
}

}  // namespace
}  // namespace altyn::estimation
