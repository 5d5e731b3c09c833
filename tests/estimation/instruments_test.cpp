#include "altyn/estimation/instruments.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/estimation/average_effect.h"
#include "altyn/estimation/bootstrap.h"
#include "altyn/estimation/estimate.h"
#include "altyn/estimation/predict.h"
#include "dense_twin.h"
#include "drawn_rows.h"
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
  const Matrix projected =
      instruments * least_squares(root.asDiagonal() * instruments, root.asDiagonal() * all);
  return least_squares(projected.transpose() * w.asDiagonal() * all,
                       projected.transpose() * w.asDiagonal() * y);
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
  const std::vector<double> predictor =
      in_input_order(*model.fit.plan, linear_predictor(problem, model.fit, context));
  for (Index r = 0; r < n; ++r) {
    const double eta = predictor[static_cast<std::size_t>(r)];
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

/// Columns of regressors and dummies, and their projection on instruments and dummies.
struct DenseMoments {
  Matrix all;
  Matrix projected;
};

DenseMoments dense_moments(const GlmProblem& problem, const ModelFrame& frame, const Vector& w) {
  const auto n = static_cast<Index>(problem.y.size());
  const Matrix dummies = dummy_columns(problem);
  const Index k = problem.n_regressors();
  DenseMoments result;
  result.all.resize(n, k + dummies.cols());
  for (Index j = 0; j < k; ++j) {
    result.all.col(j) =
        Eigen::Map<const Vector>(problem.regressors[static_cast<std::size_t>(j)].data(), n);
  }
  result.all.rightCols(dummies.cols()) = dummies;
  Matrix instruments(n, k + 1 + dummies.cols());
  instruments.leftCols(k - 1) = result.all.leftCols(k - 1);
  for (Index j = 0; j < 2; ++j) {
    instruments.col(k - 1 + j) = Eigen::Map<const Vector>(
        frame.instruments[static_cast<std::size_t>(j)].values.values.data(), n);
  }
  instruments.rightCols(dummies.cols()) = dummies;
  const Vector root = w.cwiseSqrt();
  result.projected =
      instruments * least_squares(root.asDiagonal() * instruments, root.asDiagonal() * result.all);
  return result;
}

TEST(Instruments, AverageEffectsHaveTheDeltaMethodsErrors) {
  const data::Table table = with_instruments(Family::kPoisson, 7);
  Context context(1);
  const FittedModel model =
      fit_model(table, parse_formula("out ~ x1 | exporter + importer | price ~ z1 + z2"),
                {.cluster = "exporter^importer", .tolerance = 1e-11}, context);
  const Estimate e = summarise(model, context);
  ASSERT_TRUE(e.certified()) << e.certificate.summary();
  const AverageEffect effect = average_effect(model, e, "price", AverageOver::kAll, context);
  // Relative to the mean a derivative under a log link is the coefficient itself.
  EXPECT_NEAR(effect.relative.value, e.coefficient("price").value, 1e-12);
  EXPECT_NEAR(effect.relative.se, e.coefficient("price").se, 1e-9);
  const GlmProblem problem = model.frame.problem();
  const auto n = static_cast<Index>(problem.y.size());
  const std::vector<double> fitted_means = in_input_order(*model.fit.plan, model.fit.mu);
  const Eigen::Map<const Vector> mu(fitted_means.data(), n);
  const DenseMoments moments = dense_moments(problem, model.frame, mu);
  const Matrix slope = moments.projected.transpose() * mu.asDiagonal() * moments.all;
  const Matrix inverse = pseudo_inverse(slope);
  const double b = e.coefficient("price").value;
  // Gradient of the mean of b mu in coefficients and levels.
  Vector gradient = moments.all.transpose() * mu * b / static_cast<double>(n);
  gradient(1) += mu.mean();
  const Vector score = Eigen::Map<const Vector>(problem.y.data(), n) - mu;
  const Vector influence =
      score.asDiagonal() * (moments.projected * (inverse.transpose() * gradient));
  const CombinedIds ids = model.frame.ids_of(model.frame.groups[0]);
  Vector sums = Vector::Zero(ids.n_groups);
  for (Index r = 0; r < n; ++r) sums(ids.ids[static_cast<std::size_t>(r)]) += influence(r);
  EXPECT_NEAR(effect.in_units.value, b * mu.mean(), 1e-9);
  // The fit solves its equations to 1e-11; inverses lose a few digits.
  EXPECT_NEAR(effect.in_units.se, std::sqrt(e.se_factor) * sums.norm(), 1e-6 * effect.in_units.se);
}

TEST(Instruments, PredictionsInTheSampleAreTheFit) {
  const data::Table table = with_instruments(Family::kPoisson, 8);
  Context context(2);
  const FittedModel model = fit_model(
      table, parse_formula("out ~ x1 | exporter^year + importer | price ~ z1 + z2"), {}, context);
  const Estimate e = summarise(model, context);
  ASSERT_TRUE(e.certified()) << e.certificate.summary();
  const Prediction found = predict(model, table, PredictKind::kResponse, context);
  for (std::size_t row = 0; row < e.rows.size(); ++row) {
    // Levels are recovered from their sums by conjugate gradients.
    EXPECT_NEAR(found.values[static_cast<std::size_t>(e.rows[row])], e.fitted[row],
                1e-7 * (1.0 + e.fitted[row]));
  }
}

// The rows of the clusters drawn, each as often as it was drawn, as a table of their own.
TEST(Instruments, ADrawEqualsAColdFitOfTheRowsDrawn) {
  const std::string formula = "out ~ x1 | exporter + importer | price ~ z1 + z2";
  const data::Table table = with_instruments(Family::kPoisson, 9);
  Context context(2);
  const FittedModel model = fit_model(
      table, parse_formula(formula), {.cluster = "exporter^importer", .tolerance = 1e-10}, context);
  const BootstrapResult b = bootstrap_pairs(model, {.draws = 30, .draw_tolerance = 1e-10}, context);
  ASSERT_EQ(b.n_failed, 0);
  for (std::size_t draw = 0; draw < 3; ++draw) {
    const data::Table drawn = rearranged(table, drawn_rows(model, context.seed, draw));
    const FittedModel cold =
        fit_model(drawn, parse_formula(formula), {.tolerance = 1e-10}, context);
    for (std::size_t j = 0; j < 2; ++j) {
      // Both solve the same moments to 1e-10.
      EXPECT_NEAR(b.draws[2 * draw + j], cold.fit.coefficients[j], 1e-7);
    }
  }
  const Estimate e = summarise(model, context);
  // 30 draws know a standard error to about an eighth.
  EXPECT_NEAR(b.coefficients[1].se, e.coefficient("price").se, 0.5 * e.coefficient("price").se);
  EXPECT_EQ(
      error_of([&] { (void)bootstrap_score(model, e, "price", 0.0, {.draws = 9}, context); }).code,
      "no-instruments-here");
}

TEST(Instruments, AnOutcomeOverManyOrdersOfMagnitudeStillSolvesItsMoments) {
  data::Table table = with_instruments(Family::kPoisson, 10);
  data::NumberColumn y = table.numbers("out");
  for (std::size_t row = 0; row < y.size(); ++row) {
    y[row] *= std::exp(6.0 * table.numbers("x1")[row]);
  }
  table.replace("out", std::move(y));
  const Estimate e = run_estimate(table, "out ~ x1 | exporter + importer | price ~ z1 + z2",
                                  {.cluster = "exporter^importer"});
  EXPECT_TRUE(e.certified()) << e.certificate.summary();
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
