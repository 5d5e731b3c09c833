#include "altyn/estimation/separated_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/rng.h"
#include "altyn/estimation/estimate.h"
#include "dense_twin.h"
#include "dummy_twin.h"
#include "error_of.h"

namespace altyn::estimation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

data::Table table_of(data::NumberColumn y,
                     const std::vector<std::pair<std::string, data::NumberColumn>>& columns) {
  data::Table table("t");
  table.add("y", std::move(y));
  for (const auto& [name, values] : columns) table.add(name, values);
  return table;
}

Estimate run(const data::Table& table, const std::string& formula,
             std::vector<std::string> methods = {"fe", "simplex", "relu", "mu"}) {
  Context context(1);
  return estimate(
      table, formula,
      {.variance = VarianceKind::kHc0, .separation = std::move(methods), .keep_singletons = true},
      context);
}

std::vector<std::string> reasons(const Estimate& e) {
  std::vector<std::string> texts;
  for (const data::LedgerEntry& entry : e.ledger.dropped()) texts.push_back(entry.reason);
  return texts;
}

// The examples of Correia, Guimaraes and Zylkin's primer on separation.

TEST(Separation, RegressorThatIsPositiveOnlyWhereTheOutcomeIsZero) {
  const data::Table table = table_of({0, 0, 0, 1, 2, 3}, {{"x", {1, 1, 0, 0, 0, 0}}});
  for (const std::string method : {"simplex", "relu", "mu"}) {
    const Estimate e = run(table, "y ~ x", {method});
    ASSERT_TRUE(e.certified()) << method << e.certificate.summary();
    EXPECT_EQ(e.n_obs, 4) << method;
    EXPECT_THAT(reasons(e),
                ElementsAre("separated: zero whatever the coefficients (" + method + ")"));
    EXPECT_NEAR(e.coefficient("(Intercept)").value, std::log(1.5), 1e-9);
    ASSERT_EQ(e.dropped.size(), 1U);
    EXPECT_EQ(e.dropped[0].name, "x");
  }
}

TEST(Separation, CombinationOfTwoRegressors) {
  const data::Table table =
      table_of({0, 0, 0, 1, 2, 3}, {{"x1", {2, -1, 0, 0, 5, 6}}, {"x2", {-1, 2, 0, 0, -10, -12}}});
  for (const std::string method : {"simplex", "relu"}) {
    const Estimate e = run(table, "y ~ x1 + x2", {method});
    ASSERT_TRUE(e.certified()) << method;
    EXPECT_EQ(e.n_obs, 5) << method;  // z = 2 x1 + x2 separates the first row alone
    EXPECT_THAT(e.rows, ElementsAre(1, 2, 3, 4, 5));
  }
}

