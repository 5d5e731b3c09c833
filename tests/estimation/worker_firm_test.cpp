// Weakly connected effects: the probe, the graph and what they must give.

#include <gtest/gtest.h>

#include "dummy_twin.h"
#include "panels.h"

namespace altyn::estimation {
namespace {

/// Workers who move along a line of firms: a graph close to a path, as hard as they come.
struct WorkerPanel {
  std::vector<GroupId> worker, firm, year;
  std::vector<double> y, x;
  GroupId n_workers, n_firms;
  static constexpr GroupId kYears = 4;

  WorkerPanel(GroupId workers, GroupId firms, Family family) : n_workers(workers), n_firms(firms) {
    RandomStream random(6, 1, 1);
    for (GroupId w = 0; w < workers; ++w) {
      GroupId at = w * firms / workers;
      for (GroupId t = 0; t < kYears; ++t) {
        if (t > 0 && random.uniform() < 0.4 && at + 1 < firms) ++at;
        worker.push_back(w);
        firm.push_back(at);
        year.push_back(t);
        x.push_back(random.normal() + 0.01 * at);
        const double eta = 0.5 * x.back() + std::sin(0.05 * at) + 0.3 * random.normal();
        y.push_back(family == Family::kGaussian ? eta : std::exp(eta));
      }
    }
  }
  [[nodiscard]] GlmProblem problem(Family family, bool with_year) const {
    GlmProblem result{.family = family, .y = y, .regressors = {x}, .regressor_names = {"x"}};
    result.keys = {{"worker", worker, n_workers}, {"firm", firm, n_firms}, {"year", year, kYears}};
    result.effects = {{"worker", {0}, {}}, {"firm", {1}, {}}};
    if (with_year) result.effects.push_back({"year", {2}, {}});
    return result;
  }
};

TEST(WorkerFirm, EqualsDummyVariableRegressionOnALine) {
  for (const Family family : {Family::kGaussian, Family::kPoisson}) {
    for (const bool with_year : {false, true}) {
      const WorkerPanel panel(120, 80, family);
      const GlmProblem problem = panel.problem(family, with_year);
      Context context(2);
      const GlmFit fit = fit_glm(problem, {.tolerance = 1e-11}, context);
      ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
      EXPECT_NEAR(fit.coefficients[0], fit_dummies(problem).coefficients(0), 1e-8);
    }
  }
}

TEST(WorkerFirm, AProbeThatStallsLeadsToTheGraph) {
  const WorkerPanel panel(6000, 3000, Family::kGaussian);
  Context context(2);
  const GlmFit fit = fit_glm(panel.problem(Family::kGaussian, true), {}, context);
  ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
  EXPECT_NE(fit.route.find("approximate Cholesky"), std::string::npos) << fit.route;
  EXPECT_LE(fit.inner_iterations, 200);
}

/// Fits y on x with effects of workers and firms.
GlmProblem worker_firm_problem(Family family, const std::vector<double>& y,
                               const std::vector<double>& x, const std::vector<GroupId>& worker,
                               GroupId n_workers, const std::vector<GroupId>& firm,
                               GroupId n_firms) {
  GlmProblem result{.family = family, .y = y, .regressors = {x}, .regressor_names = {"x"}};
  result.keys = {{"worker", worker, n_workers}, {"firm", firm, n_firms}};
  result.effects = {{"worker", {0}, {}}, {"firm", {1}, {}}};
  return result;
}

TEST(WorkerFirm, AStarOfFirmsRoundOneHubEqualsDummyVariables) {
  // Every worker has a year in the hub and one in a firm of few: all firms hang on one level.
  constexpr GroupId kFirms = 60;
  for (const Family family : {Family::kGaussian, Family::kPoisson}) {
    RandomStream random(12, 1, 1);
    std::vector<GroupId> worker, firm;
    std::vector<double> y, x;
    for (GroupId w = 0; w < 3 * kFirms; ++w) {
      for (const GroupId f : {GroupId{0}, 1 + w % kFirms}) {
        worker.push_back(w);
        firm.push_back(f);
        x.push_back(random.normal() + 0.1 * f);
        const double eta = 0.5 * x.back() + std::sin(0.3 * f) + 0.3 * random.normal();
        y.push_back(family == Family::kGaussian ? eta : std::exp(eta));
      }
    }
    const GlmProblem problem =
        worker_firm_problem(family, y, x, worker, 3 * kFirms, firm, kFirms + 1);
    Context context(2);
    const GlmFit fit = fit_glm(problem, {.tolerance = 1e-11}, context);
    ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
    EXPECT_NEAR(fit.coefficients[0], fit_dummies(problem).coefficients(0), 1e-8);
  }
}

TEST(WorkerFirm, WorldsThatOneWorkerTiesTogetherEqualDummyVariables) {
  // Four labour markets; a single mover of small weight between each and the next.
  constexpr GroupId kMarkets = 4;
  constexpr GroupId kFirms = 12;    // of a market
  constexpr GroupId kWorkers = 40;  // of a market
  for (const double tie : {1.0, 1e-6}) {
    RandomStream random(13, 1, 1);
    std::vector<GroupId> worker, firm;
    std::vector<double> y, x, weights;
    for (GroupId w = 0; w < kMarkets * kWorkers; ++w) {
      const GroupId market = w / kWorkers;
      for (int t = 0; t < 4; ++t) {
        const bool moves = t == 3 && w % kWorkers == 0 && market + 1 < kMarkets;
        worker.push_back(w);
        firm.push_back((moves ? market + 1 : market) * kFirms + random.below(kFirms));
        weights.push_back(moves ? tie : 1.0);
        x.push_back(random.normal() + 0.05 * firm.back());
        y.push_back(0.5 * x.back() + 0.2 * market + std::cos(firm.back()) + random.normal());
      }
    }
    GlmProblem problem = worker_firm_problem(Family::kGaussian, y, x, worker, kMarkets * kWorkers,
                                             firm, kMarkets * kFirms);
    problem.weights = weights;
    Context context(2);
    const GlmFit fit = fit_glm(problem, {.tolerance = 1e-11}, context);
    ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
    // A tie of weight 1e-6 leaves ten digits of the dense twin.
    EXPECT_NEAR(fit.coefficients[0], fit_dummies(problem).coefficients(0), 1e-7) << tie;
  }
}

TEST(WorkerFirm, AWellConnectedPanelNeedsNoGraph) {
  const Panel panel = make_panel(Family::kGaussian, {.n_countries = 20, .n_years = 10});
  Context context(2);
  const GlmFit fit =
      fit_glm(make_problem(Family::kGaussian, panel, false, false, {"e", "i"}), {}, context);
  ASSERT_TRUE(fit.certificate.holds());
  EXPECT_NE(fit.route.find("diagonal"), std::string::npos) << fit.route;
}

TEST(WorkerFirm, AllRoutesAgree) {
  const Panel panel = make_panel(Family::kPoisson, {.n_countries = 12, .n_years = 9, .seed = 71});
  const GlmProblem problem = make_problem(Family::kPoisson, panel, true, false, {"et", "it", "ei"});
  Context context(2);
  const GlmFit blocks = fit_glm(problem, {.route = AbsorbRoute::kBlocks}, context);
  const GlmFit general = fit_glm(problem, {.route = AbsorbRoute::kGeneral}, context);
  EXPECT_NE(blocks.route, general.route);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(blocks.coefficients[j], general.coefficients[j], 1e-9);  // the solver's tolerance
  }
}

}  // namespace
}  // namespace altyn::estimation
