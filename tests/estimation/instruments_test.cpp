#include "altyn/estimation/instruments.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "altyn/estimation/estimate.h"
#include "dummy_twin.h"
#include "error_of.h"
#include "random_table.h"

namespace altyn::estimation {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

/// A price that moves with the error of y, and two instruments for it.
data::Table with_instruments(Family family, std::uint64_t seed) {
  data::Table table = random_table(
      family, {.n_countries = 7, .n_years = 6, .share_kept = .9, .share_zero = 0, .seed = seed});
  RandomStream random(seed, 5, 0);
  const auto n = static_cast<std::size_t>(table.n_rows());
  data::NumberColumn z1(n), z2(n), price(n), y(n);
  for (std::size_t row = 0; row < n; ++row) {
    z1[row] = random.normal();
    z2[row] = random.normal();
    const double shock = random.normal();
    price[row] = 0.7 * z1[row] + 0.4 * z2[row] + 0.8 * shock + 0.3 * random.normal();
    const double eta = 0.5 * price[row] + 0.3 * table.numbers("x1")[row] +
                       0.1 * table.texts("exporter").codes[row];
    y[row] =
        family == Family::kGaussian ? eta + shock : std::exp(eta) * std::exp(0.5 * shock - 0.125);
  }
  table.add("z1", std::move(z1));
  table.add("z2", std::move(z2));
  table.add("price", std::move(price));
  table.add("out", std::move(y));
  return table;
}

/// 2SLS with every dummy in the list of exogenous regressors.
Vector dense_2sls(const GlmProblem& problem, const ModelFrame& frame, const Vector& y,
                  const Vector& w) {
  const auto n = static_cast<Index>(problem.y.size());
  const Matrix dummies = dummy_columns(problem);
  Matrix all(n, problem.n_regressors() + dummies.cols());
  for (Index j = 0; j < problem.n_regressors(); ++j) {
    all.col(j) =
        Eigen::Map<const Vector>(problem.regressors[static_cast<std::size_t>(j)].data(), n);
  }
  all.rightCols(dummies.cols()) = dummies;
  Matrix instruments = all;
  instruments.col(problem.n_regressors() - 1) =
      Eigen::Map<const Vector>(frame.instruments[0].values.values.data(), n);
  instruments.conservativeResize(n, instruments.cols() + 1);
  instruments.col(instruments.cols() - 1) =
      Eigen::Map<const Vector>(frame.instruments[1].values.values.data(), n);
  const Vector root = w.cwiseSqrt();
  const Eigen::CompleteOrthogonalDecomposition<Matrix> first(root.asDiagonal() * instruments);
  const Matrix projected = instruments * first.solve(root.asDiagonal() * all);
  const Eigen::CompleteOrthogonalDecomposition<Matrix> second(projected.transpose() *
                                                              w.asDiagonal() * all);
  return second.solve(projected.transpose() * w.asDiagonal() * y);
}

TEST(Instruments, TwoStageLeastSquaresEqualsDummyVariables) {
  const data::Table table = with_instruments(Family::kGaussian, 3);
  Context context(1);
  const EstimateOptions options{.family = Family::kGaussian,
                                .variance = VarianceKind::kRobust,
                                .se_convention = SeConvention::kNone,
                                .weights = "w"};
  const FittedModel model =
      fit_model(table, parse_formula("out ~ x1 + x2 | exporter + importer | price ~ z1 + z2"),
                options, context);
  const Estimate e = summarise(model, context);
  ASSERT_TRUE(e.certified()) << e.certificate.summary();
  const GlmProblem problem = model.frame.problem();
  const auto n = static_cast<Index>(problem.y.size());
  const Vector b = dense_2sls(problem, model.frame, Eigen::Map<const Vector>(problem.y.data(), n),
                              Eigen::Map<const Vector>(problem.weights.data(), n));
  for (Index j = 0; j < 3; ++j) {
    EXPECT_NEAR(e.coefficients[static_cast<std::size_t>(j)].value, b(j), 1e-9);
  }
  EXPECT_EQ(e.coefficients[2].name, "price");
  // OLS is pulled up by the shock, 2SLS is not.
  const Estimate ols = run_estimate(table, "out ~ x1 + x2 + price | exporter + importer",
                                    {.family = Family::kGaussian});
  EXPECT_GT(ols.coefficient("price").value, 0.8);
  EXPECT_NEAR(e.coefficient("price").value, 0.5, 3.0 * e.coefficient("price").se);
  EXPECT_GT(e.instruments->first_stage_f.at(0), 50.0);
  EXPECT_EQ(e.instruments->overidentification_df, 1);
  EXPECT_GT(e.instruments->overidentification_p, 0.001);
  // The residual plus the fit is the outcome, row by row.
  for (std::size_t r = 0; r < e.rows.size(); ++r) {
    EXPECT_NEAR(e.fitted[r], e.linear_predictor[r], 1e-12);
  }
}

TEST(Instruments, PoissonMomentsHoldAndEndogeneityIsRemoved) {
  const data::Table table = with_instruments(Family::kPoisson, 4);
  Context context(1);
  const FittedModel model =
      fit_model(table, parse_formula("out ~ x1 | exporter + importer | price ~ z1 + z2"),
                {.cluster = "exporter^importer"}, context);
  const Estimate e = summarise(model, context);
  ASSERT_TRUE(e.certified()) << e.certificate.summary();
  EXPECT_NEAR(e.coefficient("price").value, 0.5, 0.12);
  const Estimate plain = run_estimate(table, "out ~ x1 + price | exporter + importer", {});
  EXPECT_GT(plain.coefficient("price").value, 0.65);
  // The fixed point: dense 2SLS of the working outcome at its own means gives the estimate back.
  const GlmProblem problem = model.frame.problem();
  const auto n = static_cast<Index>(problem.y.size());
  Vector working(n), mu(n);
  for (Index r = 0; r < n; ++r) {
    const double eta = model.eta[static_cast<std::size_t>(r)];
    mu(r) = std::exp(eta);
    working(r) = eta + (problem.y[static_cast<std::size_t>(r)] - mu(r)) / mu(r);
  }
  const Vector b = dense_2sls(problem, model.frame, working, mu);
  EXPECT_NEAR(e.coefficients[0].value, b(0), 1e-7);
  EXPECT_NEAR(e.coefficients[1].value, b(1), 1e-7);
}

TEST(Instruments, RegressorsThatInstrumentThemselvesGiveThePlainEstimate) {
  const data::Table table = with_instruments(Family::kPoisson, 5);
  const Estimate plain = run_estimate(table, "out ~ x1 + price | exporter + importer",
                                      {.cluster = "exporter", .tolerance = 1e-11});
  const Estimate same = run_estimate(table, "out ~ x1 | exporter + importer | price ~ price",
                                     {.cluster = "exporter", .tolerance = 1e-11});
  EXPECT_NEAR(plain.coefficient("price").value, same.coefficient("price").value, 1e-9);
  EXPECT_NEAR(plain.coefficient("price").se, same.coefficient("price").se, 1e-9);
}

TEST(Instruments, TooFewOrOutOfPlaceAreErrors) {
  const data::Table table = with_instruments(Family::kPoisson, 6);
  EXPECT_EQ(
      error_of([&] { (void)run_estimate(table, "out ~ 1 | exporter | price + x1 ~ z1", {}); }).code,
      "too-few-instruments");
  EXPECT_EQ(error_of([&] {
              (void)run_estimate(table, "out ~ 1 | exporter | price ~ z1",
                                 {.family = Family::kGamma});
            }).code,
            "no-instruments-here");
}

}  // namespace
}  // namespace altyn::estimation
