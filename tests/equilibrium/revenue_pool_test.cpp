#include "altyn/equilibrium/revenue_pool.h"

#include <gtest/gtest.h>

#include "altyn/core/errors.h"

namespace altyn::equilibrium {
namespace {

const std::vector<std::string> kEconomies = {"RUS", "KAZ", "BLR", "UZB"};

std::string error_code(const std::vector<RevenuePool>& pools) {
  try {
    static_cast<void>(resolve_pools(pools, kEconomies));
  } catch (const InputError& error) {
    return error.detail().code;
  }
  return "";
}

TEST(RevenuePool, KeysOffByRoundingAreScaledToOne) {
  // Printed keys that sum to 99.99 percent.
  const auto places = resolve_pools({{"union", {"KAZ", "RUS"}, {0.0711, 0.9288}}}, kEconomies);
  EXPECT_EQ(places[0].members, (std::vector<std::size_t>{1, 0}));
  EXPECT_DOUBLE_EQ(places[0].keys[0] + places[0].keys[1], 1.0);
}

TEST(RevenuePool, RefusesWhatCannotBeShared) {
  EXPECT_EQ(error_code({{"union", {"KAZ", "RUS"}, {0.07, 0.92}}}), "revenue-keys");
  EXPECT_EQ(error_code({{"union", {"KAZ", "RUS"}, {1.1, -0.1}}}), "revenue-keys");
  EXPECT_EQ(error_code({{"union", {"KAZ", "RUS"}, {1.0}}}), "revenue-keys");
  EXPECT_EQ(error_code({{"union", {"KAZ", "RUX"}, {0.5, 0.5}}}), "unknown-economy");
  EXPECT_EQ(error_code({{"a", {"KAZ"}, {1.0}}, {"b", {"RUS", "KAZ"}, {0.5, 0.5}}}), "pool-overlap");
}

}  // namespace
}  // namespace altyn::equilibrium
