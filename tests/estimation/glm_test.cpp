#include "altyn/estimation/glm.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "altyn/core/errors.h"
#include "dummy_twin.h"
#include "panels.h"

namespace altyn::estimation {
namespace {

struct TwinCase {
  Family family;
  bool weighted;
  bool with_offset;
  std::vector<std::string> effects;
  PanelShape shape;
};

void expect_equal_to_dummies(const TwinCase& c) {
  const Panel panel = make_panel(c.family, c.shape);
  const GlmProblem problem = make_problem(c.family, panel, c.weighted, c.with_offset, c.effects);
  Context context(2);
  const GlmFit fit = fit_glm(problem, {.tolerance = 1e-11}, context);
  const DummyTwin twin = fit_dummies(problem);
  ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
  const std::vector<double> mu = in_input_order(*fit.plan, fit.mu);
  // Both solve the same equations; 1e-8 leaves room for the conditioning of the dummies. X~ is
  // certified in its weighted norm.
  double total = 0.0;
  for (std::size_t r = 0; r < panel.n(); ++r) total += std::abs(panel.y[r]);
  const double size = total / static_cast<double>(panel.n());
  for (Eigen::Index j = 0; j < twin.coefficients.size(); ++j) {
    EXPECT_NEAR(fit.coefficients[static_cast<std::size_t>(j)], twin.coefficients(j), 1e-8);
    const std::vector<double> column = in_input_order(*fit.plan, fit.partialled_column(j));
    const auto k = static_cast<std::size_t>(twin.coefficients.size());
    const double norm = std::sqrt(fit.hessian[static_cast<std::size_t>(j) * (k + 1)]);
    for (std::size_t r = 0; r < panel.n(); ++r) {
      const double w = (c.weighted ? panel.weights[r] : 1.0) * working_weight(c.family, mu[r]);
      ASSERT_NEAR(std::sqrt(w) * column[r],
                  std::sqrt(w) * twin.partialled(static_cast<Eigen::Index>(r), j), 1e-7 * norm);
    }
  }
  for (std::size_t r = 0; r < panel.n(); ++r) {
    ASSERT_NEAR(mu[r], twin.mu(static_cast<Eigen::Index>(r)), 1e-8 * std::max(size, mu[r]));
  }
}

class GlmTwin : public testing::TestWithParam<Family> {};

TEST_P(GlmTwin, EqualsDummyVariableRegression) {
  const std::vector<std::vector<std::string>> structures = {
      {"e"},       {"e", "i"},         {"et", "it"},          {"et", "it", "ei"},
      {"ei", "t"}, {"e", "i", "t"},    {"ei", "et", "it"},    {"et", "it", "eix"},
      {"e", "ex"}, {"ei", "et", "ix"}, {"e", "et", "i", "t"}, {"et"},
  };
  std::uint64_t seed = 1;
  for (const auto& effects : structures) {
    for (const bool weighted : {false, true}) {
      for (const bool with_offset : {false, true}) {
        SCOPED_TRACE(fmt::format("{} weighted {} offset {}", fmt::join(effects, "+"), weighted,
                                 with_offset));
        expect_equal_to_dummies({GetParam(),
                                 weighted,
                                 with_offset,
                                 effects,
                                 {.share_kept = weighted ? 0.8 : 1.0, .seed = ++seed}});
      }
    }
  }
}

TEST_P(GlmTwin, EqualsDummyVariableRegressionWithManyRegressors) {
  for (const std::size_t k : {0, 1, 3, 6, 7, 19}) {
    SCOPED_TRACE(k);
    expect_equal_to_dummies({GetParam(),
                             true,
                             true,
                             {"et", "it", "ei"},
                             {.n_countries = 7, .n_years = 6, .n_regressors = k, .seed = 40 + k}});
  }
}

TEST_P(GlmTwin, WithoutEffectsIsAnOrdinaryRegressionOnAConstant) {
  Panel panel = make_panel(GetParam(), {.seed = 90});
  panel.x.emplace_back(panel.n(), 1.0);
  const GlmProblem problem = make_problem(GetParam(), panel, true, true, {});
  Context context(1);
  const GlmFit fit = fit_glm(problem, {.tolerance = 1e-12}, context);
  const DummyTwin twin = fit_dummies(problem);
  ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(fit.coefficients[j], twin.coefficients(static_cast<Eigen::Index>(j)), 1e-9);
  }
}

TEST_P(GlmTwin, SameBitsForAnyThreadCount) {
  const Panel panel = make_panel(GetParam(), {.n_countries = 60, .n_years = 40, .seed = 3});
  const GlmProblem problem = make_problem(GetParam(), panel, true, false, {"et", "it", "ei"});
  Context one(1);
  const GlmFit first = fit_glm(problem, {}, one);
  for (const int threads : {2, 5}) {
    Context context(threads);
    const GlmFit fit = fit_glm(problem, {}, context);
    EXPECT_EQ(fit.coefficients, first.coefficients);
    EXPECT_EQ(fit.hessian, first.hessian);
    EXPECT_EQ(fit.mu, first.mu);
  }
}

TEST_P(GlmTwin, SameBitsForAnyRowOrder) {
  const Panel panel = make_panel(GetParam(), {.n_countries = 9, .n_years = 7, .seed = 5});
  std::vector<std::size_t> order(panel.n());
  std::iota(order.begin(), order.end(), std::size_t{0});
  RandomStream random(11, 1, 0);
  for (std::size_t r = order.size(); r > 1; --r) {
    std::swap(order[r - 1], order[random.below(static_cast<std::uint32_t>(r))]);
  }
  Panel shuffled = panel;
  for (std::size_t r = 0; r < order.size(); ++r) {
    shuffled.exporter[r] = panel.exporter[order[r]];
    shuffled.importer[r] = panel.importer[order[r]];
    shuffled.year[r] = panel.year[order[r]];
    shuffled.y[r] = panel.y[order[r]];
    for (std::size_t j = 0; j < panel.x.size(); ++j) shuffled.x[j][r] = panel.x[j][order[r]];
  }
  Context context(2);
  for (const auto& effects : {std::vector<std::string>{"et", "it"}, {"et", "it", "ei"}}) {
    const GlmFit a = fit_glm(make_problem(GetParam(), panel, false, false, effects), {}, context);
    const GlmFit b =
        fit_glm(make_problem(GetParam(), shuffled, false, false, effects), {}, context);
    EXPECT_EQ(a.hessian, b.hessian);
    const std::vector<double> mu = in_input_order(*b.plan, b.mu);
    for (std::size_t r = 0; r < order.size(); ++r) {
      ASSERT_NEAR(mu[r], a.mu[order[r]], 1e-12 * std::abs(mu[r]) + 1e-15);
    }
  }
}

TEST_P(GlmTwin, WeightsAreReplications) {
  const Panel panel = make_panel(GetParam(), {.seed = 17});
  Panel weighted = panel;
  Panel replicated = panel;
  for (std::size_t r = 0; r < panel.n(); ++r) {
    const std::size_t copies = 1 + r % 3;
    weighted.weights[r] = static_cast<double>(copies);
    for (std::size_t c = 1; c < copies; ++c) {
      replicated.exporter.push_back(panel.exporter[r]);
      replicated.importer.push_back(panel.importer[r]);
      replicated.year.push_back(panel.year[r]);
      replicated.y.push_back(panel.y[r]);
      for (std::size_t j = 0; j < panel.x.size(); ++j) {
        replicated.x[j].push_back(panel.x[j][r]);
      }
    }
  }
  Context context(2);
  const std::vector<std::string> effects = {"et", "it", "ei"};
  const GlmFit a = fit_glm(make_problem(GetParam(), weighted, true, false, effects), {}, context);
  const GlmFit b =
      fit_glm(make_problem(GetParam(), replicated, false, false, effects), {}, context);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(a.coefficients[j], b.coefficients[j], 1e-9);  // the solver's tolerance
  }
}

