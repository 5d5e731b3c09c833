#include "altyn/estimation/absorb.h"

#include <gtest/gtest.h>

#include "altyn/core/errors.h"
#include "dummy_twin.h"
#include "panels.h"

namespace altyn::estimation {
namespace {

TEST(Absorb, EqualsTheProjectionOnDummies) {
  for (const auto& effects : {std::vector<std::string>{"e"},
                              {"e", "i"},
                              {"et", "it"},
                              {"et", "it", "ei"},
                              {"ei", "t", "ix"},
                              {"ex"}}) {
    const Panel panel =
        make_panel(Family::kGaussian, {.share_kept = 0.8, .n_regressors = 11, .seed = 5});
    const GlmProblem problem = make_problem(Family::kGaussian, panel, true, false, effects);
    const Eigen::MatrixXd expected = fit_dummies(problem).partialled;
    Context context(2);
    const auto plan = plan_absorption(problem.keys, problem.effects, problem.n_rows(),
                                      AbsorbRoute::kAuto, context);
    Panel work = panel;
    std::vector<std::span<double>> columns(work.x.begin(), work.x.end());
    const AbsorbResult result = absorb(*plan, columns, panel.weights, {}, context);
    EXPECT_EQ(result.status, SolveStatus::kConverged);
    for (std::size_t j = 0; j < columns.size(); ++j) {
      for (std::size_t r = 0; r < panel.n(); ++r) {
        ASSERT_NEAR(columns[j][r],
                    expected(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(j)), 1e-7);
      }
    }
  }
}

TEST(Absorb, HugeWeightsOnSomeRowsStillConverge) {
  // As the separation check of Correia, Guimaraes and Zylkin (2019) uses them.
  const Panel panel = make_panel(Family::kPoisson, {.n_countries = 8, .n_years = 6, .seed = 6});
  const GlmProblem problem =
      make_problem(Family::kPoisson, panel, false, false, {"et", "it", "ei"});
  std::vector<double> weights(panel.n());
  std::vector<double> column(panel.n());
  for (std::size_t r = 0; r < panel.n(); ++r) {
    weights[r] = panel.y[r] > 0.0 ? 6.7e7 : 1.0;
    column[r] = panel.y[r] > 0.0 ? 0.0 : 1.0;
  }
  Context context(2);
  const auto plan =
      plan_absorption(problem.keys, problem.effects, problem.n_rows(), AbsorbRoute::kAuto, context);
  const std::vector<std::span<double>> columns = {column};
  const AbsorbResult result = absorb(*plan, columns, weights, {.tolerance = 1e-9}, context);
  EXPECT_EQ(result.status, SolveStatus::kConverged) << result.residual;
}

TEST(Absorb, LevelsAreNumberedByTheirKeys) {
  const Panel panel = make_panel(Family::kGaussian, {.share_kept = 0.5, .seed = 8});
  const GlmProblem problem =
      make_problem(Family::kGaussian, panel, false, false, {"et", "it", "ei"});
  Context context(1);
  const auto plan =
      plan_absorption(problem.keys, problem.effects, problem.n_rows(), AbsorbRoute::kAuto, context);
  const std::vector<const std::vector<GroupId>*> first = {&panel.exporter, &panel.importer,
                                                          &panel.exporter};
  const std::vector<const std::vector<GroupId>*> second = {&panel.year, &panel.year,
                                                           &panel.importer};
  for (Index e = 0; e < 3; ++e) {
    const std::vector<GroupId> levels = plan->levels_in_fit_order(e);
    std::vector<GroupId> previous;
    for (GroupId l = 0; l < plan->n_levels(e); ++l) {
      const std::vector<GroupId> ids = plan->level_key_ids(e, l);
      EXPECT_LT(previous, ids);
      previous = ids;
    }
    for (std::size_t p = 0; p < panel.n(); ++p) {
      const std::size_t r = plan->rows().empty() ? p : plan->rows()[p];
      const std::vector<GroupId> expected = {(*first[static_cast<std::size_t>(e)])[r],
                                             (*second[static_cast<std::size_t>(e)])[r]};
      ASSERT_EQ(plan->level_key_ids(e, levels[p]), expected);
    }
  }
}

TEST(Absorb, InsistingOnBlocksWhereThereAreNoneIsAnError) {
  const Panel panel = make_panel(Family::kGaussian, {.seed = 9});
  const GlmProblem problem = make_problem(Family::kGaussian, panel, false, false, {"e", "i"});
  Context context(1);
  try {
    (void)plan_absorption(problem.keys, problem.effects, problem.n_rows(), AbsorbRoute::kBlocks,
                          context);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "no-blocks");
  }
}

}  // namespace
}  // namespace altyn::estimation
