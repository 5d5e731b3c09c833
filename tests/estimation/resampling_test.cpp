// Bias correction, bootstraps, jackknife.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "altyn/data/read_table.h"
#include "altyn/estimation/bias_correction.h"
#include "altyn/estimation/bootstrap.h"
#include "altyn/estimation/pivoted_inverse.h"
#include "drawn_rows.h"
#include "error_of.h"
#include "random_table.h"
#include "reference_data.h"

namespace altyn::estimation {
namespace {

using ::testing::HasSubstr;
using Matrix = Eigen::MatrixXd;

// Random stream of jackknife_split_panel.
constexpr std::uint32_t kSplitStream = 0x73706c74;

constexpr const char* kThreeWay = "y ~ x1 + x2 | exporter^year + importer^year + exporter^importer";

FittedModel fitted(const data::Table& table, const std::string& formula, EstimateOptions options) {
  Context context(2);
  return fit_model(table, parse_formula(formula), options, context);
}

// Weidner and Zylkin (2021): output of their program on its example data.
TEST(BiasCorrection, ThreeWayExampleOfTheAuthors) {
  const std::string file = "ppmlhdfe_example_trade_fta.csv.gz";
  REQUIRE_REFERENCE(file);
  const data::Table table = data::read_table(reference_path(file));
  const FittedModel model =
      fitted(table, "trade ~ fta | isoimp^year + isoexp^year + isoimp^isoexp",
             {.cluster = "isoimp^isoexp", .subset = "category == \"TOTAL\"", .tolerance = 1e-11});
  Context context(2);
  const BiasCorrection exact = correct_bias(model, context);
  EXPECT_TRUE(exact.three_way);
  EXPECT_TRUE(exact.widened);
  EXPECT_NEAR(exact.bias[0], .0060619547, 5e-10);
  EXPECT_NEAR(exact.corrected[0].value, .1863835, 5e-8);
  EXPECT_NEAR(exact.corrected[0].se, .0527904093, 5e-10);
  EXPECT_EQ(exact.pair_name, "isoimp^isoexp");
  // Without room for the leverages the usual clustered error stands, and the note says so.
  FittedModel narrow = model;
  narrow.options.widen_levels = 0;
  const BiasCorrection plain = correct_bias(narrow, context);
  EXPECT_FALSE(plain.widened);
  EXPECT_THAT(plain.method, HasSubstr("not widened"));
  EXPECT_EQ(plain.bias, exact.bias);
  EXPECT_NEAR(plain.corrected[0].se, .0419527, 5e-8);
}

TEST(BiasCorrection, DoesNotDependOnRowOrderOrLabels) {
  const data::Table table = random_table(Family::kPoisson, {.n_countries = 8, .seed = 21});
  std::vector<std::size_t> order(static_cast<std::size_t>(table.n_rows()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::reverse(order.begin(), order.end());
  Context context(2);
  const BiasCorrection a = correct_bias(fitted(table, kThreeWay, {}), context);
  const BiasCorrection b = correct_bias(fitted(rearranged(table, order), kThreeWay, {}), context);
  EXPECT_EQ(a.bias, b.bias);
  EXPECT_EQ(a.covariance, b.covariance);
}

TEST(BiasCorrection, WideningOfTheTwoWayModelNeedsNoPairEffects) {
  const data::Table table = random_table(Family::kPoisson, {.n_countries = 8, .seed = 22});
  const FittedModel model = fitted(table, "y ~ x1 + x2 | exporter^year + importer^year",
                                   {.cluster = "exporter^importer"});
  Context context(2);
  const BiasCorrection c = correct_bias(model, context);
  const Estimate plain = summarise(model, context);
  EXPECT_FALSE(c.three_way);
  EXPECT_EQ(c.bias, (std::vector<double>{0.0, 0.0}));
  EXPECT_GT(c.corrected[0].se, plain.coefficients[0].se);
}

TEST(BiasCorrection, OtherModelsAreRefused) {
  const data::Table table = random_table(Family::kPoisson, {.seed = 23});
  Context context(1);
  for (const std::string formula :
       {"y ~ x1 | exporter", "y ~ x1 | exporter + year + importer + exporter^importer",
        "y ~ x1 | exporter[trend] + importer"}) {
    const FittedModel model = fitted(table, formula, {});
    EXPECT_EQ(error_of([&] { (void)correct_bias(model, context); }).code, "no-bias-correction")
        << formula;
  }
}

TEST(PivotedInverse, IsAGeneralisedInverse) {
  RandomStream random(3, 0, 0);
  for (const Index n : {1, 5, 64, 65, 200}) {
    // rank n / 2 (at least 1), columns of very different size
    const Index rank = std::max<Index>(1, n / 2);
    Matrix b(n, rank);
    for (Index r = 0; r < n; ++r) {
      for (Index c = 0; c < rank; ++c) b(r, c) = random.normal() * std::pow(10.0, r % 5);
    }
    const Matrix a = b * b.transpose();
    const std::vector<double> inverse = pivoted_inverse({a.data(), a.data() + a.size()}, n);
    const Eigen::Map<const Matrix> g(inverse.data(), n, n);
    const Matrix again = a * g * a;
    EXPECT_LT((again - a)
                  .cwiseAbs()
                  .cwiseQuotient(a.diagonal().cwiseSqrt() * a.diagonal().cwiseSqrt().transpose())
                  .maxCoeff(),
              1e-7)
        << n;
    EXPECT_LT((g - g.transpose()).cwiseAbs().maxCoeff(), 1e-9 * g.cwiseAbs().maxCoeff());
  }
}

TEST(Bootstrap, DrawsDependOnSeedAndDrawOnly) {
  const data::Table table = random_table(Family::kPoisson, {.n_countries = 8, .seed = 24});
  const FittedModel model = fitted(table, kThreeWay, {.cluster = "exporter^importer"});
  Context one(1), four(4);
  const BootstrapResult a = bootstrap_pairs(model, {.draws = 20}, one);
  const BootstrapResult b = bootstrap_pairs(model, {.draws = 20}, four);
  EXPECT_EQ(a.draws, b.draws);
  EXPECT_EQ(a.n_done + a.n_failed, 20);
  const BootstrapResult more = bootstrap_pairs(model, {.draws = 30}, four);
  EXPECT_TRUE(std::equal(a.draws.begin(), a.draws.end(), more.draws.begin()));
}

// The rows of the clusters drawn, each as often as it was drawn, as a table of their own.
TEST(Bootstrap, ADrawEqualsAColdFitOfTheRowsDrawn) {
  const data::Table table = random_table(
      Family::kPoisson, {.n_countries = 10, .n_years = 6, .share_kept = 1, .seed = 25});
  const FittedModel model =
      fitted(table, kThreeWay, {.cluster = "exporter^importer", .tolerance = 1e-11});
  Context context(2);
  const BootstrapResult b = bootstrap_pairs(model, {.draws = 4, .draw_tolerance = 1e-11}, context);
  ASSERT_EQ(b.n_failed, 0);
  for (std::size_t draw = 0; draw < 4; ++draw) {
    const FittedModel cold = fitted(rearranged(table, drawn_rows(model, context.seed, draw)),
                                    kThreeWay, {.separation = {"fe"}, .tolerance = 1e-11});
    ASSERT_TRUE(cold.fit.certificate.holds()) << cold.fit.certificate.summary();
    for (std::size_t j = 0; j < 2; ++j) {
      // Both solve the same equations to 1e-11.
      EXPECT_NEAR(b.draws[2 * draw + j], cold.fit.coefficients[j], 1e-8);
    }
  }
}

TEST(Bootstrap, PairsSpreadIsNearTheClusteredError) {
  const data::Table table = random_table(
      Family::kPoisson, {.n_countries = 12, .n_years = 6, .share_kept = 1, .seed = 26});
  const FittedModel model =
      fitted(table, "y ~ x1 + x2 | exporter + importer", {.cluster = "exporter^importer"});
  Context context(2);
  const Estimate e = summarise(model, context);
  const BootstrapResult b = bootstrap_pairs(model, {.draws = 400}, context);
  EXPECT_EQ(b.n_failed, 0);
  // 400 draws leave 3.5 percent, the asymptotic error a few more.
  EXPECT_NEAR(b.coefficients[0].se, e.coefficients[0].se, 0.2 * e.coefficients[0].se);
}

TEST(Bootstrap, ScoreTestAgreesWithTheNormalInALargeSample) {
  const data::Table table = random_table(
      Family::kPoisson, {.n_countries = 14, .n_years = 6, .share_kept = 1, .seed = 27});
  const FittedModel model =
      fitted(table, "y ~ x1 + x2 | exporter + importer", {.cluster = "exporter^importer"});
  Context context(2);
  const Estimate e = summarise(model, context);
  // A value 1.5 standard errors away: p near .134 under the normal.
  const double value = e.coefficient("x1").value + 1.5 * e.coefficient("x1").se;
  const BootstrapTest test = bootstrap_score(model, e, "x1", value, {.draws = 4999}, context);
  EXPECT_NEAR(test.statistic, -1.5, 1e-12);
  EXPECT_NEAR(test.p, .134, .06);
  EXPECT_LT(test.low, e.coefficient("x1").value);
  EXPECT_GT(test.high, e.coefficient("x1").value);
  const BootstrapTest webb = bootstrap_score(
      model, e, "x1", value, {.draws = 4999, .wild_weights = WildWeights::kWebb}, context);
  EXPECT_NEAR(webb.p, test.p, .05);
  EXPECT_EQ(error_of([&] {
              const FittedModel plain = fitted(table, "y ~ x1 | exporter", {});
              (void)bootstrap_score(plain, summarise(plain, context), "x1", 0.0, {}, context);
            }).code,
            "no-clusters");
}

TEST(Jackknife, PartsEqualColdFitsOfTheirRows) {
  const data::Table table =
      random_table(Family::kPoisson,
                   {.n_countries = 10, .n_years = 6, .share_kept = 1, .share_zero = 0, .seed = 29});
  const FittedModel model = fitted(table, kThreeWay, {.tolerance = 1e-11});
  Context context(2);
  const JackknifeResult result = jackknife_split_panel(
      model, {.split = {"exporter", "importer"}, .splits = 1, .split_tolerance = 1e-11}, context);
  ASSERT_EQ(result.n_done, 1);
  std::vector<std::string> labels;
  for (int country = 0; country < 10; ++country) labels.push_back("c" + std::to_string(country));
  RandomStream random(context.seed, kSplitStream, 0);
  for (std::size_t k = labels.size(); k > 1; --k) {
    std::swap(labels[k - 1], labels[random.below(static_cast<std::uint32_t>(k))]);
  }
  const auto upper = [&](const char* column, std::size_t row) {
    const std::string label(table.texts(column).at(static_cast<Index>(row)));
    return std::find(labels.begin(), labels.begin() + 5, label) != labels.begin() + 5;
  };
  std::vector<double> mean(2, 0.0);
  for (const bool exporters : {false, true}) {
    for (const bool importers : {false, true}) {
      std::vector<std::size_t> rows;
      for (std::size_t row = 0; row < static_cast<std::size_t>(table.n_rows()); ++row) {
        if (upper("exporter", row) == exporters && upper("importer", row) == importers) {
          rows.push_back(row);
        }
      }
      const FittedModel part = fitted(rearranged(table, rows), kThreeWay, {.tolerance = 1e-11});
      ASSERT_TRUE(part.fit.certificate.holds()) << part.fit.certificate.summary();
      for (std::size_t j = 0; j < 2; ++j) mean[j] += 0.25 * part.fit.coefficients[j];
    }
  }
  for (std::size_t j = 0; j < 2; ++j) {
    // Parts and twins solve the same equations to 1e-11.
    EXPECT_NEAR(result.corrected[j], 2.0 * model.fit.coefficients[j] - mean[j], 1e-8);
  }
}

TEST(Jackknife, HalvesAreWorldsOfTheirOwn) {
  const data::Table table = random_table(
      Family::kPoisson, {.n_countries = 10, .n_years = 6, .share_kept = 1, .seed = 28});
  const FittedModel model = fitted(table, kThreeWay, {});
  Context context(2);
  const JackknifeResult j =
      jackknife_split_panel(model, {.split = {"exporter", "importer"}, .splits = 5}, context);
  EXPECT_EQ(j.n_done + j.n_failed, 5);
  EXPECT_GT(j.n_done, 3);
  EXPECT_NEAR(j.corrected[0], 2.0 * j.uncorrected[0] - (j.uncorrected[0] + j.bias[0]), 1e-14);
  EXPECT_EQ(
      error_of([&] { (void)jackknife_split_panel(model, {.split = {"country"}}, context); }).code,
      "bad-option");
  EXPECT_EQ(error_of([&] { (void)jackknife_split_panel(model, {}, context); }).code, "bad-option");
}

}  // namespace
}  // namespace altyn::estimation