TEST_P(GlmTwin, RowsOfWeightZeroTakeNoPart) {
  const Panel panel = make_panel(GetParam(), {.seed = 23});
  Panel part = make_panel(GetParam(), {.seed = 23});
  std::vector<double> weights(panel.n(), 1.0);
  std::vector<std::size_t> keep;
  for (std::size_t r = 0; r < panel.n(); ++r) {
    if (r % 7 == 3 || panel.exporter[r] == 2) {
      weights[r] = 0.0;
    } else {
      keep.push_back(r);
    }
  }
  const auto shrink = [&](auto& column) {
    for (std::size_t i = 0; i < keep.size(); ++i) column[i] = column[keep[i]];
    column.resize(keep.size());
  };
  shrink(part.exporter), shrink(part.importer), shrink(part.year), shrink(part.y);
  for (auto& column : part.x) shrink(column);
  Context context(1);
  GlmProblem zeros = make_problem(GetParam(), panel, false, false, {"et", "it", "ei"});
  zeros.weights = weights;
  const GlmFit a = fit_glm(zeros, {}, context);
  const GlmFit b =
      fit_glm(make_problem(GetParam(), part, false, false, {"et", "it", "ei"}), {}, context);
  for (std::size_t j = 0; j < 2; ++j) EXPECT_NEAR(a.coefficients[j], b.coefficients[j], 1e-9);
}

