#include "altyn/corridors/routing.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <numeric>

#include "altyn/core/errors.h"
#include "corridors/made_up_network.h"

namespace altyn::corridors {
namespace {

using testing::made_up_network;
using testing::MadeUp;
using testing::node;
using testing::row;

constexpr double kClosed = std::numeric_limits<double>::infinity();

std::vector<std::size_t> all_nodes(const Network& network) {
  std::vector<std::size_t> nodes(network.nodes.size());
  std::iota(nodes.begin(), nodes.end(), std::size_t{0});
  return nodes;
}

std::vector<double> made_up_weights(std::size_t s) {
  RandomStream random(11, 3, 0);
  std::vector<double> weight(s * s);
  for (double& one : weight) one = random.uniform();
  return weight;
}

std::string code_of(const std::function<void()>& work, std::string* where = nullptr) {
  try {
    work();
  } catch (const InputError& error) {
    if (where != nullptr) *where = error.detail().where;
    return error.detail().code;
  }
  return "";
}

TEST(Routes, EqualTheDenseInverse) {
  const MadeUp made = made_up_network(12, 8, 1);
  constexpr double kShape = 40.0;
  Context context(2);
  const Routes routes(made.network, made.cost_log, all_nodes(made.network), {.shape = kShape},
                      context);
  EXPECT_TRUE(routes.certificate().holds());
  Eigen::MatrixXd system = Eigen::MatrixXd::Identity(12, 12);
  for (std::size_t l = 0; l < made.cost_log.size(); ++l) {
    system(static_cast<int>(made.network.links[l].from),
           static_cast<int>(made.network.links[l].to)) -= std::exp(-kShape * made.cost_log[l]);
  }
  const Eigen::MatrixXd inverse = system.inverse();
  for (int i = 0; i < 12; ++i) {
    for (int j = 0; j < 12; ++j) {
      const double wanted = i == j ? 0.0 : -std::log(inverse(i, j)) / kShape;
      // The dense inverse has absolute errors of 1e-16 in entries of 1e-5.
      EXPECT_NEAR(routes.cost_log()[static_cast<std::size_t>(i * 12 + j)], wanted, 1e-9);
    }
  }
}

TEST(Routes, TendToTheCheapestAsTheShapeGrows) {
  const MadeUp made = made_up_network(15, 10, 2);
  Context context(1);
  const auto terminals = all_nodes(made.network);
  const Routes cheapest(made.network, made.cost_log, terminals, {.cheapest = true}, context);
  double last = kClosed;
  for (const double shape : {50.0, 200.0, 800.0}) {
    const Routes routes(made.network, made.cost_log, terminals, {.shape = shape}, context);
    double gap = 0.0;
    for (std::size_t k = 0; k < terminals.size() * terminals.size(); ++k) {
      gap = std::max(gap, std::abs(routes.cost_log()[k] - cheapest.cost_log()[k]));
      // More routes are never worse.
      EXPECT_LE(routes.cost_log()[k], cheapest.cost_log()[k] + 1e-12);
    }
    EXPECT_LT(gap, last);
    last = gap;
  }
  // ln(number of near-equal routes) / shape.
  EXPECT_LT(last, std::log(4.0) / 800.0);
}

TEST(Routes, TrafficOfTheCheapestIsTheLimit) {
  const MadeUp made = made_up_network(15, 10, 2);
  Context context(1);
  const auto terminals = all_nodes(made.network);
  const auto weight = made_up_weights(terminals.size());
  const Routes cheapest(made.network, made.cost_log, terminals, {.cheapest = true}, context);
  const Routes nearly(made.network, made.cost_log, terminals, {.shape = 1500.0}, context);
  const auto a = cheapest.link_sums(weight, context);
  const auto b = nearly.link_sums(weight, context);
  EXPECT_LT(conservation_gap(made.network, terminals, weight, a), 1e-13);
  const double total = std::accumulate(weight.begin(), weight.end(), 0.0);
  // Routes within 0.1% of the cheapest are still taken by some.
  for (std::size_t l = 0; l < a.size(); ++l) EXPECT_NEAR(a[l], b[l], 0.02 * total);
}

TEST(Routes, ProbabilityIsTheDerivativeOfTheCost) {
  MadeUp made = made_up_network(10, 6, 3);
  Context context(1);
  const auto terminals = all_nodes(made.network);
  const RouteOptions options{.shape = 30.0};
  const Routes routes(made.network, made.cost_log, terminals, options, context);
  constexpr double kStep = 1e-5;
  for (std::size_t l = 0; l < made.cost_log.size(); ++l) {
    std::vector<double> up = made.cost_log, down = made.cost_log;
    up[l] += kStep;
    down[l] -= kStep;
    const Routes above(made.network, up, terminals, options, context);
    const Routes below(made.network, down, terminals, options, context);
    for (std::size_t i = 0; i < 10; ++i) {
      for (std::size_t j = 0; j < 10; ++j) {
        const double slope =
            (above.cost_log()[i * 10 + j] - below.cost_log()[i * 10 + j]) / (2.0 * kStep);
        // Central differences: error of step^2 shape^2.
        EXPECT_NEAR(routes.probability(i, j, l), slope, 1e-6);
      }
    }
  }
}

TEST(Routes, LinkSumsAreSumsOfProbabilitiesAndConserveTraffic) {
  const MadeUp made = made_up_network(14, 9, 4);
  const std::vector<std::size_t> terminals{2, 5, 9, 13};
  const auto weight = made_up_weights(4);
  Context context(2);
  for (const bool cheapest : {false, true}) {
    const Routes routes(made.network, made.cost_log, terminals,
                        {.shape = 35.0, .cheapest = cheapest}, context);
    const auto traffic = routes.link_sums(weight, context);
    for (std::size_t l = 0; l < traffic.size(); ++l) {
      double sum = 0.0;
      for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t j = 0; j < 4; ++j) {
          sum += weight[i * 4 + j] * routes.probability(i, j, l);
        }
      }
      EXPECT_NEAR(traffic[l], sum, 1e-12);
    }
    EXPECT_LT(conservation_gap(made.network, terminals, weight, traffic), 1e-13);
  }
}

