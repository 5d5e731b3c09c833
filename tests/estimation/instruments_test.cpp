#include "altyn/estimation/instruments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "altyn/estimation/estimate.h"
#include "altyn/estimation/penalised.h"
#include "dummy_twin.h"
#include "error_of.h"
#include "random_table.h"

namespace altyn::estimation {
namespace {

using ::testing::HasSubstr;
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

// ---------------------------------------------------------------------------------- penalties

FittedModel candidate_model(Context& context, const EstimateOptions& options) {
  static const data::Table table = [] {
    data::Table t = random_table(Family::kPoisson,
                                 {.n_countries = 9, .n_years = 6, .share_kept = 1, .seed = 40});
    RandomStream random(41, 2, 0);
    for (int j = 0; j < 15; ++j) {
      data::NumberColumn noise(static_cast<std::size_t>(t.n_rows()));
      for (double& value : noise) value = random.normal();
      t.add("n" + std::to_string(j), std::move(noise));
    }
    return t;
  }();
  std::string formula = "y ~ x1 + x2";
  for (int j = 0; j < 15; ++j) formula += " + n" + std::to_string(j);
  return fit_model(table, parse_formula(formula + " | exporter + importer^year"), options, context);
}

TEST(Penalised, PluginKeepsWhatMattersAndLittleElse) {
  Context context(1);
  const FittedModel model = candidate_model(context, {.cluster = "exporter^importer"});
  const PenalisedFit fit = fit_penalised(model, {}, context);
  ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
  EXPECT_THAT(fit.selected, ::testing::Contains("x1"));
  EXPECT_LE(fit.selected.size(), 4U);
  // After selection: the plain PPML on the selected regressors.
  EXPECT_EQ(fit.post_coefficients.size(), fit.selected.size());
}

TEST(Penalised, ATinyPenaltyIsThePlainEstimateAndAHugeOneIsZero) {
  Context context(1);
  const FittedModel model = candidate_model(context, {.tolerance = 1e-11});
  const PenalisedFit tiny = fit_penalised(
      model, {.kind = PenaltyKind::kLasso, .penalty = 1e-10, .tolerance = 1e-10}, context);
  ASSERT_TRUE(tiny.certificate.holds()) << tiny.certificate.summary();
  for (std::size_t j = 0; j < tiny.coefficients.size(); ++j) {
    EXPECT_NEAR(tiny.coefficients[j], model.fit.coefficients[j], 1e-7);
  }
  const PenalisedFit huge =
      fit_penalised(model, {.kind = PenaltyKind::kLasso, .penalty = 1e3, .keep = {"x2"}}, context);
  ASSERT_TRUE(huge.certificate.holds());
  EXPECT_THAT(huge.selected, ::testing::ElementsAre("x2"));
}

TEST(Penalised, LassoSolvesItsProblem) {
  // No other vector near the solution has a smaller objective.
  Context context(1);
  const FittedModel model = candidate_model(context, {});
  const PenalisedFit fit = fit_penalised(
      model, {.kind = PenaltyKind::kLasso, .penalty = 0.05, .tolerance = 1e-10}, context);
  ASSERT_TRUE(fit.certificate.holds()) << fit.certificate.summary();
  EXPECT_GT(fit.selected.size(), 0U);
  EXPECT_LT(fit.selected.size(), fit.names.size());
  const GlmProblem full = model.frame.problem();
  // With coefficients held, effects are estimated freely: their PPML with the index as an offset.
  const auto objective = [&](const std::vector<double>& b) {
    std::vector<double> offset(full.y.size(), 0.0);
    for (std::size_t j = 0; j < b.size(); ++j) {
      for (std::size_t row = 0; row < offset.size(); ++row)
        offset[row] += b[j] * full.regressors[j][row];
    }
    GlmProblem problem = full;
    problem.regressors.clear();
    problem.regressor_names.clear();
    problem.offset = offset;
    const GlmFit effects = fit_glm(problem, {.tolerance = 1e-11}, context);
    double value = 0.0;
    const std::vector<double> mu = in_input_order(*effects.plan, effects.mu);
    for (std::size_t row = 0; row < mu.size(); ++row)
      value += mu[row] - full.y[row] * std::log(mu[row]);
    for (std::size_t j = 0; j < b.size(); ++j) value += fit.loadings[j] * std::abs(b[j]);
    return value;
  };
  const double best = objective(fit.coefficients);
  for (std::size_t j = 0; j < fit.coefficients.size(); j += 3) {
    for (const double move : {-1e-3, 1e-3}) {
      std::vector<double> other = fit.coefficients;
      other[j] += move;
      EXPECT_GT(objective(other), best) << fit.names[j] << move;
    }
  }
}

TEST(Penalised, OptionsAreChecked) {
  Context context(1);
  const FittedModel model = candidate_model(context, {});
  EXPECT_EQ(
      error_of([&] { (void)fit_penalised(model, {.kind = PenaltyKind::kLasso}, context); }).code,
      "bad-option");
  EXPECT_EQ(error_of([&] { (void)fit_penalised(model, {.keep = {"x9"}}, context); }).code,
            "bad-option");
}

}  // namespace
}  // namespace altyn::estimation
