#include "equilibrium/conformance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace altyn::testing {
namespace {

// Both solves stop at a residual of 1e-12; conditioning of these worlds costs less than two digits.
constexpr double kTolerance = 1e-10;

void expect_near(const std::vector<double>& found, const std::vector<double>& expected,
                 const char* what, double tolerance = kTolerance) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double scale = std::max(1.0, std::abs(expected[i]));
    ASSERT_NEAR(found[i], expected[i], tolerance * scale) << what << " " << i;
  }
}

std::vector<double> scaled(std::vector<double> values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

class Conformance : public ::testing::TestWithParam<Subject> {
 protected:
  [[nodiscard]] TestWorld world(std::uint64_t seed, std::size_t n = 7) const {
    TestWorld made = random_world(n, GetParam().several_sectors ? 3 : 1, seed);
    if (!GetParam().tariffs) {
      std::fill(made.tariff.begin(), made.tariff.end(), 0.0);
      std::fill(made.new_tariff.begin(), made.new_tariff.end(), 0.0);
    }
    return made;
  }
  [[nodiscard]] Outcome solve(const TestWorld& made) const {
    Outcome outcome = GetParam().solve(made);
    EXPECT_EQ(outcome.status, SolveStatus::kConverged) << outcome.message;
    EXPECT_TRUE(outcome.certificate.holds()) << outcome.certificate.summary();
    return outcome;
  }
  static TestWorld without_shock(TestWorld made) {
    made.new_tariff = made.tariff;
    std::fill(made.cost_hat.begin(), made.cost_hat.end(), 1.0);
    std::fill(made.productivity_hat.begin(), made.productivity_hat.end(), 1.0);
    return made;
  }
};

TEST_P(Conformance, TheCertificateNamesItsEquations) {
  const Outcome outcome = solve(world(1));
  EXPECT_GE(outcome.certificate.blocks.size(), 4U);
  EXPECT_FALSE(outcome.certificate.closure.empty());
  EXPECT_FALSE(outcome.certificate.numeraire.empty());
  EXPECT_TRUE(outcome.certificate.positive);
  EXPECT_GT(outcome.certificate.iterations, 1);
}

TEST_P(Conformance, NoShockChangesNothing) {
  const TestWorld made = without_shock(world(2));
  const Outcome outcome = solve(made);
  const std::vector<double> ones(made.n(), 1.0);
  expect_near(outcome.wage_hat, ones, "wage");
  expect_near(outcome.price_hat, ones, "price");
  expect_near(outcome.welfare_hat, ones, "welfare");
  expect_near(outcome.trade, outcome.base_trade, "trade");
  if (GetParam().deficits) expect_near(outcome.base_trade, made.trade, "base");
}

TEST_P(Conformance, UnitsDoNotMatter) {
  TestWorld made = world(3);
  const Outcome first = solve(made);
  made.trade = scaled(made.trade, 1e6);
  const Outcome second = solve(made);
  expect_near(second.welfare_hat, first.welfare_hat, "welfare");
  expect_near(second.wage_hat, first.wage_hat, "wage");
  expect_near(second.trade, scaled(first.trade, 1e6), "trade");
}

TEST_P(Conformance, NumeraireDoesNotMatterForRealResults) {
  if (GetParam().real_results_need_numeraire) {
    GTEST_SKIP() << "deficits are fixed in units of the numeraire";
  }
  TestWorld made = world(4);
  const Outcome first = solve(made);
  made.numeraire = made.economies[2];
  const Outcome second = solve(made);
  EXPECT_NEAR(second.wage_hat[2], 1.0, kTolerance);
  expect_near(second.welfare_hat, first.welfare_hat, "welfare");
  const double unit = 1.0 / first.wage_hat[2];
  expect_near(second.wage_hat, scaled(first.wage_hat, unit), "wage");
}

TEST_P(Conformance, RelabellingPermutesTheAnswer) {
  const TestWorld made = world(5);
  const std::size_t n = made.n();
  std::vector<std::size_t> from(n);  // place in the new order -> old place
  for (std::size_t i = 0; i < n; ++i) from[i] = (3 * i + 2) % n;
  TestWorld other = made;
  for (std::size_t i = 0; i < n; ++i) {
    other.economies[i] = made.economies[from[i]];
    other.productivity_hat[i] = made.productivity_hat[from[i]];
    for (std::size_t j = 0; j < made.n_sectors; ++j) {
      other.value_added_share[i * made.n_sectors + j] =
          made.value_added_share[from[i] * made.n_sectors + j];
      for (std::size_t k = 0; k < n; ++k) {
        const std::size_t to = made.cell(j, i, k);
        const std::size_t source = made.cell(j, from[i], from[k]);
        other.trade[to] = made.trade[source];
        other.tariff[to] = made.tariff[source];
        other.new_tariff[to] = made.new_tariff[source];
        other.cost_hat[to] = made.cost_hat[source];
      }
    }
  }
  const Outcome first = solve(made);
  const Outcome second = solve(other);
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_NEAR(second.wage_hat[i], first.wage_hat[from[i]], kTolerance);
    EXPECT_NEAR(second.welfare_hat[i], first.welfare_hat[from[i]], kTolerance);
  }
}