TEST(Routes, DoNotDependOnTheOrderOfNodesAndRows) {
  const MadeUp made = made_up_network(11, 6, 5);
  std::vector<Node> nodes(made.network.nodes.rbegin(), made.network.nodes.rend());
  std::vector<LinkRow> rows(made.network.rows.rbegin(), made.network.rows.rend());
  const Network other = make_network(nodes, rows);
  std::vector<double> cost(other.links.size());
  for (std::size_t l = 0; l < cost.size(); ++l) {
    // Rows are reversed, their two directions are not.
    const std::size_t r = made.network.rows.size() - 1 - l / 2;
    cost[l] = made.cost_log[2 * r + l % 2];
  }
  Context context(1);
  const Routes a(made.network, made.cost_log, all_nodes(made.network), {.shape = 40.0}, context);
  const Routes b(other, cost, all_nodes(other), {.shape = 40.0}, context);
  for (std::size_t i = 0; i < 11; ++i) {
    for (std::size_t j = 0; j < 11; ++j) {
      EXPECT_NEAR(a.cost_log()[i * 11 + j], b.cost_log()[(10 - i) * 11 + 10 - j], 1e-13);
    }
  }
}

TEST(Routes, SplittingALinkInTwoChangesNothing) {
  const MadeUp made = made_up_network(9, 5, 6);
  std::vector<Node> nodes = made.network.nodes;
  // Each direction of the first row through a node of its own.
  nodes.push_back(node("there"));
  nodes.push_back(node("back"));
  std::vector<LinkRow> rows(made.network.rows.begin() + 1, made.network.rows.end());
  const LinkRow& first = made.network.rows[0];
  std::vector<double> cost(made.cost_log.begin() + 2, made.cost_log.end());
  rows.push_back(row(first.from, "there", false));
  rows.push_back(row("there", first.to, false));
  rows.push_back(row(first.to, "back", false));
  rows.push_back(row("back", first.from, false));
  for (const double part : {0.3, 0.7}) cost.push_back(part * made.cost_log[0]);
  for (const double part : {0.6, 0.4}) cost.push_back(part * made.cost_log[1]);
  const Network split = make_network(nodes, rows);
  const auto terminals = all_nodes(made.network);
  Context context(1);
  for (const bool cheapest : {false, true}) {
    const RouteOptions options{.shape = 40.0, .cheapest = cheapest};
    const Routes whole(made.network, made.cost_log, terminals, options, context);
    const Routes parts(split, cost, terminals, options, context);
    const auto weight = made_up_weights(9);
    const auto before = whole.link_sums(weight, context);
    const auto after = parts.link_sums(weight, context);
    for (std::size_t k = 0; k < 81; ++k) {
      EXPECT_NEAR(whole.cost_log()[k], parts.cost_log()[k], 1e-13);
    }
    EXPECT_NEAR(before[0], after[after.size() - 4], 1e-12);
    EXPECT_NEAR(before[1], after[after.size() - 1], 1e-12);
  }
}

