#include "altyn/equilibrium/ge_ppml.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/one_sector.h"
#include "equilibrium/reference_data.h"

namespace altyn::equilibrium {
namespace {

using testing::read_columns;

constexpr const char* kData = "equilibrium/advanced_guide_ch2/Chapter2Application1.csv.gz";

// Trade without borders, the first general-equilibrium application of the WTO/UNCTAD Advanced Guide
// (Yotov, Piermartini, Monteiro and Larch 2016, ch. 2): 69 countries in 2006, the published
// estimates, and a world in which the border variable is zero.
GePpmlProblem trade_without_borders() {
  const auto columns = read_columns(kData);
  GePpmlProblem problem;
  problem.sigma = 7.0;
  problem.reference = "DEU";
  const std::size_t rows = columns.at("year").size();
  for (std::size_t row = 0; row < rows; ++row) {
    if (columns.at("year")[row] != "2006") continue;
    const std::string& exporter = columns.at("exporter")[row];
    const bool home = exporter == columns.at("importer")[row];
    if (home) problem.economies.push_back(exporter);
    const double cost = -0.7912879 * std::log(std::stod(columns.at("DIST")[row])) +
                        0.6736456 * std::stod(columns.at("CNTG")[row]);
    problem.trade.push_back(std::stod(columns.at("trade")[row]));
    problem.new_cost_log.push_back(cost);
    problem.cost_log.push_back(home ? cost : cost - 2.47445);
  }
  return problem;
}

std::size_t find(const GePpmlProblem& problem, const std::string& name) {
  return static_cast<std::size_t>(
      std::find(problem.economies.begin(), problem.economies.end(), name) -
      problem.economies.begin());
}

TEST(GePpml, ReproducesThePublishedTableAtItsTolerance) {
  ALTYN_NEEDS_REFERENCE(kData);
  const GePpmlProblem problem = trade_without_borders();
  Context context(1);
  const GePpmlResult result = solve_ge_ppml(problem, {.tolerance = 0.01}, context);
  ASSERT_TRUE(result.certificate.holds()) << result.certificate.summary();
  EXPECT_EQ(result.rounds, 5);
  const auto producers = read_columns("equilibrium/advanced_guide_ch2/app1_FULL_PROD.csv");
  const auto consumers = read_columns("equilibrium/advanced_guide_ch2/app1_FULL_CONS.csv");
  ASSERT_EQ(producers.at("country").size(), 69U);
  for (std::size_t row = 0; row < 69; ++row) {
    const std::string& name = producers.at("country")[row];
    const std::size_t i = find(problem, name == "ZZZ" ? "DEU" : name);
    ASSERT_LT(i, 69U) << name;
    const auto published = [&](const char* column) { return std::stod(producers.at(column)[row]); };
    const auto percent = [](double after, double before) { return 100.0 * (after / before - 1.0); };
    // Percentage points. The guide's coefficients are printed to seven digits (prices, 1e-4) and
    // its conditional fit stops early (exports, 2e-3).
    EXPECT_NEAR(percent(result.price_hat[i], 1.0), published("change_price_FULL"), 1e-4) << name;
    EXPECT_NEAR(percent(result.exports_conditional[i], result.exports_base[i]),
                published("change_Xi_CDL"), 2e-3)
        << name;
    EXPECT_NEAR(percent(result.exports_full[i], result.exports_base[i]),
                published("change_Xi_FULL"), 2e-3)
        << name;
    EXPECT_NEAR(result.omr_full[i] / published("OMR_FULL"), 1.0, 1e-5) << name;
    const std::size_t j =
        find(problem, consumers.at("country")[row] == "ZZZ" ? "DEU" : consumers.at("country")[row]);
    EXPECT_NEAR(result.imr_full[j] / std::stod(consumers.at("IMR_FULL")[row]), 1.0, 1e-5) << name;
  }
}

TEST(GePpml, ConvergedPricesMoveFromThePublishedOnes) {
  ALTYN_NEEDS_REFERENCE(kData);
  const GePpmlProblem problem = trade_without_borders();
  Context context(1);
  const GePpmlResult result = solve_ge_ppml(problem, {}, context);
  ASSERT_TRUE(result.certificate.holds()) << result.certificate.summary();
  EXPECT_EQ(result.rounds, 55);
  const auto percent = [&](const char* name) {
    return 100.0 * (result.price_hat[find(problem, name)] - 1.0);
  };
  // An independent implementation run to 1e-8, printed to four digits.
  EXPECT_NEAR(percent("ARG"), 32.1517, 1e-3);
  EXPECT_NEAR(percent("AUS"), 21.3566, 1e-3);
  EXPECT_NEAR(percent("USA"), 10.9723, 1e-3);
}

// Another package returns prices of -244% for these three economies at this shock: they satisfy its
// equations because 1 - sigma is even. Logarithms cannot.
TEST(GePpml, TheDirectSolveOfTheFittedWorldIsPositiveAndClose) {
  ALTYN_NEEDS_REFERENCE(kData);
  const GePpmlProblem problem = trade_without_borders();
  Context context(1);
  const GePpmlResult rounds = solve_ge_ppml(problem, {}, context);
  OneSectorBase base;
  base.economies = problem.economies;
  base.trade = rounds.trade_base;
  base.theta = problem.sigma - 1.0;
  OneSectorShock shock;
  for (std::size_t cell = 0; cell < base.trade.size(); ++cell) {
    shock.direct_log.push_back(problem.new_cost_log[cell] - problem.cost_log[cell]);
  }
  const OneSectorResult direct =
      solve_one_sector(base, shock, {.closure = Closure::kMultiplicative}, context);
  ASSERT_TRUE(direct.certificate.holds()) << direct.certificate.summary();
  EXPECT_LT(direct.certificate.iterations, 30);
  for (const char* name : {"MWI", "NER", "NPL"}) {
    EXPECT_GT(direct.producer_price_hat[find(problem, name)], 0.5) << name;
  }
  // Relative prices of the two differ by the world scalar that the rounds leave out: up to 0.3
  // points, as measured by an independent implementation.
  const std::size_t r = find(problem, problem.reference);
  double worst = 0.0;
  for (std::size_t i = 0; i < 69; ++i) {
    const double scaled = direct.producer_price_hat[i] / direct.producer_price_hat[r];
    worst = std::max(worst, std::abs(scaled - rounds.price_hat[i] / rounds.price_hat[r]));
  }
  EXPECT_LT(worst, 0.0035);
  EXPECT_GT(worst, 0.0005);
  // The conditional effect is the same in both.
  for (std::size_t cell = 0; cell < base.trade.size(); ++cell) {
    if (base.trade[cell] < 1.0) continue;
    EXPECT_NEAR(direct.conditional_trade[cell] / rounds.trade_conditional[cell], 1.0, 1e-8);
  }
}

TEST(GePpml, RefusesWhatIsNoGravityWorld) {
  GePpmlProblem good;
  good.economies = {"A", "B"};
  good.trade = {5, 1, 2, 6};
  good.cost_log = {0, -1, -1, 0};
  good.new_cost_log = {0, 0, 0, 0};
  good.reference = "A";
  Context context(1);
  const auto code_of = [&](const GePpmlProblem& problem) -> std::string {
    try {
      (void)solve_ge_ppml(problem, {}, context);
    } catch (const InputError& error) {
      return error.detail().code;
    }
    return "";
  };
  EXPECT_EQ(code_of(good), "");
  GePpmlProblem bad = good;
  bad.reference = "C";
  EXPECT_EQ(code_of(bad), "unknown-reference");
  bad = good;
  bad.sigma = 1.0;
  EXPECT_EQ(code_of(bad), "sigma-range");
  bad = good;
  bad.cost_log.pop_back();
  EXPECT_EQ(code_of(bad), "wrong-shape");
  bad = good;
  bad.trade = {5, 1, 0, 0};
  EXPECT_EQ(code_of(bad), "zero-output");
}

}  // namespace
}  // namespace altyn::equilibrium
