#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/estimation/glm.h"
#include "error_of.h"
#include "panels.h"

namespace altyn::estimation {
namespace {

/// Cells cohort x year of a staggered treatment, and a second set with values.
struct CellPanel {
  Panel panel;
  std::vector<GroupId> ids{}, region_ids{};
  std::vector<double> values{};
  std::vector<std::string> names{}, region_names{};

  [[nodiscard]] CellRegressors treatment() const { return {.names = names, .ids = ids}; }
  [[nodiscard]] CellRegressors regions() const {
    return {.names = region_names, .ids = region_ids, .values = values};
  }
};

CellPanel make_cells(Family family, const PanelShape& shape) {
  CellPanel result{.panel = make_panel(family, shape)};
  const GroupId n_years = shape.n_years;
  RandomStream random(shape.seed, 9, 0);
  std::vector<GroupId> start(std::size_t{shape.n_countries} * shape.n_countries);
  for (GroupId& s : start) s = 1 + random.below(n_years + 2);  // the last ones are never treated
  std::vector<GroupId> number(std::size_t{n_years} * n_years, kNoGroup);
  for (GroupId cohort = 1; cohort < n_years; ++cohort) {
    for (GroupId year = cohort; year < n_years; ++year) {
      number[cohort * n_years + year] = static_cast<GroupId>(result.names.size());
      result.names.push_back(fmt::format("{}::{}", cohort, year));
    }
  }
  result.region_names = {"north", "south", "east"};
  const Panel& panel = result.panel;
  for (std::size_t r = 0; r < panel.n(); ++r) {
    const GroupId cohort = start[panel.exporter[r] * shape.n_countries + panel.importer[r]];
    const bool treated = cohort < n_years && panel.year[r] >= cohort;
    result.ids.push_back(treated ? number[cohort * n_years + panel.year[r]] : kNoGroup);
    const GroupId region = (panel.exporter[r] + panel.importer[r]) % 4;
    result.region_ids.push_back(region < 3 ? region : kNoGroup);
    result.values.push_back(random.normal());
  }
  return result;
}

/// The same problem with every cell as a column of its own.
GlmProblem with_columns(const GlmProblem& problem, std::vector<std::vector<double>>& storage) {
  GlmProblem result = problem;
  result.cells.clear();
  for (const CellRegressors& set : problem.cells) {
    for (std::size_t cell = 0; cell < set.names.size(); ++cell) {
      std::vector<double> column(problem.y.size(), 0.0);
      for (std::size_t r = 0; r < column.size(); ++r) {
        if (set.ids[r] == cell) column[r] = set.values.empty() ? 1.0 : set.values[r];
      }
      storage.push_back(std::move(column));
      result.regressor_names.push_back(set.names[cell]);
    }
  }
  for (const std::vector<double>& column : storage) result.regressors.emplace_back(column);
  return result;
}

void expect_equal_to_columns(const GlmProblem& problem) {
  Context context(2);
  std::vector<std::vector<double>> storage;
  const GlmProblem wide = with_columns(problem, storage);
  const GlmFit expected = fit_glm(wide, {.tolerance = 1e-11}, context);
  const GlmFit fit = fit_glm(problem, {.tolerance = 1e-11}, context);
  ASSERT_TRUE(expected.certificate.holds()) << expected.certificate.summary();
  ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
  EXPECT_EQ(fit.regressor_names, wide.regressor_names);
  EXPECT_EQ(fit.redundant, expected.redundant);
  const std::size_t k = fit.coefficients.size();
  ASSERT_EQ(k, expected.coefficients.size());
  // Both solve the same equations to 1e-11; conditioning takes a few digits.
  for (std::size_t j = 0; j < k; ++j) {
    EXPECT_NEAR(fit.coefficients[j], expected.coefficients[j], 1e-7) << fit.regressor_names[j];
    for (std::size_t i = 0; i < k; ++i) {
      if (fit.redundant[i] || fit.redundant[j]) continue;
      const double size = std::sqrt(expected.hessian[i * k + i] * expected.hessian[j * k + j]);
      EXPECT_NEAR(fit.hessian[i * k + j], expected.hessian[i * k + j], 1e-7 * size);
    }
  }
  for (std::size_t p = 0; p < fit.mu.size(); ++p) {
    ASSERT_NEAR(fit.mu[p], expected.mu[p], 1e-7 * (1.0 + std::abs(expected.mu[p])));
  }
  const std::vector<double> eta = linear_predictor(problem, fit, context);
  const std::vector<double> wide_eta = linear_predictor(wide, expected, context);
  for (std::size_t p = 0; p < eta.size(); ++p) ASSERT_NEAR(eta[p], wide_eta[p], 1e-6);
  std::vector<GroupId> pairs;
  for (std::size_t r = 0; r < problem.y.size(); ++r) {
    pairs.push_back(problem.keys[0].ids[r] * problem.keys[1].n_levels + problem.keys[1].ids[r]);
  }
  const Index n_pairs = Index{problem.keys[0].n_levels} * problem.keys[1].n_levels;
  const std::vector<double> sums = sum_scores(problem, fit, pairs, n_pairs, context);
  const std::vector<double> wide_sums = sum_scores(wide, expected, pairs, n_pairs, context);
  double size = 0.0;
  for (const double value : wide_sums) size = std::max(size, std::abs(value));
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (fit.redundant[i % k]) continue;
    ASSERT_NEAR(sums[i], wide_sums[i], 1e-6 * size) << i;
  }
}

class Cells : public testing::TestWithParam<Family> {};

TEST_P(Cells, EqualColumnsOfTheirOwn) {
  const std::vector<std::vector<std::string>> structures = {
      {"et", "it", "ei"}, {"et", "it"}, {"e", "i", "t"}, {"ei", "t"}, {"et", "it", "eix"}, {"e"}};
  std::uint64_t seed = 100;
  for (const auto& effects : structures) {
    for (const bool weighted : {false, true}) {
      SCOPED_TRACE(fmt::format("{} weighted {}", fmt::join(effects, "+"), weighted));
      const CellPanel cells = make_cells(
          GetParam(), {.n_countries = 9, .n_years = 6, .share_kept = 0.9, .seed = ++seed});
      GlmProblem problem = make_problem(GetParam(), cells.panel, weighted, true, effects);
      problem.cells = {cells.treatment()};
      expect_equal_to_columns(problem);
      problem.cells.push_back(cells.regions());
      expect_equal_to_columns(problem);
    }
  }
}

TEST_P(Cells, GiveTheSameBitsForAnyThreadCount) {
  const CellPanel cells = make_cells(GetParam(), {.n_countries = 16, .n_years = 12, .seed = 5});
  GlmProblem problem = make_problem(GetParam(), cells.panel, false, false, {"et", "it", "ei"});
  problem.cells = {cells.treatment()};
  Context one(1);
  const GlmFit first = fit_glm(problem, {}, one);
  Context three(3);
  const GlmFit fit = fit_glm(problem, {}, three);
  EXPECT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
  EXPECT_EQ(fit.coefficients, first.coefficients);
  EXPECT_EQ(fit.hessian, first.hessian);
  EXPECT_EQ(sum_scores_by_effect(problem, fit, 2, three),
            sum_scores_by_effect(problem, first, 2, one));
}

INSTANTIATE_TEST_SUITE_P(Families, Cells,
                         testing::Values(Family::kPoisson, Family::kGaussian, Family::kGamma,
                                         Family::kLogit),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(CellRegressors, DependentOnesAreRedundantAndTheLastOfThem) {
  // Every row in one cell: the sum of all cells is a constant, which the effects explain.
  CellPanel cells = make_cells(Family::kPoisson, {.n_countries = 8, .n_years = 5, .seed = 21});
  for (GroupId& id : cells.region_ids) id = id == kNoGroup ? 0 : id;
  GlmProblem problem = make_problem(Family::kPoisson, cells.panel, false, false, {"et", "it"});
  problem.cells = {CellRegressors{.names = cells.region_names, .ids = cells.region_ids}};
  Context context(2);
  const GlmFit fit = fit_glm(problem, {}, context);
  ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
  EXPECT_EQ(fit.redundant, (std::vector<bool>{false, false, false, false, true}));
  EXPECT_EQ(fit.coefficients[4], 0.0);
  // Without the last cell it is the same model.
  GlmProblem smaller = problem;
  for (GroupId& id : cells.region_ids) id = id == 2 ? kNoGroup : id;
  smaller.cells[0].names.pop_back();
  const GlmFit other = fit_glm(smaller, {}, context);
  for (std::size_t j = 0; j < 4; ++j) {
    EXPECT_NEAR(fit.coefficients[j], other.coefficients[j], 1e-8);
    EXPECT_NEAR(fit.hessian[j * 6], other.hessian[j * 5], 1e-7 * other.hessian[j * 5]);
  }
}

TEST(CellRegressors, ACodeWithoutANameIsRefused) {
  CellPanel cells = make_cells(Family::kPoisson, {.seed = 2});
  GlmProblem problem = make_problem(Family::kPoisson, cells.panel, false, false, {"et", "it"});
  cells.region_ids[7] = 3;
  problem.cells = {cells.regions()};
  Context context(1);
  EXPECT_EQ(error_of([&] { (void)fit_glm(problem, {}, context); }).code, "cell-out-of-range");
}

}  // namespace
}  // namespace altyn::estimation
