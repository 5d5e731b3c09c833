#include "altyn/attribution/bloc_number.h"

#include <gtest/gtest.h>

#include "attribution/flagship.h"

namespace altyn::attribution {
namespace {

Claim claim_of(double figure, const std::string& window = "2017-01..2017-12") {
  Claim claim;
  claim.figure = figure;
  claim.window = window;
  return claim;
}

std::optional<BlocNumber> judged(const Claim& claim, const std::string& bloc, std::string& reason) {
  return judge_bloc(claim, bloc, flagship::world(), flagship::agreements(), CheckOptions{}, reason);
}

TEST(BlocNumber, AddsUpTheFlowsAmongThoseWhoWereMembers) {
  std::string reason;
  const auto found = judged(claim_of(0.30), "EAEU", reason);
  ASSERT_TRUE(found.has_value()) << reason;
  EXPECT_EQ(found->members, (std::vector<std::string>{"ARM", "BLR", "KAZ", "KGZ", "RUS"}));
  EXPECT_EQ(found->verdict.key, NumberKey::kRight);
  ASSERT_EQ(found->table.rows.size(), 3U);
  // The twenty flows of the table added up outside the engine; importers recorded all of them.
  EXPECT_NEAR(std::get<double>(found->table.rows[0][3]), 41706.613746, 1e-5);
  EXPECT_NEAR(std::get<double>(found->table.rows[0][4]), 54238.66778, 1e-5);
  EXPECT_EQ(std::get<double>(found->table.rows[1][5]), std::get<double>(found->table.rows[0][5]));
  EXPECT_NEAR(std::get<double>(found->table.rows[2][5]), 0.3076901, 1e-6);
  EXPECT_EQ(found->limits, "");
}

TEST(BlocNumber, AnotherFigureIsWrong) {
  std::string reason;
  EXPECT_EQ(judged(claim_of(0.50), "EAEU", reason)->verdict.key, NumberKey::kWrong);
  EXPECT_EQ(judged(claim_of(-0.30), "EAEU", reason)->verdict.key, NumberKey::kWrong);
}

TEST(BlocNumber, WhatTheTableDoesNotHaveIsSaid) {
  std::string reason;
  EXPECT_FALSE(judged(claim_of(0.3, "2017-01..2017-06"), "EAEU", reason));
  EXPECT_NE(reason.find("by calendar year"), std::string::npos) << reason;
  EXPECT_FALSE(judged(claim_of(0.3, "2018-01..2018-12"), "EAEU", reason));
  EXPECT_NE(reason.find("no year 2018"), std::string::npos) << reason;
  EXPECT_FALSE(judged(claim_of(0.3), "NOBODY", reason));
  EXPECT_NE(reason.find("not on record"), std::string::npos) << reason;
}

TEST(BlocNumber, AnAbsentRecordLeavesItsFlowOutAndNamesIt) {
  std::string reason;
  const auto found = judged(claim_of(0.05, "2016-01..2016-12"), "EU", reason);
  ASSERT_TRUE(found.has_value()) << reason;
  EXPECT_GT(found->members.size(), 20U);
  // Luxembourg is not among the economies of the table.
  EXPECT_NE(found->limits.find("LUX"), std::string::npos) << found->limits;
}

}  // namespace
}  // namespace altyn::attribution