// Splits economy 1 into two identical halves, which trade with each other as the whole did with
// itself. Read backwards it merges two identical economies.
TEST_P(Conformance, SplittingAnEconomyInHalvesChangesNothing) {
  const TestWorld made = world(6);
  const std::size_t n = made.n();
  TestWorld split = made;
  split.economies.push_back("half");
  split.productivity_hat.push_back(made.productivity_hat[1]);
  for (std::size_t j = 0; j < made.n_sectors; ++j) {
    split.value_added_share.push_back(made.value_added_share[made.n_sectors + j]);
  }
  const std::size_t cells = made.n_sectors * (n + 1) * (n + 1);
  for (auto* values : {&split.trade, &split.tariff, &split.new_tariff, &split.cost_hat}) {
    values->assign(cells, 0.0);
  }
  for (std::size_t j = 0; j < made.n_sectors; ++j) {
    for (std::size_t i = 0; i <= n; ++i) {
      for (std::size_t k = 0; k <= n; ++k) {
        const std::size_t source = made.cell(j, i == n ? 1 : i, k == n ? 1 : k);
        const std::size_t to = split.cell(j, i, k);
        const double part = (i == 1 || i == n ? 0.5 : 1.0) * (k == 1 || k == n ? 0.5 : 1.0);
        split.trade[to] = part * made.trade[source];
        split.tariff[to] = made.tariff[source];
        split.new_tariff[to] = made.new_tariff[source];
        split.cost_hat[to] = made.cost_hat[source];
      }
    }
  }
  const Outcome whole = solve(made);
  const Outcome halves = solve(split);
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_NEAR(halves.wage_hat[i], whole.wage_hat[i], kTolerance);
    EXPECT_NEAR(halves.price_hat[i], whole.price_hat[i], kTolerance);
    EXPECT_NEAR(halves.welfare_hat[i], whole.welfare_hat[i], kTolerance);
  }
  EXPECT_NEAR(halves.welfare_hat[n], whole.welfare_hat[1], kTolerance);
}

TEST_P(Conformance, ProductivityEqualsCheaperDeliveryEverywhere) {
  if (!GetParam().productivity_is_delivery) GTEST_SKIP() << "entry costs fall with productivity";
  TestWorld made = world(7);
  const Outcome first = solve(made);
  for (std::size_t j = 0; j < made.n_sectors; ++j) {
    for (std::size_t i = 0; i < made.n(); ++i) {
      for (std::size_t k = 0; k < made.n(); ++k) {
        made.cost_hat[made.cell(j, i, k)] /= made.productivity_hat[i];
      }
    }
  }
  std::fill(made.productivity_hat.begin(), made.productivity_hat.end(), 1.0);
  const Outcome second = solve(made);
  expect_near(second.wage_hat, first.wage_hat, "wage");
  expect_near(second.price_hat, first.price_hat, "price");
  expect_near(second.trade, first.trade, "trade");
}