TEST(Separation, EffectsTogetherSeparateWhatNoneDoesAlone) {
  const data::Table table =
      table_of({0, 1, 0, 0, 1}, {{"id1", {1, 1, 2, 2, 2}}, {"id2", {1, 1, 1, 2, 2}}});
  const Estimate e = run(table, "y ~ 1 | id1 + id2");
  EXPECT_TRUE(e.certified());
  EXPECT_THAT(e.rows, ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(reasons(e), ElementsAre(HasSubstr("relu")));
  // Three tiny positive flows in that cell and it is no longer separated.
  const data::Table kept =
      table_of({0, 1, 0, 0, 1, 1e-6, 1e-6, 1e-6},
               {{"id1", {1, 1, 2, 2, 2, 2, 2, 2}}, {"id2", {1, 1, 1, 2, 2, 1, 1, 1}}});
  EXPECT_EQ(run(kept, "y ~ 1 | id1 + id2").n_obs, 8);
}

TEST(Separation, NothingIsDroppedWhenAskedNotTo) {
  const data::Table table = table_of({0, 0, 0, 1, 2, 3}, {{"x", {1, 1, 0, 0, 0, 0}}});
  EXPECT_EQ(run(table, "y ~ x", {"none"}).n_obs, 6);
}

TEST(Separation, UnknownMethodIsNamed) {
  const data::Table table = table_of({0, 1, 2}, {{"x", {1, 0, 0}}});
  const ErrorDetail detail = error_of([&] { (void)run(table, "y ~ x", {"ir"}); });
  EXPECT_EQ(detail.code, "bad-option");
}

// The definition, in dense arithmetic: N spans the combinations of columns that vanish on positive
// rows; rows are separated when some combination of N is nowhere negative and positive there. Found
// by the rectifier in exact projections onto that space.
std::vector<bool> separated_by_definition(const GlmProblem& problem) {
  const auto n = static_cast<Index>(problem.y.size());
  const Matrix dummies = dummy_columns(problem);
  Matrix all(n, problem.n_regressors() + dummies.cols());
  for (Index j = 0; j < problem.n_regressors(); ++j) {
    all.col(j) =
        Eigen::Map<const Vector>(problem.regressors[static_cast<std::size_t>(j)].data(), n);
  }
  all.rightCols(dummies.cols()) = dummies;
  std::vector<Index> zero, positive;
  for (Index r = 0; r < n; ++r) {
    (problem.y[static_cast<std::size_t>(r)] == 0.0 ? zero : positive).push_back(r);
  }
  Matrix on_positive(static_cast<Index>(positive.size()), all.cols());
  for (std::size_t r = 0; r < positive.size(); ++r) {
    on_positive.row(static_cast<Index>(r)) = all.row(positive[r]);
  }
  const Matrix kernel = null_space(on_positive);
  Matrix z(static_cast<Index>(zero.size()), kernel.cols());
  for (std::size_t r = 0; r < zero.size(); ++r)
    z.row(static_cast<Index>(r)) = all.row(zero[r]) * kernel;
  std::vector<bool> result(static_cast<std::size_t>(n), false);
  if (zero.empty() || kernel.cols() == 0) return result;
  const Matrix basis = column_space(z);
  Vector u = Vector::Ones(z.rows());
  for (int step = 0; step < 100000; ++step) {
    const Vector fit = basis * (basis.transpose() * u);
    if (fit.minCoeff() > -1e-7) {
      for (std::size_t r = 0; r < zero.size(); ++r) {
        result[static_cast<std::size_t>(zero[r])] = fit(static_cast<Index>(r)) > 1e-5;
      }
      return result;
    }
    u = fit.cwiseMax(0.0);
  }
  ADD_FAILURE() << "the dense rectifier did not settle";
  return result;
}

TEST(Separation, AgreesWithTheDefinitionOnRandomPanels) {
  int with_separation = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    RandomStream random(seed, 3, 0);
    std::vector<std::string> exporters, importers;
    data::NumberColumn y, x, year;
    for (int e = 0; e < 4; ++e) {
      for (int i = 0; i < 4; ++i) {
        for (int t = 0; t < 3; ++t) {
          exporters.push_back("e" + std::to_string(e));
          importers.push_back("i" + std::to_string(i));
          year.push_back(t);
          x.push_back(random.uniform() < 0.3 ? 1.0 : 0.0);
          const bool zero = random.uniform() < (x.back() == 1.0 ? 0.85 : 0.45);
          y.push_back(zero ? 0.0 : 1.0 + random.below(9));
        }
      }
    }
    data::Table table("random");
    table.add("exporter", exporters);
    table.add("importer", importers);
    table.add("year", year);
    table.add("y", y);
    table.add("x", x);
    for (const std::string formula : {"y ~ x | exporter^year + importer",
                                      "y ~ x | exporter + importer^year", "y ~ x + I(x * year)"}) {
      Context context(1);
      const EstimateOptions options{.keep_singletons = true};
      FittedModel model;
      try {
        model = fit_model(table, parse_formula(formula), options, context);
      } catch (const InputError&) {
        continue;  // nothing but zeros
      }
      ASSERT_TRUE(model.fit.certificate.holds())
          << formula << seed << model.fit.certificate.summary();
      // What the definition separates in the whole sample is what has left, and no more.
      const ModelFrame whole = make_frame(table, parse_formula(formula), FrameSpec{}, context);
      const std::vector<bool> expected = separated_by_definition(whole.problem());
      std::vector<bool> left(static_cast<std::size_t>(table.n_rows()), true);
      for (Index row = 0; row < model.frame.n_rows(); ++row) {
        left[static_cast<std::size_t>(model.frame.table_row(row))] = false;
      }
      for (Index row = 0; row < whole.n_rows(); ++row) {
        const auto original = static_cast<std::size_t>(whole.table_row(row));
        EXPECT_EQ(left[original], expected[static_cast<std::size_t>(row)])
            << formula << " seed " << seed << " row " << original;
        with_separation += expected[static_cast<std::size_t>(row)] ? 1 : 0;
      }
    }
  }
  EXPECT_GT(with_separation, 100);  // the test would be empty otherwise
}

}  // namespace
}  // namespace altyn::estimation
