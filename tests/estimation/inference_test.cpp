// Variances of every kind against their definitions in dense arithmetic.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "altyn/estimation/average_effect.h"
#include "altyn/estimation/estimate.h"
#include "dense_twin.h"
#include "dummy_twin.h"
#include "error_of.h"
#include "random_table.h"

namespace altyn::estimation {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

// The twin's dense decompositions leave about 1e-11 relative.
constexpr double kTwin = 1e-8;

struct Dense {
  Matrix scores;   // [n x k] weighted scores, frame order
  Matrix inverse;  // of the Hessian
  Vector leverage;
};

Dense dense_of(const FittedModel& model) {
  const GlmProblem problem = model.frame.problem();
  const DummyTwin twin = fit_dummies(problem);
  const auto n = static_cast<Index>(problem.y.size());
  const Index k = problem.n_regressors();
  Dense dense{.scores = Matrix(n, k), .inverse = Matrix::Zero(k, k), .leverage = Vector(n)};
  Vector working(n);
  for (Index r = 0; r < n; ++r) {
    const auto row = static_cast<std::size_t>(r);
    const double weight = problem.weights.empty() ? 1.0 : problem.weights[row];
    working(r) = weight * working_weight(problem.family, twin.mu(r));
    dense.scores.row(r) = weight * (problem.y[row] - twin.mu(r)) * twin.partialled.row(r);
  }
  dense.inverse =
      pseudo_inverse(twin.partialled.transpose() * working.asDiagonal() * twin.partialled);
  Matrix all(n, k + dummy_columns(problem).cols());
  for (Index j = 0; j < k; ++j) {
    all.col(j) =
        Eigen::Map<const Vector>(problem.regressors[static_cast<std::size_t>(j)].data(), n);
  }
  all.rightCols(all.cols() - k) = dummy_columns(problem);
  const Vector root = working.cwiseSqrt();
  const Matrix scaled = root.asDiagonal() * all;
  const Matrix hat = scaled * pseudo_inverse(scaled);
  dense.leverage = hat.diagonal();
  return dense;
}

void expect_covariance(const Estimate& e, const Matrix& expected, const std::string& what) {
  const auto k = static_cast<Index>(e.coefficients.size());
  ASSERT_EQ(k, expected.rows());
  for (Index a = 0; a < k; ++a) {
    for (Index b = 0; b < k; ++b) {
      EXPECT_NEAR(e.covariance[static_cast<std::size_t>(a * k + b)], expected(a, b),
                  kTwin * std::sqrt(std::abs(expected(a, a) * expected(b, b))))
          << what;
    }
  }
}

class VarianceTwin : public ::testing::Test {
 protected:
  void fit(const std::string& formula, EstimateOptions options, Family family = Family::kPoisson) {
    table = random_table(family, {.n_countries = 6, .n_years = 6, .share_kept = .9, .seed = 31});
    data::NumberColumn latitude, longitude;
    for (Index row = 0; row < table.n_rows(); ++row) {
      latitude.push_back(10.0 * table.texts("exporter").codes[static_cast<std::size_t>(row)] -
                         20.0);
      longitude.push_back(15.0 * table.texts("importer").codes[static_cast<std::size_t>(row)]);
    }
    table.add("lat", std::move(latitude));
    table.add("lon", std::move(longitude));
    options.family = family;
    options.se_convention = SeConvention::kNone;
    options.tolerance = 1e-11;
    Context context(2);
    model = fit_model(table, parse_formula(formula), options, context);
    estimate = summarise(model, context);
    ASSERT_TRUE(estimate.certified()) << estimate.certificate.summary();
    dense = dense_of(model);
  }