TEST_P(Conformance, GainsFollowFromTheDomesticShareWithoutTariffsAndDeficits) {
  if (!GetParam().acr_exponent) GTEST_SKIP() << "no formula for this model";
  TestWorld made = world(8);
  std::fill(made.tariff.begin(), made.tariff.end(), 0.0);
  std::fill(made.new_tariff.begin(), made.new_tariff.end(), 0.0);
  std::fill(made.productivity_hat.begin(), made.productivity_hat.end(), 1.0);
  // Symmetric flows have no deficits.
  for (std::size_t i = 0; i < made.n(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      made.trade[made.cell(0, i, k)] = made.trade[made.cell(0, k, i)];
    }
  }
  const Outcome outcome = solve(made);
  for (std::size_t n = 0; n < made.n(); ++n) {
    double before = 0.0, after = 0.0;
    for (std::size_t i = 0; i < made.n(); ++i) {
      before += outcome.base_trade[made.cell(0, i, n)];
      after += outcome.trade[made.cell(0, i, n)];
    }
    const std::size_t home = made.cell(0, n, n);
    const double share_hat = outcome.trade[home] / after / (outcome.base_trade[home] / before);
    EXPECT_NEAR(outcome.welfare_hat[n], std::pow(share_hat, GetParam().acr_exponent(made, n)),
                kTolerance);
  }
}

TEST_P(Conformance, TwoStepsEqualOne) {
  if (!GetParam().deficits) GTEST_SKIP() << "the base is balanced once more in between";
  const TestWorld made = world(9);
  const Outcome direct = solve(made);
  TestWorld half = made;
  for (double& value : half.cost_hat) value = std::sqrt(value);
  for (double& value : half.productivity_hat) value = std::sqrt(value);
  for (std::size_t cell = 0; cell < made.tariff.size(); ++cell) {
    half.new_tariff[cell] =
        std::sqrt((1.0 + made.tariff[cell]) * (1.0 + made.new_tariff[cell])) - 1.0;
  }
  const Outcome first = solve(half);
  TestWorld rest = half;
  rest.trade = first.trade;
  rest.tariff = half.new_tariff;
  rest.new_tariff = made.new_tariff;
  const Outcome second = solve(rest);
  for (std::size_t i = 0; i < made.n(); ++i) {
    EXPECT_NEAR(first.welfare_hat[i] * second.welfare_hat[i], direct.welfare_hat[i], kTolerance);
    EXPECT_NEAR(first.wage_hat[i] * second.wage_hat[i], direct.wage_hat[i], kTolerance);
  }
  expect_near(second.trade, direct.trade, "trade");
}

TEST_P(Conformance, TwiceTheProductivityEverywhereOnlyRaisesRealIncome) {
  TestWorld made = without_shock(world(10));
  std::fill(made.value_added_share.begin(), made.value_added_share.end(), 0.5);
  std::fill(made.productivity_hat.begin(), made.productivity_hat.end(), 2.0);
  const Outcome outcome = solve(made);
  expect_near(outcome.trade, outcome.base_trade, "trade");
  for (std::size_t i = 0; i < made.n(); ++i) {
    EXPECT_NEAR(outcome.welfare_hat[i] * outcome.price_hat[i], 1.0, kTolerance);
    if (GetParam().acr_exponent) {
      EXPECT_NEAR(outcome.welfare_hat[i],
                  std::pow(2.0, -GetParam().acr_exponent(made, i) * made.theta[0]), kTolerance);
    }
  }
}

TEST_P(Conformance, ConvergesFromTheBaseForLargeShocksAndElasticities) {
  for (std::uint64_t seed = 20; seed < 32; ++seed) {
    TestWorld made = world(seed, 5 + seed % 9);
    for (double& theta : made.theta) theta *= seed % 3 == 0 ? 12.0 : 1.0;  // up to 96
    for (std::size_t i = 0; i < made.n(); ++i) {
      for (std::size_t k = 0; k < made.n(); ++k) {
        if (i == k || (i + k) % 2 == 0 || !GetParam().tariffs) continue;
        for (std::size_t j = 0; j < made.n_sectors; ++j) {
          made.new_tariff[made.cell(j, i, k)] += 0.5;
        }
      }
    }
    const Outcome outcome = GetParam().solve(made);
    if (outcome.status == SolveStatus::kNoSolution) {
      EXPECT_FALSE(outcome.message.empty());  // a surplus held fixed may exceed the new output
      continue;
    }
    EXPECT_TRUE(outcome.certificate.holds())
        << "seed " << seed << ": " << outcome.certificate.summary() << outcome.message;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Conformance, ::testing::ValuesIn(conformance_subjects()),
                         [](const auto& subject) { return subject.param.name; });

}  // namespace
}  // namespace altyn::testing