TEST_P(GlmTwin, AStartAtTheAnswerNeedsNoStepsAndGivesTheSame) {
  const Panel panel = make_panel(GetParam(), {.n_countries = 10, .n_years = 8, .seed = 29});
  const GlmProblem problem = make_problem(GetParam(), panel, true, false, {"et", "it", "ei"});
  Context context(2);
  const GlmFit cold = fit_glm(problem, {}, context);
  const GlmFit warm = fit_glm(problem, {}, context, &cold);
  EXPECT_LE(warm.iterations, 1);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(warm.coefficients[j], cold.coefficients[j], 1e-10);
    EXPECT_NEAR(warm.hessian[3 * j], cold.hessian[3 * j], 1e-9 * cold.hessian[3 * j]);
  }
  ASSERT_TRUE(warm.certificate.holds()) << warm.certificate.summary();
}

TEST_P(GlmTwin, ARedundantRegressorIsNamedAndLeftAtZero) {
  Panel panel = make_panel(GetParam(), {.seed = 31});
  panel.x.push_back(panel.x[0]);  // a copy
  for (double& v : panel.x.back()) v *= 2.0;
  panel.x.emplace_back();
  for (std::size_t r = 0; r < panel.n(); ++r) {  // inside exporter-year effects
    panel.x.back().push_back(std::sin(panel.exporter[r] + 10.0 * panel.year[r]));
  }
  Context context(2);
  const GlmFit fit =
      fit_glm(make_problem(GetParam(), panel, false, false, {"et", "it", "ei"}), {}, context);
  EXPECT_EQ(fit.redundant, (std::vector<bool>{false, false, true, true}));
  EXPECT_EQ(fit.coefficients[2], 0.0);
  EXPECT_EQ(fit.coefficients[3], 0.0);
  ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
}

INSTANTIATE_TEST_SUITE_P(Families, GlmTwin,
                         testing::Values(Family::kPoisson, Family::kGaussian, Family::kGamma,
                                         Family::kLogit),
                         [](const auto& family) { return std::string(to_string(family.param)); });

TEST(Glm, APairWithoutTradeGetsMeanZeroAndDoesNotMoveTheOthers) {
  Panel panel = make_panel(Family::kPoisson, {.n_countries = 8, .n_years = 6, .seed = 41});
  std::vector<double> weights(panel.n(), 1.0);
  for (std::size_t r = 0; r < panel.n(); ++r) {
    if (panel.exporter[r] == 1 && panel.importer[r] == 4) panel.y[r] = weights[r] = 0.0;
  }
  Context context(2);
  GlmProblem problem = make_problem(Family::kPoisson, panel, false, false, {"et", "it", "ei"});
  const GlmFit with = fit_glm(problem, {}, context);
  problem.weights = weights;
  const GlmFit without = fit_glm(problem, {}, context);
  ASSERT_TRUE(with.certificate.holds()) << with.certificate.summary();
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(with.coefficients[j], without.coefficients[j], 1e-10);
  }
  const std::vector<double> mu = in_input_order(*with.plan, with.mu);
  for (std::size_t r = 0; r < panel.n(); ++r) {
    if (weights[r] == 0.0) {
      EXPECT_EQ(mu[r], 0.0);
    }
  }
}

TEST(Glm, ScaleOfTheOutcomeMovesNothingButTheEffects) {
  const Panel panel = make_panel(Family::kPoisson, {.n_countries = 8, .n_years = 6, .seed = 43});
  Context context(2);
  const GlmFit base =
      fit_glm(make_problem(Family::kPoisson, panel, false, false, {"et", "it", "ei"}), {}, context);
  for (const double factor : {1e-290, 1e-9, 1e15}) {
    SCOPED_TRACE(factor);
    Panel scaled = panel;
    for (double& y : scaled.y) y *= factor;
    const GlmFit fit = fit_glm(
        make_problem(Family::kPoisson, scaled, false, false, {"et", "it", "ei"}), {}, context);
    ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
    for (std::size_t j = 0; j < 2; ++j) {
      EXPECT_NEAR(fit.coefficients[j], base.coefficients[j], 1e-8);
    }
  }
}

