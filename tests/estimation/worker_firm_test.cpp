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
