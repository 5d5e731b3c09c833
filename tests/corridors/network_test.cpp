#include "altyn/corridors/network.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "altyn/core/errors.h"
#include "altyn/corridors/link_cost.h"
#include "corridors/made_up_network.h"

namespace altyn::corridors {
namespace {

using testing::node;
using testing::row;

ErrorDetail error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.detail();
  }
  return {};
}

ErrorDetail error_of_row(const std::function<void(LinkRow&)>& change) {
  return error_of([&] {
    std::vector<LinkRow> rows{row("a", "b"), row("b", "c")};
    change(rows[1]);
    (void)make_network({node("a"), node("b"), node("c")}, rows);
  });
}

TEST(Network, HasEveryDirectionAsALink) {
  const Network network =
      make_network({node("a"), node("b")}, {row("a", "b", false), row("b", "a", false)});
  ASSERT_EQ(network.links.size(), 2u);
  EXPECT_EQ(network.link_name(1), "b - a");
  EXPECT_EQ(make_network({node("a"), node("b")}, {row("a", "b")}).links.size(), 2u);
}

TEST(Network, NamesTheRowOfABadNumber) {
  const double missing = std::numeric_limits<double>::quiet_NaN();
  for (const double value : {0.0, -5.0, missing}) {
    const ErrorDetail length = error_of_row([&](LinkRow& one) { one.length_km = value; });
    EXPECT_EQ(length.code, "bad-length");
    EXPECT_EQ(length.where, "links.csv b c");
    EXPECT_EQ(error_of_row([&](LinkRow& one) { one.speed_kmh = value; }).code, "bad-speed");
  }
  EXPECT_EQ(error_of_row([](LinkRow& one) { one.wait_hours = -1.0; }).code, "bad-wait");
  EXPECT_EQ(error_of_row([&](LinkRow& one) { one.fee_usd = missing; }).code, "bad-fee");
}

TEST(Network, RefusesUnknownNodesDuplicatesAndLoops) {
  const ErrorDetail unknown = error_of_row([](LinkRow& one) { one.to = "cc"; });
  EXPECT_EQ(unknown.code, "unknown-node");
  EXPECT_EQ(unknown.where, "links.csv b c");
  EXPECT_EQ(error_of_row([](LinkRow& one) { one.to = "a"; }).code, "duplicate-link");
  EXPECT_EQ(error_of_row([](LinkRow& one) { one.to = "b"; }).code, "bad-link");
  EXPECT_EQ(error_of([] { (void)make_network({node("a"), node("a")}, {}); }).code,
            "duplicate-node");
}

TEST(Network, NamesWhatIsCutOff) {
  const ErrorDetail apart = error_of([] {
    (void)make_network({node("a"), node("b"), node("c"), node("island")},
                       {row("a", "b"), row("b", "c")});
  });
  EXPECT_EQ(apart.code, "disconnected");
  EXPECT_NE(apart.what.find("island"), std::string::npos);
  EXPECT_EQ(apart.where, "nodes.csv island");
  const ErrorDetail one_way = error_of([] {
    (void)make_network({node("a"), node("b"), node("c"), node("sink")},
                       {row("a", "b"), row("b", "c"), row("c", "sink", false)});
  });
  EXPECT_EQ(one_way.code, "one-way");
  EXPECT_NE(one_way.what.find("sink"), std::string::npos);
  EXPECT_EQ(one_way.where, "nodes.csv sink");
}

TEST(Network, MeasuresGreatCircles) {
  // A quarter of the equator: pi / 2 * 6371.
  EXPECT_NEAR(great_circle_km({.latitude = 0, .longitude = 0}, {.latitude = 0, .longitude = 90}),
              10007.543, 1e-3);
}

TEST(LinkCost, AddsTimeDistanceAndFees) {
  LinkRow one = row("a", "b");
  one.length_km = 1200.0;
  one.speed_kmh = 50.0;  // one day
  one.wait_hours = 12.0;
  one.fee_usd = 200.0;
  const Network network = make_network({node("a"), node("b")}, {one});
  const LinkCostParameters parameters{
      .day_share = 0.01, .consignment_usd = 40000.0, .usd_per_km = {{"road", 1.0}}};
  // 1.5 days at 1%, 1,400 dollars of 40,000.
  EXPECT_NEAR(link_costs(network, parameters)[0], 0.015 + 0.035, 1e-15);
  LinkCostParameters without = parameters;
  without.usd_per_km = {{"rail", 1.0}};
  EXPECT_EQ(error_of([&] { (void)link_costs(network, without); }).code, "missing-rate");
  without = parameters;
  without.consignment_usd = 0.0;
  EXPECT_EQ(error_of([&] { (void)link_costs(network, without); }).code, "bad-parameter");
}

}  // namespace
}  // namespace altyn::corridors