TEST(Glm, AMillionLevelsOfOneRowLeaveNothingToEstimate) {
  const std::size_t n = 100'000;
  std::vector<double> y(n), x(n);
  std::vector<GroupId> id(n);
  RandomStream random(3, 3, 3);
  for (std::size_t r = 0; r < n; ++r) {
    y[r] = random.uniform();
    x[r] = random.normal();
    id[r] = static_cast<GroupId>(r);
  }
  Context context(2);
  const GlmFit fit = fit_glm({.y = y,
                              .regressors = {x},
                              .regressor_names = {"x"},
                              .keys = {{"row", id, static_cast<GroupId>(n)}},
                              .effects = {{.name = "row", .keys = {0}, .slope = {}}}},
                             {}, context);
  EXPECT_EQ(fit.redundant, std::vector<bool>{true});
  EXPECT_EQ(fit.coefficients[0], 0.0);
  EXPECT_THAT(fit.certificate.blocks[0].residual, testing::Le(1e-12));
}

TEST(Glm, IterationLimitIsAStatusWithTheWorstLevelNamed) {
  const Panel panel = make_panel(Family::kPoisson, {.n_countries = 8, .n_years = 6, .seed = 47});
  Context context(1);
  const GlmFit fit =
      fit_glm(make_problem(Family::kPoisson, panel, false, false, {"et", "it", "ei"}),
              {.max_iterations = 1}, context);
  EXPECT_EQ(fit.status, SolveStatus::kIterationLimit);
  EXPECT_FALSE(fit.certificate.holds());
  EXPECT_EQ(fit.effect_scores.size(), 3U);
  for (const EffectScore& score : fit.effect_scores) EXPECT_EQ(score.key_ids.size(), 2U);
}

TEST(Glm, StopsOnRequest) {
  const Panel panel = make_panel(Family::kPoisson, {.seed = 48});
  Context context(1);
  std::stop_source stop;
  stop.request_stop();
  context.stop = stop.get_token();
  const GlmFit fit =
      fit_glm(make_problem(Family::kPoisson, panel, false, false, {"et", "it"}), {}, context);
  EXPECT_EQ(fit.status, SolveStatus::kCancelled);
}

std::string code_of(const GlmProblem& problem) {
  Context context(2);
  try {
    (void)fit_glm(problem, {}, context);
  } catch (const InputError& error) {
    return error.detail().code;
  }
  return "accepted";
}

