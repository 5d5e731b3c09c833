#include "altyn/estimation/resistances.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "error_of.h"
#include "random_table.h"

namespace altyn::estimation {
namespace {

using Level = std::pair<std::string, std::string>;  // level, period

struct Read {
  std::map<Level, double> outward, inward;  // powers
};

Read read(const data::Table& table, const std::string& exporters) {
  Read result;
  for (Index row = 0; row < table.n_rows(); ++row) {
    auto& side = table.texts("effect").at(row) == exporters ? result.outward : result.inward;
    side[{std::string(table.texts("level").at(row)), std::string(table.texts("period").at(row))}] =
        std::exp(table.numbers("log_power")[static_cast<std::size_t>(row)]);
  }
  return result;
}

// The system of Anderson and van Wincoop, with trade costs from the fitted flows, row by row.
TEST(Resistances, SolveTheirOwnSystem) {
  const data::Table table =
      random_table(Family::kPoisson, {.n_countries = 6, .n_years = 4, .share_kept = 1, .seed = 71});
  for (const std::string formula :
       {"y ~ x1 + x2 | exporter^year + importer^year",
        "y ~ x1 + x2 | exporter^year + importer^year + exporter^importer"}) {
    Context context(1);
    const FittedModel model =
        fit_model(table, parse_formula(formula), {.tolerance = 1e-12}, context);
    const Estimate e = summarise(model, context);
    ASSERT_TRUE(e.certified());
    const Read found = read(multilateral_resistances(model, "c2", 5.0, context), "exporter^year");
    std::map<Level, double> output, spending;
    std::map<std::string, double> world;
    const auto exporter = [&](Index row) {
      return Level(table.texts("exporter").at(row),
                   fmt::format("{}", table.numbers("year")[static_cast<std::size_t>(row)]));
    };
    const auto importer = [&](Index row) {
      return Level(table.texts("importer").at(row), exporter(row).second);
    };
    for (std::size_t r = 0; r < e.rows.size(); ++r) {
      output[exporter(e.rows[r])] += e.fitted[r];
      spending[importer(e.rows[r])] += e.fitted[r];
      world[exporter(e.rows[r]).second] += e.fitted[r];
    }
    std::map<Level, double> outward, inward;
    for (std::size_t r = 0; r < e.rows.size(); ++r) {
      const Level i = exporter(e.rows[r]);
      const Level j = importer(e.rows[r]);
      // t from the structural equation X = Y_i E_j / Y t / (Pi_i P_j), both in powers
      const double t = e.fitted[r] * world[i.second] / (output[i] * spending[j]) *
                       found.outward.at(i) * found.inward.at(j);
      outward[i] += t * spending[j] / world[i.second] / found.inward.at(j);
      inward[j] += t * output[i] / world[i.second] / found.outward.at(i);
      if (formula.find("exporter^importer") == std::string::npos) {
        // Without pair effects t is the part of the regressors, up to nothing at all.
        const auto row = static_cast<std::size_t>(e.rows[r]);
        const double xb = e.coefficient("x1").value * table.numbers("x1")[row] +
                          e.coefficient("x2").value * table.numbers("x2")[row];
        EXPECT_NEAR(std::log(t), xb, 1e-8);
      }
    }
    for (const auto& [level, value] : found.outward) EXPECT_NEAR(outward[level] / value, 1, 1e-9);
    for (const auto& [level, value] : found.inward) {
      EXPECT_NEAR(inward[level] / value, 1, 1e-9);
      if (level.first == "c2") {
        EXPECT_NEAR(value, 1.0, 1e-12);
      }
    }
  }
}

TEST(Resistances, PowersTurnIntoResistances) {
  const data::Table table = random_table(Family::kPoisson, {.share_kept = 1, .seed = 72});
  Context context(1);
  const FittedModel model =
      fit_model(table, parse_formula("y ~ x1 | exporter^year + importer^year"), {}, context);
  const data::Table found = multilateral_resistances(model, "c0", 5.0, context);
  for (std::size_t row = 0; row < found.numbers("resistance").size(); ++row) {
    EXPECT_NEAR(std::pow(found.numbers("resistance")[row], -4.0),
                std::exp(found.numbers("log_power")[row]), 1e-9);
  }
  EXPECT_FALSE(multilateral_resistances(model, "c0", 0.0, context).has("resistance"));
  EXPECT_EQ(error_of([&] { (void)multilateral_resistances(model, "c9x", 5.0, context); }).code,
            "no-such-level");
  const FittedModel other = fit_model(table, parse_formula("y ~ x1 | exporter"), {}, context);
  EXPECT_EQ(error_of([&] { (void)multilateral_resistances(other, "c0", 5.0, context); }).code,
            "no-resistances");
}

}  // namespace
}  // namespace altyn::estimation
