#include "altyn/estimation/predict.h"

#include <gtest/gtest.h>

#include <cmath>

#include "error_of.h"
#include "random_table.h"

namespace altyn::estimation {
namespace {

FittedModel fitted(const data::Table& table, const std::string& formula, EstimateOptions options) {
  Context context(1);
  options.tolerance = 1e-12;
  return fit_model(table, parse_formula(formula), options, context);
}

TEST(Predict, InSampleEqualsTheFit) {
  for (const Family family : {Family::kPoisson, Family::kGaussian, Family::kLogit}) {
    const data::Table table = random_table(family, {.n_years = 8, .share_kept = .95, .seed = 60});
    const FittedModel model =
        fitted(table, "y ~ x1 + i(year, x2, ref = 2001) | exporter[trend] + importer",
               {.family = family, .offset = "o"});
    Context context(1);
    const Estimate e = summarise(model, context);
    ASSERT_TRUE(e.certified()) << e.certificate.summary();
    const Prediction response = predict(model, table, PredictKind::kResponse, context);
    const Prediction link = predict(model, table, PredictKind::kLink, context);
    const Prediction bare = predict(model, table, PredictKind::kWithoutEffects, context);
    for (std::size_t r = 0; r < e.rows.size(); ++r) {
      const auto row = static_cast<std::size_t>(e.rows[r]);
      EXPECT_NEAR(link.values[row], e.linear_predictor[r], 1e-8);
      EXPECT_NEAR(response.values[row], e.fitted[r], 1e-8 * std::max(1.0, e.fitted[r]));
      EXPECT_NEAR(bare.values[row], e.linear_predictor[r] - e.effect_sum[r], 1e-8);
    }
  }
}

TEST(Predict, UnknownLevelsAndMissingRegressorsAreMissing) {
  const data::Table table = random_table(Family::kPoisson, {.seed = 61});
  const FittedModel model = fitted(table, "y ~ x1 | exporter + importer", {});
  data::Table fresh("new");
  fresh.add("exporter", std::vector<std::string>{"c1", "XXX", "c2"});
  fresh.add("importer", std::vector<std::string>{"c2", "c1", "c3"});
  fresh.add("x1", data::NumberColumn{0.5, 0.5, data::kMissing});
  Context context(1);
  const Prediction p = predict(model, fresh, PredictKind::kResponse, context);
  EXPECT_GT(p.values[0], 0.0);
  EXPECT_TRUE(data::is_missing(p.values[1]));
  EXPECT_TRUE(data::is_missing(p.values[2]));
  EXPECT_EQ(p.n_unknown_levels, 1);
  EXPECT_EQ(p.n_missing, 1);
  data::Table wrong("wrong");
  wrong.add("x1", data::NumberColumn{1.0});
  EXPECT_EQ(error_of([&] { (void)predict(model, wrong, PredictKind::kLink, context); }).code,
            "no-such-column");
}

}  // namespace
}  // namespace altyn::estimation