TEST(Glm, BadInputIsNamed) {
  Panel panel = make_panel(Family::kPoisson, {.seed = 53});
  const auto problem = [&] {
    return make_problem(Family::kPoisson, panel, true, true, {"et", "it"});
  };
  EXPECT_EQ(code_of(problem()), "accepted");
  panel.y[3] = -1.0;
  EXPECT_EQ(code_of(problem()), "value-out-of-range");
  panel.y[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(code_of(problem()), "value-not-finite");
  panel.y[3] = 1.0;
  panel.x[1][4] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(code_of(problem()), "value-not-finite");
  panel.x[1][4] = 0.0;
  panel.weights[0] = -0.1;
  EXPECT_EQ(code_of(problem()), "value-out-of-range");
  panel.weights[0] = 1.0;
  panel.year[5] = 99;
  EXPECT_EQ(code_of(problem()), "effect-id-out-of-range");
  panel.year[5] = 0;
  panel.offset.pop_back();
  EXPECT_EQ(code_of(problem()), "column-length");
  GlmProblem logit = problem();
  logit.offset = {};
  logit.family = Family::kLogit;
  EXPECT_EQ(code_of(logit), "value-out-of-range");
  EXPECT_EQ(code_of({}), "no-rows");
}

TEST(Glm, ScoresSumByClusterAsTheNaiveLoopDoes) {
  const Panel panel =
      make_panel(Family::kPoisson, {.n_countries = 9, .share_kept = 0.8, .seed = 59});
  const GlmProblem problem = make_problem(Family::kPoisson, panel, true, false, {"et", "it", "ei"});
  Context context(2);
  const GlmFit fit = fit_glm(problem, {}, context);
  const std::vector<double> residual = in_input_order(*fit.plan, fit.residual);
  for (const auto& [ids, n_clusters] :
       {std::pair{&panel.importer, panel.n_countries}, std::pair{&panel.year, panel.n_years}}) {
    std::vector<double> naive(n_clusters * 2);
    for (Index j = 0; j < 2; ++j) {
      const std::vector<double> column = in_input_order(*fit.plan, fit.partialled_column(j));
      for (std::size_t r = 0; r < panel.n(); ++r) {
        naive[(*ids)[r] * 2 + static_cast<std::size_t>(j)] +=
            panel.weights[r] * residual[r] * column[r];
      }
    }
    const std::vector<double> sums = sum_scores(problem, fit, *ids, n_clusters, context);
    for (std::size_t i = 0; i < naive.size(); ++i) EXPECT_NEAR(sums[i], naive[i], 1e-10);
  }
  for (Index e = 0; e < 3; ++e) {
    const std::vector<GroupId> levels = fit.plan->levels_in_fit_order(e);
    std::vector<GroupId> ids(panel.n());
    for (std::size_t p = 0; p < ids.size(); ++p) {
      ids[fit.plan->rows().empty() ? p : fit.plan->rows()[p]] = levels[p];
    }
    EXPECT_THAT(sum_scores_by_effect(problem, fit, e, context),
                testing::Pointwise(testing::DoubleNear(1e-10),
                                   sum_scores(problem, fit, ids, fit.plan->n_levels(e), context)));
  }
}

TEST(Glm, RecoveredEffectsAddUpToThePredictor) {
  const Panel panel =
      make_panel(Family::kPoisson, {.n_countries = 7, .share_kept = 0.9, .seed = 61});
  const GlmProblem problem = make_problem(Family::kPoisson, panel, false, true, {"et", "it", "ei"});
  Context context(2);
  const GlmFit fit = fit_glm(problem, {}, context);
  const RecoveredEffects effects = recover_effects(problem, fit, context);
  EXPECT_LE(effects.residual, 1e-8);
  const std::vector<double> eta = linear_predictor(problem, fit, context);
  for (std::size_t p = 0; p < eta.size(); ++p) {
    EXPECT_NEAR(std::exp(eta[p]), fit.mu[p], 1e-9 * fit.mu[p]);
  }
  // The normalisation: no shift between exporter-year and importer-year of one year lowers the sum
  // of squares, so their row-weighted totals by year agree.
  const std::vector<GroupId> et = fit.plan->levels_in_fit_order(0);
  const std::vector<GroupId> it = fit.plan->levels_in_fit_order(1);
  std::vector<double> difference(panel.n_years);
  for (std::size_t p = 0; p < eta.size(); ++p) {
    const GroupId year = fit.plan->level_key_ids(0, et[p])[1];
    difference[year] += effects.values[0][et[p]] - effects.values[1][it[p]];
  }
  for (const double d : difference) EXPECT_NEAR(d, 0.0, 1e-7);
}

TEST(Glm, MeasuresMatchTheirFormulas) {
  const Panel panel = make_panel(Family::kPoisson, {.seed = 67});
  const GlmProblem problem = make_problem(Family::kPoisson, panel, true, false, {"e", "i"});
  Context context(2);
  const GlmFit fit = fit_glm(problem, {}, context);
  const std::vector<double> mu = in_input_order(*fit.plan, fit.mu);
  double deviance = 0.0, likelihood = 0.0, null = 0.0, sum = 0.0, total = 0.0;
  for (std::size_t r = 0; r < panel.n(); ++r) {
    sum += panel.weights[r] * panel.y[r];
    total += panel.weights[r];
  }
  for (std::size_t r = 0; r < panel.n(); ++r) {
    const double y = panel.y[r];
    const double log_y = y > 0.0 ? y * std::log(y / mu[r]) : 0.0;
    deviance += panel.weights[r] * 2.0 * (log_y - (y - mu[r]));
    likelihood += panel.weights[r] * (y * std::log(mu[r]) - mu[r] - std::lgamma(y + 1.0));
    null += panel.weights[r] * (y * std::log(sum / total) - sum / total - std::lgamma(y + 1.0));
  }
  const FitMeasures measures = measure_fit(problem, fit, context);
  EXPECT_NEAR(measures.deviance, deviance, 1e-9 * deviance);
  EXPECT_NEAR(measures.log_likelihood, likelihood, 1e-9 * std::abs(likelihood));
  EXPECT_NEAR(measures.null_log_likelihood, null, 1e-9 * std::abs(null));
}

}  // namespace
}  // namespace altyn::estimation