TEST(Routes, AClosedLinkReroutesOrNamesWhatItCutsOff) {
  const Network network =
      make_network({node("a"), node("b"), node("c"), node("d")},
                   {row("a", "b"), row("b", "c"), row("c", "a"), row("c", "d")});
  std::vector<double> cost(8, 0.1);
  cost[0] = cost[1] = kClosed;
  Context context(1);
  const Routes routes(network, cost, {0, 1, 3}, {.shape = 40.0}, context);
  EXPECT_EQ(routes.probability(0, 1, 0), 0.0);
  EXPECT_GT(routes.cost_log()[1], 0.15);
  cost[6] = cost[7] = kClosed;
  EXPECT_EQ(code_of([&] { Routes(network, cost, {0, 1, 3}, {.shape = 40.0}, context); }),
            "disconnected");
  cost[7] = 0.1;
  EXPECT_EQ(code_of([&] { Routes(network, cost, {0, 1, 3}, {.shape = 40.0}, context); }),
            "one-way");
}

TEST(Routes, NameTheCheapestCycleWhereGoingRoundIsFree) {
  const Network network = make_network({node("a"), node("b"), node("c")},
                                       {row("a", "b"), row("b", "c"), row("c", "a")});
  std::vector<double> cost{0.02, 0.02, 0.01, 0.005, 0.03, 0.03};
  Context context(1);
  std::string where;
  EXPECT_EQ(code_of([&] { Routes(network, cost, {0, 1, 2}, {.shape = 5.0}, context); }, &where),
            "route-shape-too-small");
  EXPECT_NE(where.find("b - c"), std::string::npos) << where;
  const Cycle cycle = cheapest_cycle(network, cost);
  EXPECT_EQ(cycle.links.size(), 2u);
  EXPECT_NEAR(cycle.cost_log, 0.015, 1e-15);
  // The limit has no such bound.
  EXPECT_NO_THROW(Routes(network, cost, {0, 1, 2}, {.cheapest = true}, context));
}

TEST(Routes, BoundTheSpectralRadius) {
  // A two-way ring of equal links: every row sums to 2 t^-shape.
  const Network network =
      make_network({node("a"), node("b"), node("c"), node("d")},
                   {row("a", "b"), row("b", "c"), row("c", "d"), row("d", "a")});
  const SpectralRadius radius = spectral_radius(network, std::vector<double>(8, 0.1), 10.0);
  EXPECT_NEAR(radius.low, 2.0 * std::exp(-1.0), 1e-12);
  EXPECT_NEAR(radius.high, 2.0 * std::exp(-1.0), 1e-12);
}

TEST(Routes, RefuseLinksWithoutCostAndShapesOutOfRange) {
  const Network network = make_network({node("a"), node("b")}, {row("a", "b")});
  Context context(1);
  const auto code = [&](std::vector<double> cost, double shape) {
    return code_of([&] { Routes(network, cost, {0, 1}, {.shape = shape}, context); });
  };
  EXPECT_EQ(code({0.0, 0.1}, 10.0), "bad-cost");
  EXPECT_EQ(code({-0.1, 0.1}, 10.0), "bad-cost");
  EXPECT_EQ(code({0.1, 0.1}, 0.0), "bad-shape");
  EXPECT_EQ(code({1.0, 1.0}, 900.0), "route-shape-too-large");
  EXPECT_EQ(code({1.0, 1.0}, 10.0), "");
}

TEST(Routes, SameBitsForAnyNumberOfThreads) {
  const MadeUp made = made_up_network(60, 60, 7);
  const auto terminals = all_nodes(made.network);
  const auto weight = made_up_weights(60);
  Context one(1), three(3);
  const Routes a(made.network, made.cost_log, terminals, {.shape = 60.0}, one);
  const Routes b(made.network, made.cost_log, terminals, {.shape = 60.0}, three);
  EXPECT_EQ(a.cost_log(), b.cost_log());
  EXPECT_EQ(a.link_sums(weight, one), b.link_sums(weight, three));
}

}  // namespace
}  // namespace altyn::corridors