  /// H^-1 sum over pairs of rows of weight(r, q) s_r s_q' H^-1.
  Matrix pairwise(const std::function<double(Index, Index)>& weight) const {
    Matrix meat = Matrix::Zero(dense.scores.cols(), dense.scores.cols());
    for (Index r = 0; r < dense.scores.rows(); ++r) {
      for (Index q = 0; q < dense.scores.rows(); ++q) {
        const double w = weight(model.frame.table_row(r), model.frame.table_row(q));
        if (w != 0.0) meat += w * dense.scores.row(r).transpose() * dense.scores.row(q);
      }
    }
    return dense.inverse * meat * dense.inverse;
  }

  std::string text(const char* column, Index row) const {
    return std::string(table.texts(column).at(row));
  }
  double number(const char* column, Index row) const {
    return table.numbers(column)[static_cast<std::size_t>(row)];
  }

  data::Table table;
  FittedModel model;
  Estimate estimate;
  Dense dense;
};

TEST_F(VarianceTwin, Hc2AndHc3DivideByTheLeverageThatIncludesEffects) {
  for (const std::string effects : {"| exporter", "| exporter^year + importer", ""}) {
    for (const Family family : {Family::kPoisson, Family::kGaussian}) {
      for (const bool full : {false, true}) {
        fit("y ~ x1 + x2 " + effects,
            {.variance = full ? VarianceKind::kHc3 : VarianceKind::kHc2, .weights = "w"}, family);
        Matrix meat = Matrix::Zero(2 + (effects.empty() ? 1 : 0), 2 + (effects.empty() ? 1 : 0));
        for (Index r = 0; r < dense.scores.rows(); ++r) {
          const double rest = 1.0 - dense.leverage(r);
          meat +=
              dense.scores.row(r).transpose() * dense.scores.row(r) / (full ? rest * rest : rest);
        }
        expect_covariance(estimate, dense.inverse * meat * dense.inverse, effects);
      }
    }
  }
}

TEST_F(VarianceTwin, LeveragesOfTooManyLevelsAreRefused) {
  data::Table big("t");
  data::NumberColumn a, b, y;
  for (int row = 0; row < 16000; ++row) {
    a.push_back(row / 2);
    b.push_back((row + 1) / 2 % 8000);
    y.push_back(1 + row % 5);
  }
  big.add("a", a);
  big.add("b", b);
  big.add("y", y);
  big.add("x", data::NumberColumn(16000, 0.0));
  data::NumberColumn x;
  for (int row = 0; row < 16000; ++row) x.push_back(row % 7);
  big.add("z", x);
  EXPECT_EQ(error_of([&] {
              (void)run_estimate(big, "y ~ z | a + b", {.variance = VarianceKind::kHc3});
            }).code,
            "too-many-levels");
}

TEST_F(VarianceTwin, DyadicSumsOverPairsThatShareAMember) {
  fit("y ~ x1 + x2 | exporter + importer^year",
      {.cluster = "exporter + importer", .variance = VarianceKind::kDyadic});
  const Matrix expected = pairwise([&](Index r, Index q) {
    const std::string a = text("exporter", r), b = text("importer", r);
    const std::string c = text("exporter", q), d = text("importer", q);
    return a == c || a == d || b == c || b == d ? 1.0 : 0.0;
  });
  expect_covariance(estimate, expected, "dyadic");
  EXPECT_EQ(estimate.n_clusters, 6);
}

TEST_F(VarianceTwin, DriscollKraayWeighsPeriodsApart) {
  fit("y ~ x1 + x2 | exporter + importer",
      {.variance = VarianceKind::kDriscollKraay, .time = "year", .lags = 2});
  const Matrix expected = pairwise([&](Index r, Index q) {
    const double apart = std::abs(number("year", r) - number("year", q));
    return apart > 2 ? 0.0 : 1.0 - apart / 3.0;
  });
  expect_covariance(estimate, expected, "Driscoll-Kraay");
}

TEST_F(VarianceTwin, ConleyWeighsByDistance) {
  for (const SpatialKernel kernel : {SpatialKernel::kUniform, SpatialKernel::kBartlett}) {
    const double cutoff = 2500.0;
    fit("y ~ x1 + x2 | exporter + importer", {.variance = VarianceKind::kConley,
                                              .latitude = "lat",
                                              .longitude = "lon",
                                              .cutoff_km = cutoff,
                                              .kernel = kernel});
    const auto distance = [&](Index r, Index q) {
      // spherical law of cosines, another form than the haversine in use
      const double radian = std::acos(-1.0) / 180.0;
      const double a = number("lat", r) * radian, b = number("lat", q) * radian;
      const double c =
          std::sin(a) * std::sin(b) +
          std::cos(a) * std::cos(b) * std::cos((number("lon", r) - number("lon", q)) * radian);
      return 6371.0088 * std::acos(std::min(1.0, c));
    };
    const Matrix expected = pairwise([&](Index r, Index q) {
      const double d = distance(r, q);
      if (d > cutoff) return 0.0;
      return kernel == SpatialKernel::kUniform ? 1.0 : 1.0 - d / cutoff;
    });
    // acos loses digits near 0: d of equal places is 0 up to 1e-4 km of 2500
    if (symmetric_eigenvalues(expected)(0) < 0.0)
      continue;  // then negative directions were set to zero
    for (Index a = 0; a < 2; ++a) {
      EXPECT_NEAR(estimate.covariance[static_cast<std::size_t>(3 * a)], expected(a, a),
                  1e-6 * std::abs(expected(a, a)));
    }
  }
}

TEST_F(VarianceTwin, KindsAskForTheirColumns) {
  const data::Table panel = random_table(Family::kPoisson, {.seed = 2});
  const auto code = [&](const EstimateOptions& options) {
    return error_of([&] { (void)run_estimate(panel, "y ~ x1 | exporter", options); }).code;
  };
  EXPECT_EQ(code({.variance = VarianceKind::kDyadic}), "no-dyads");
  EXPECT_EQ(code({.variance = VarianceKind::kDriscollKraay}), "no-periods");
  EXPECT_EQ(code({.variance = VarianceKind::kConley}), "no-coordinates");
}

// The delta method against numbers: move each dummy and coefficient of the dense model a little.
TEST(AverageEffect, EqualsTheDeltaMethodOverAllDummies) {
  for (const Family family : {Family::kPoisson, Family::kLogit, Family::kGaussian}) {
    const data::Table table = random_table(family, {.n_years = 8, .share_kept = .95, .seed = 77});
    for (const std::string cluster : {"", "exporter^importer"}) {
      EstimateOptions options{
          .family = family, .cluster = cluster, .weights = "w", .tolerance = 1e-12};
      Context context(1);
      const FittedModel model =
          fit_model(table, parse_formula("y ~ x1 + x2 | exporter + importer"), options, context);
      const Estimate e = summarise(model, context);
      ASSERT_TRUE(e.certified());
      const GlmProblem problem = model.frame.problem();
      const auto n = static_cast<Index>(problem.y.size());
      const Matrix dummies = dummy_columns(problem);
      Matrix z(n, 2 + dummies.cols());
      for (Index j = 0; j < 2; ++j) {
        z.col(j) =
            Eigen::Map<const Vector>(problem.regressors[static_cast<std::size_t>(j)].data(), n);
      }
      z.rightCols(dummies.cols()) = dummies;
      const DummyTwin twin = fit_dummies(problem);
      Vector eta(n), working(n), score(n), weight(n);
      for (Index r = 0; r < n; ++r) {
        const auto row = static_cast<std::size_t>(r);
        weight(r) = problem.weights[row];
        eta(r) = family == Family::kPoisson ? std::log(twin.mu(r))
                 : family == Family::kLogit ? std::log(twin.mu(r) / (1.0 - twin.mu(r)))
                                            : twin.mu(r);
        working(r) = weight(r) * working_weight(family, twin.mu(r));
        score(r) = weight(r) * (problem.y[row] - twin.mu(r));
      }
      const auto mean = [&](double v) {
        return family == Family::kPoisson ? std::exp(v)
               : family == Family::kLogit ? 1.0 / (1.0 + std::exp(-v))
                                          : v;
      };
      const auto average = [&](const Vector& theta, Index j, bool relative) {
        // theta moves away from the estimate, z theta moves eta
        const Vector shifted = eta + z * theta;
        const double b = twin.coefficients(j) + theta(j);
        double effect = 0.0, base = 0.0;
        for (Index r = 0; r < n; ++r) {
          const double x = z(r, j);
          if (j == 1) {
            const double off = mean(shifted(r) - b * x);
            effect += weight(r) * (mean(shifted(r) + b * (1.0 - x)) - off);
            base += weight(r) * off;
          } else {
            const double mu = mean(shifted(r));
            const double slope = family == Family::kPoisson ? mu
                                 : family == Family::kLogit ? mu * (1.0 - mu)
                                                            : 1.0;
            effect += weight(r) * b * slope;
            base += weight(r) * mu;
          }
        }
        return relative ? effect / base : effect / weight.sum();
      };
      const Matrix hessian = z.transpose() * working.asDiagonal() * z;
      const Matrix inverse = pseudo_inverse(hessian);
      for (const Index j : {Index{0}, Index{1}}) {
        const AverageEffect effect =
            average_effect(model, e, j == 0 ? "x1" : "x2", AverageOver::kAll, context);
        EXPECT_EQ(effect.is_switch, j == 1);
        for (const bool relative : {false, true}) {
          Vector gradient(z.cols());
          constexpr double kStep = 1e-5;
          for (Index p = 0; p < z.cols(); ++p) {
            Vector theta = Vector::Zero(z.cols());
            theta(p) = kStep;
            const double up = average(theta, j, relative);
            theta(p) = -kStep;
            gradient(p) = (up - average(theta, j, relative)) / (2.0 * kStep);
          }
          const Vector influence = score.asDiagonal() * (z * (inverse * gradient));
          double square = 0.0;
          if (cluster.empty()) {
            square = influence.squaredNorm();
          } else {
            const CombinedIds ids = model.frame.ids_of(model.frame.groups[0]);
            std::vector<double> sums(ids.n_groups, 0.0);
            for (Index r = 0; r < n; ++r) {
              sums[ids.ids[static_cast<std::size_t>(r)]] += influence(r);
            }
            for (const double sum : sums) square += sum * sum;
          }
          const Coefficient& row = relative ? effect.relative : effect.in_units;
          EXPECT_NEAR(row.value, average(Vector::Zero(z.cols()), j, relative), 1e-8);
          // Central differences at 1e-5 leave about 1e-9 relative.
          EXPECT_NEAR(row.se, std::sqrt(e.se_factor * square), 1e-6 * row.se)
              << option_name(family) << j << relative << cluster;
        }
      }
    }
  }
}

TEST(AverageEffect, OfTreatedRowsAveragesOverThem) {
  const data::Table table = random_table(Family::kPoisson, {.seed = 5});
  Context context(1);
  const FittedModel model = fit_model(table, parse_formula("y ~ x1 + x2 | exporter + importer"),
                                      {.cluster = "exporter^importer"}, context);
  const Estimate e = summarise(model, context);
  const AverageEffect treated = average_effect(model, e, "x2", AverageOver::kTreated, context);
  EXPECT_LT(treated.n_rows, model.frame.n_rows());
  // Under a log link the relative effect of a switch is exp(b) - 1 for every row.
  EXPECT_NEAR(treated.relative.value, std::expm1(e.coefficient("x2").value), 1e-10);
  EXPECT_NEAR(treated.relative.se, std::exp(e.coefficient("x2").value) * e.coefficient("x2").se,
              1e-9);
}

}  // namespace
}  // namespace altyn::estimation
