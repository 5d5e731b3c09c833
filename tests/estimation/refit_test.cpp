#include "altyn/estimation/refit.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "error_of.h"
#include "panels.h"

namespace altyn::estimation {
namespace {

/// How often each pair is drawn.
std::vector<double> draw_pairs(const Panel& panel, std::uint64_t seed) {
  RandomStream random(seed, 3, 0);
  const std::uint32_t n_pairs = panel.n_countries * panel.n_countries;
  std::vector<double> times(n_pairs);
  for (std::uint32_t i = 0; i < n_pairs; ++i) times[random.below(n_pairs)] += 1.0;
  std::vector<double> weights;
  for (std::size_t r = 0; r < panel.n(); ++r) {
    weights.push_back(times[panel.exporter[r] * panel.n_countries + panel.importer[r]]);
  }
  return weights;
}

class Refits : public testing::TestWithParam<Family> {};

TEST_P(Refits, EqualAFitOfTheDrawnRowsAlone) {
  const std::vector<std::vector<std::string>> structures = {
      {"et", "it", "ei"}, {"et", "it"}, {"e", "i", "t"}, {"ei"}};
  std::uint64_t seed = 60;
  for (const auto& effects : structures) {
    SCOPED_TRACE(fmt::format("{}", fmt::join(effects, "+")));
    const Panel panel = make_panel(
        GetParam(), {.n_countries = 14, .n_years = 6, .share_kept = 0.95, .seed = ++seed});
    GlmProblem problem = make_problem(GetParam(), panel, false, true, effects);
    Context context(2);
    const GlmFit fit = fit_glm(problem, {}, context);
    const RefitProblem prepared(problem, fit, context);
    for (std::uint64_t draw = 0; draw < 3; ++draw) {
      const std::vector<double> weights = draw_pairs(panel, 10 * seed + draw);
      const GlmFit again =
          refit(prepared, weights, {.tolerance = 1e-11, .row_results = false}, context);
      ASSERT_TRUE(again.certificate.holds()) << again.certificate.summary();
      EXPECT_TRUE(again.mu.empty());
      // The rows that were not drawn are not there at all.
      Panel drawn{.n_countries = panel.n_countries, .n_years = panel.n_years};
      drawn.x.resize(panel.x.size());
      for (std::size_t r = 0; r < panel.n(); ++r) {
        if (weights[r] == 0.0) continue;
        drawn.exporter.push_back(panel.exporter[r]);
        drawn.importer.push_back(panel.importer[r]);
        drawn.year.push_back(panel.year[r]);
        drawn.y.push_back(panel.y[r]);
        drawn.weights.push_back(weights[r]);
        drawn.offset.push_back(panel.offset[r]);
        for (std::size_t j = 0; j < panel.x.size(); ++j) drawn.x[j].push_back(panel.x[j][r]);
      }
      const GlmFit expected = fit_glm(make_problem(GetParam(), drawn, true, true, effects),
                                      {.tolerance = 1e-11}, context);
      ASSERT_TRUE(expected.certificate.holds()) << expected.certificate.summary();
      for (std::size_t j = 0; j < expected.coefficients.size(); ++j) {
        // Both solve the same equations to 1e-11.
        EXPECT_NEAR(again.coefficients[j], expected.coefficients[j], 1e-8);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Refits,
                         testing::Values(Family::kPoisson, Family::kGaussian, Family::kGamma,
                                         Family::kLogit),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(Refit, LeavesOutLevelsWithoutAnOutcome) {
  Panel panel = make_panel(Family::kPoisson, {.n_countries = 10, .n_years = 5, .seed = 4});
  // Exporter 3 sells in year 2 to importer 5 alone: without that pair the level has only zeros.
  for (std::size_t r = 0; r < panel.n(); ++r) {
    if (panel.exporter[r] == 3 && panel.year[r] == 2 && panel.importer[r] != 5) panel.y[r] = 0.0;
  }
  const GlmProblem problem =
      make_problem(Family::kPoisson, panel, false, false, {"et", "it", "ei"});
  Context context(1);
  const GlmFit fit = fit_glm(problem, {}, context);
  ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
  std::vector<double> weights(panel.n(), 1.0);
  std::vector<double> without = weights;
  for (std::size_t r = 0; r < panel.n(); ++r) {
    if (panel.exporter[r] == 3 && panel.importer[r] == 5) weights[r] = without[r] = 0.0;
    if (panel.exporter[r] == 3 && panel.year[r] == 2) without[r] = 0.0;
  }
  const RefitProblem prepared(problem, fit, context);
  const GlmFit a = refit(prepared, weights, {}, context);
  const GlmFit b = refit(prepared, without, {}, context);
  EXPECT_TRUE(a.certificate.holds()) << a.certificate.summary();
  EXPECT_EQ(a.coefficients, b.coefficients);
}

TEST(Refit, GivesTheSameBitsFromAnyThread) {
  const Panel panel = make_panel(Family::kPoisson, {.n_countries = 30, .n_years = 10, .seed = 8});
  const GlmProblem problem =
      make_problem(Family::kPoisson, panel, false, false, {"et", "it", "ei"});
  const auto coefficients = [&](int n_threads) {
    Context context(n_threads);
    const GlmFit fit = fit_glm(problem, {}, context);
    const RefitProblem prepared(problem, fit, context);
    std::vector<std::vector<double>> draws(6);
    context.pool->for_each_shard(6, [&](Index draw) {
      const auto d = static_cast<std::size_t>(draw);
      draws[d] =
          refit(prepared, draw_pairs(panel, d), {.row_results = false}, context).coefficients;
    });
    return draws;
  };
  EXPECT_EQ(coefficients(1), coefficients(3));
}

TEST(Refit, RefusesWeightsThatAreNone) {
  const Panel panel = make_panel(Family::kPoisson, {.seed = 8});
  const GlmProblem problem = make_problem(Family::kPoisson, panel, false, false, {"et", "it"});
  Context context(1);
  const GlmFit fit = fit_glm(problem, {}, context);
  const RefitProblem prepared(problem, fit, context);
  std::vector<double> weights(panel.n(), 1.0);
  weights[3] = -1.0;
  EXPECT_EQ(error_of([&] { (void)refit(prepared, weights, {}, context); }).code,
            "value-out-of-range");
  weights.pop_back();
  EXPECT_EQ(error_of([&] { (void)refit(prepared, weights, {}, context); }).code, "column-length");
}

}  // namespace
}  // namespace altyn::estimation
