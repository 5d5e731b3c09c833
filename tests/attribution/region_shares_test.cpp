#include "altyn/attribution/region_shares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::attribution {
namespace {

Region at(const char* code, double size, double latitude, double longitude, bool border,
          bool capital = false) {
  return {.code = code,
          .name = code,
          .name_russian = code,
          .population = size,
          .size = size,
          .size_from = "population",
          .latitude_degrees = latitude,
          .longitude_degrees = longitude,
          .capital = capital,
          .border = border,
          .share = 0.0};
}

std::vector<Region> north() {
  return {at("N.1", 100.0, 1.0, 0.0, true), at("N.2", 300.0, 5.0, 0.0, false, true)};
}
std::vector<Region> south() {
  return {at("S.1", 200.0, -1.0, 0.0, true, true), at("S.2", 50.0, -3.0, 0.0, false)};
}

RegionShareOptions fixed(double size, double distance, double border) {
  RegionShareOptions options;
  options.size_low = options.size_high = size;
  options.distance_low = options.distance_high = distance;
  options.border_low = options.border_high = border;
  options.n_draws = 100;
  return options;
}

template <class F>
std::string code_of(F run) {
  try {
    run();
  } catch (const InputError& error) {
    return error.detail().code;
  }
  return "";
}

TEST(RegionShares, AgreeWithTheSumDoneByHand) {
  // On one meridian distances are as 2, 4, 6, 8 degrees: products of sizes over distance are
  // 20000/2, 5000/4, 60000/6 and 15000/8; with the border doubled 20000, 1250, 10000, 1875.
  const Context context(1);
  const RegionShares found =
      region_shares(north(), south(), fixed(1.0, -1.0, std::log(2.0)), context);
  const double total = 20000.0 + 1250.0 + 10000.0 + 1875.0;
  // Rounding of sums of four.
  EXPECT_NEAR(found.definitions[0].share.mid, 20000.0 / total, 1e-12);
  EXPECT_NEAR(found.definitions[1].share.mid, 31250.0 / total, 1e-12);
  EXPECT_NEAR(found.definitions[2].share.mid, 1250.0 / total, 1e-12);
  EXPECT_NEAR(found.definitions[0].most - found.definitions[0].least, 0.0, 1e-12);
  ASSERT_EQ(found.pairs.size(), 4u);
  EXPECT_NEAR(found.pairs[0].share, 20000.0 / total, 1e-12);
  EXPECT_NEAR(found.first[0].share, 21250.0 / total, 1e-12);
  EXPECT_EQ(found.first[found.pairs[0].first].code, "N.1");
  EXPECT_EQ(found.second[found.pairs[0].second].code, "S.1");
}

TEST(RegionShares, TheNeededFactorMakesTheClaimedShare) {
  // Trade of the pairs that count, that many times as large, gives the figure again.
  const Context context(1);
  const RegionShareOptions options = fixed(1.0, -1.0, 0.0);
  const RegionShares found = region_shares(north(), south(), options, context);
  for (const DefinedShare& defined : found.definitions) {
    const double counts = defined.needed_factor * defined.share.mid;
    EXPECT_NEAR(counts / (counts + 1.0 - defined.share.mid), options.figure, 1e-12);
  }
}

TEST(RegionShares, TheEndsOfARangeAreTheSharesThere) {
  const Context context(1);
  const RegionShares found = region_shares(north(), south(), {}, context);
  for (const DefinedShare& defined : found.definitions) {
    ASSERT_EQ(defined.ends.size(), 2u);  // the border effect has no range by default
    EXPECT_EQ(defined.ends[1].elasticity, "distance");
    for (const ShareEnds& ends : defined.ends) {
      RegionShareOptions at = fixed(1.05, -1.2, 0.0);
      (ends.elasticity == "size" ? at.size_low : at.distance_low) = ends.low;
      (ends.elasticity == "size" ? at.size_high : at.distance_high) = ends.low;
      const RegionShares there = region_shares(north(), south(), at, context);
      const auto d = static_cast<std::size_t>(defined.definition);
      EXPECT_NEAR(there.definitions[d].share.mid, ends.share_at_low, 1e-12);
    }
  }
}

TEST(RegionShares, DistanceIsThatOfTheGreatCircle) {
  // A quarter of the equator: pi / 2 times the radius.
  EXPECT_NEAR(distance_km(at("a", 1, 0, -45, true), at("b", 1, 0, 45, true)), 10007.557, 1e-2);
  // Across the date line the short way.
  EXPECT_NEAR(distance_km(at("a", 1, 0, 179.5, true), at("b", 1, 0, -179.5, true)), 111.195, 1e-2);
}

TEST(RegionShares, DoNotDependOnOrderAndUnits) {
  const Context context(1);
  const RegionShares plain = region_shares(north(), south(), {}, context);
  std::vector<Region> turned = north();
  std::reverse(turned.begin(), turned.end());
  const RegionShares again = region_shares(turned, south(), {}, context);
  for (Region& region : turned) region.size *= 1000.0;
  const RegionShares scaled = region_shares(turned, south(), {}, context);
  for (std::size_t d = 0; d < 3; ++d) {
    EXPECT_EQ(plain.definitions[d].share.high, again.definitions[d].share.high);
    EXPECT_NEAR(plain.definitions[d].share.high, scaled.definitions[d].share.high, 1e-12);
  }
}

TEST(RegionShares, WrongInputIsNamed) {
  const Context context(1);
  RegionShareOptions options;
  options.distance_low = -0.5;
  EXPECT_EQ(code_of([&] { (void)region_shares(north(), south(), options, context); }), "bad-range");
  std::vector<Region> inland = south();
  inland[0].border = false;
  EXPECT_EQ(code_of([&] { (void)region_shares(north(), inland, {}, context); }), "no-border");
  std::vector<Region> without = north();
  without[1].capital = false;
  std::vector<Region> nor = south();
  nor[0].capital = false;
  EXPECT_EQ(code_of([&] { (void)region_shares(without, nor, {}, context); }), "no-capital");
  std::vector<Region> same = south();
  same[1].latitude_degrees = 5.0;
  EXPECT_EQ(code_of([&] { (void)region_shares(north(), same, {}, context); }), "same-place");
}

}  // namespace
}  // namespace altyn::attribution
