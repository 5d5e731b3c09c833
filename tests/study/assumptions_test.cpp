#include "altyn/study/assumptions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace altyn::study {
namespace {

constexpr std::uint64_t kSeed = 7;

std::vector<double> drawn(const Assumption& assumption, std::uint64_t n) {
  std::vector<double> values;
  for (std::uint64_t draw = 0; draw < n; ++draw) values.push_back(assumption.at(kSeed, draw));
  std::sort(values.begin(), values.end());
  return values;
}

TEST(Assumptions, ARangeIsDrawnWithHalfOfTheDrawsOnEachSideOfTheValue) {
  const Assumption theta{.name = "theta", .value = 5.0, .low = 3.0, .high = 8.0};
  const std::vector<double> values = drawn(theta, 4000);
  EXPECT_GE(values.front(), 3.0);
  EXPECT_LE(values.back(), 8.0);
  const auto below = std::lower_bound(values.begin(), values.end(), 5.0) - values.begin();
  // Standard deviation of the count: sqrt(4000 / 4) = 32; four of them.
  EXPECT_NEAR(static_cast<double>(below), 2000.0, 128.0);
  // Uniform on either side: the quartile is half way to the end.
  EXPECT_NEAR(values[1000], 4.0, 0.15);
  EXPECT_NEAR(values[3000], 6.5, 0.2);
}

TEST(Assumptions, AnEstimateIsDrawnByItsStandardError) {
  const Assumption effect{.name = "effect", .value = -0.06, .low = -0.06, .high = -0.06, .se = 0.1};
  const std::vector<double> values = drawn(effect, 4000);
  // Standard error of a quantile near the middle: about 1.25 * .1 / sqrt(4000) = .002.
  EXPECT_NEAR(values[2000], -0.06, 0.008);
  EXPECT_NEAR(values[3365] - values[635], 0.2, 0.015);  // one standard deviation each way
}

TEST(Assumptions, TheSameNameIsDrawnAlikeAndAnotherNameIsNot) {
  const Assumption one{.name = "border", .value = 5.0, .low = 0.0, .high = 10.0};
  const Assumption same{.name = "border", .value = 5.0, .low = 0.0, .high = 10.0};
  const Assumption other{.name = "boarder", .value = 5.0, .low = 0.0, .high = 10.0};
  EXPECT_EQ(one.at(kSeed, 11), same.at(kSeed, 11));
  EXPECT_NE(one.at(kSeed, 11), other.at(kSeed, 11));
  EXPECT_NE(one.at(kSeed, 11), one.at(kSeed, 12));
  EXPECT_NE(one.at(kSeed, 11), one.at(kSeed + 1, 11));
}

TEST(Assumptions, WithoutARangeNothingIsDrawn) {
  const Assumption fixed{.name = "points", .value = 5.0, .low = 5.0, .high = 5.0};
  EXPECT_FALSE(fixed.drawn());
  EXPECT_EQ(fixed.at(kSeed, 3), 5.0);
}

TEST(Assumptions, AScenarioListsEveryNumberItAssumesOnce) {
  Scenario scenario;
  scenario.tariffs.resize(1);
  scenario.tariffs[0].name = "common";
  scenario.tariffs[0].rate_pct = 5.6;
  ScenarioChange own;
  own.name = "same as common";
  own.what = ChangeKind::kTariff;
  own.same_as = "common";
  ScenarioChange border;
  border.name = "border";
  border.what = ChangeKind::kBorderCost;
  border.by_pct = -20.0;
  border.level_pct = 20.0;
  scenario.changes = {own, border};
  std::vector<std::string> names;
  for (const Assumption& one : assumptions_of(scenario)) names.push_back(one.name);
  const std::vector<std::string> expected = {kThetaName, kDomesticName, "common", "border",
                                             name_of_level(border)};
  EXPECT_EQ(names, expected);
}

}  // namespace
}  // namespace altyn::study
