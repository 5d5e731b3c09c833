#include "altyn/estimation/penalised.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "error_of.h"
#include "random_table.h"

namespace altyn::estimation {
namespace {

using ::testing::Contains;

/// Twelve regressors of which only d1 and d2 move the outcome.
data::Table with_provisions(std::uint64_t seed) {
  data::Table table = random_table(Family::kPoisson,
                                   {.n_countries = 9, .n_years = 6, .share_kept = 1, .seed = seed});
  RandomStream random(seed, 6, 0);
  const auto n = static_cast<std::size_t>(table.n_rows());
  data::NumberColumn y = table.numbers("y");
  for (int d = 1; d <= 12; ++d) {
    data::NumberColumn column(n);
    for (std::size_t row = 0; row < n; ++row) {
      column[row] = random.uniform() < 0.3 ? 1.0 : 0.0;
      if (d <= 2) y[row] *= std::exp(0.8 * column[row]);
    }
    table.add("d" + std::to_string(d), std::move(column));
  }
  table.replace("y", std::move(y));
  return table;
}

constexpr const char* kMany =
    "y ~ d1 + d2 + d3 + d4 + d5 + d6 + d7 + d8 + d9 + d10 + d11 + d12 | exporter^year + "
    "importer^year";

FittedModel fitted(const data::Table& table, const std::string& formula, EstimateOptions options) {
  Context context(1);
  return fit_model(table, parse_formula(formula), options, context);
}

TEST(Penalised, PluginFindsTheProvisionsThatMatter) {
  const data::Table table = with_provisions(81);
  const FittedModel model = fitted(table, kMany, {.cluster = "exporter^importer"});
  Context context(1);
  const PenalisedFit fit = fit_penalised(model, {}, context);
  ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
  EXPECT_THAT(fit.selected, Contains("d1"));
  EXPECT_THAT(fit.selected, Contains("d2"));
  EXPECT_LE(fit.selected.size(), 4U);
  // After selection: the ppml on those regressors alone.
  std::string formula = "y ~ " + fit.selected[0];
  for (std::size_t j = 1; j < fit.selected.size(); ++j) formula += " + " + fit.selected[j];
  const FittedModel alone = fitted(table, formula + " | exporter^year + importer^year", {});
  for (std::size_t j = 0; j < fit.selected.size(); ++j) {
    EXPECT_NEAR(fit.post_coefficients[j], alone.fit.coefficients[j], 1e-7);
  }
  EXPECT_LT(std::abs(fit.coefficients[0]), std::abs(fit.post_coefficients[0]));  // shrunk
}

// The conditions of a minimum, from scratch: dense scores net of dense dummies.
TEST(Penalised, ConditionsOfTheMinimumHoldInDenseArithmetic) {
  const data::Table table = with_provisions(82);
  const FittedModel model = fitted(table, kMany, {.weights = "w"});
  Context context(1);
  for (const PenaltyKind kind : {PenaltyKind::kLasso, PenaltyKind::kAdaptive}) {
    const PenalisedFit fit = fit_penalised(
        model, {.penalty_kind = kind, .penalty = 0.02, .penalty_tolerance = 1e-10}, context);
    ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
    // With the coefficients held, the effects solve a ppml with an offset.
    GlmProblem problem = model.frame.problem();
    std::vector<double> offset(problem.y.size(), 0.0);
    for (std::size_t row = 0; row < offset.size(); ++row) {
      for (std::size_t j = 0; j < fit.coefficients.size(); ++j) {
        offset[row] += fit.coefficients[j] * problem.regressors[j][row];
      }
    }
    GlmProblem effects_only = problem;
    effects_only.regressors.clear();
    effects_only.regressor_names.clear();
    effects_only.offset = offset;
    const GlmFit effects = fit_glm(effects_only, {.tolerance = 1e-12}, context);
    const std::vector<double> mu = in_input_order(*effects.plan, effects.mu);
    for (std::size_t j = 0; j < fit.coefficients.size(); ++j) {
      double score = 0.0;
      for (std::size_t row = 0; row < mu.size(); ++row) {
        score += problem.weights[row] * (problem.y[row] - mu[row]) * problem.regressors[j][row];
      }
      if (fit.coefficients[j] == 0.0) {
        EXPECT_LE(std::abs(score), fit.loadings[j] * (1.0 + 1e-6)) << j;
      } else {
        EXPECT_NEAR(score, std::copysign(fit.loadings[j], fit.coefficients[j]),
                    1e-6 * fit.loadings[j])
            << j;
      }
    }
  }
}

TEST(Penalised, ATinyPenaltyIsThePlainEstimate) {
  const data::Table table = with_provisions(85);
  const FittedModel model = fitted(table, kMany, {.tolerance = 1e-11});
  Context context(1);
  const PenalisedFit tiny = fit_penalised(
      model, {.penalty_kind = PenaltyKind::kLasso, .penalty = 1e-10, .penalty_tolerance = 1e-10},
      context);
  ASSERT_TRUE(tiny.certificate.holds()) << tiny.certificate.summary();
  for (std::size_t j = 0; j < tiny.coefficients.size(); ++j) {
    EXPECT_NEAR(tiny.coefficients[j], model.fit.coefficients[j], 1e-7);
  }
}

TEST(Penalised, KeptRegressorsAreNotPenalised) {
  const data::Table table = with_provisions(83);
  const FittedModel model = fitted(table, kMany, {});
  Context context(1);
  const PenalisedFit fit = fit_penalised(
      model, {.penalty_kind = PenaltyKind::kLasso, .penalty = 5.0, .penalty_keep = {"d7"}},
      context);
  ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
  EXPECT_THAT(fit.selected, ::testing::ElementsAre("d7"));
  EXPECT_NEAR(fit.coefficients[6], fit.post_coefficients[0], 1e-6);
}

TEST(Penalised, WrongRequestsAreNamed) {
  const data::Table table = with_provisions(84);
  Context context(1);
  const FittedModel model = fitted(table, "y ~ d1 + d2 | exporter", {});
  const auto code = [&](const FittedModel& of, const PenalisedOptions& options) {
    return error_of([&] { (void)fit_penalised(of, options, context); }).code;
  };
  EXPECT_EQ(code(model, {.penalty_kind = PenaltyKind::kLasso}), "bad-option");
  EXPECT_EQ(code(model, {.penalty_keep = {"d9"}}), "bad-option");
  const FittedModel ols = fitted(table, "y ~ d1 + d2 | exporter", {.family = Family::kGaussian});
  EXPECT_EQ(code(ols, {}), "no-penalty-here");
}

}  // namespace
}  // namespace altyn::estimation
