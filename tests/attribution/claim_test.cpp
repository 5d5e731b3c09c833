#include "altyn/attribution/claim.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "altyn/attribution/check_options.h"
#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"
#include "attribution/flagship.h"

namespace altyn::attribution {
namespace {

template <class Change>
ErrorDetail error_after(Change change) {
  Claim claim = flagship::claim();
  change(claim);
  try {
    (void)check_claim(claim, "claim.toml");
  } catch (const InputError& error) {
    return error.detail();
  }
  return {};
}

TEST(Claim, VersusDefaultsToTheYearBefore) {
  Claim claim = flagship::claim();
  claim.versus = "";
  EXPECT_EQ(check_claim(claim, "test").versus.to_string(), "2016-02..2016-07");
  EXPECT_EQ(check_claim(claim, "test").lag_months(), 12);
}

TEST(Claim, JsonRoundTripKeepsEveryField) {
  const Claim claim = flagship::claim();
  Claim read;
  options_from_json(read, options_to_json(claim), "test");
  EXPECT_EQ(options_to_json(read), options_to_json(claim));
  EXPECT_EQ(read.hedge, Hedge::kNearly);
}

TEST(Claim, MisspeltKeyNamesTheNearest) {
  Claim claim;
  try {
    options_from_json(claim, {{"reporter", "RUS"}, {"strenght", "mainly"}}, "claim.toml");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "unknown-key");
    EXPECT_EQ(error.detail().fixes, std::vector<std::string>{"write strength"});
  }
}

TEST(Claim, WhatIsMissingIsAskedForNotGuessed) {
  EXPECT_EQ(error_after([](Claim& c) { c.partner = ""; }).code, "claim-incomplete");
  EXPECT_EQ(error_after([](Claim& c) { c.window = ""; }).where, "claim.toml window");
  EXPECT_EQ(error_after([](Claim& c) { c.figure = 0.0; }).code, "claim-incomplete");
}

TEST(Claim, RejectsWhatCannotBeCompared) {
  EXPECT_EQ(error_after([](Claim& c) { c.partner = c.reporter; }).code, "claim-pair");
  EXPECT_EQ(error_after([](Claim& c) { c.versus = "2016-02..2016-06"; }).code, "claim-window");
  EXPECT_EQ(error_after([](Claim& c) { c.versus = "2016-03..2016-08"; }).code, "claim-window");
  EXPECT_EQ(error_after([](Claim& c) { c.versus = "2018-02..2018-07"; }).code, "claim-window");
  EXPECT_EQ(error_after([](Claim& c) { c.window = "2017-07..2017-02"; }).code, "bad-window");
  const ErrorDetail percent = error_after([](Claim& c) { c.figure = 40.0; });
  EXPECT_EQ(percent.code, "claim-figure");
  EXPECT_EQ(percent.fixes, std::vector<std::string>{"write figure = 0.4 for 40%"});
}

TEST(Claim, StrengthWordsStandForShares) {
  const CheckOptions options;
  EXPECT_EQ(strength_threshold(options, "to a large extent", "t"), 0.5);
  EXPECT_EQ(strength_threshold(options, "mainly", "t"), 0.5);
  EXPECT_EQ(strength_threshold(options, "partly", "t"), 0.1);
  EXPECT_EQ(strength_threshold(options, "fully", "t"), 0.9);
  EXPECT_EQ(strength_threshold(options, "", "t"), options.default_threshold);
  try {
    (void)strength_threshold(options, "to a large extend", "claim.toml");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "unknown-strength");
    EXPECT_EQ(error.detail().fixes[0], "write strength = \"to a large extent\"");
  }
}

TEST(CheckOptions, RejectsWhatTheTableCannotSee) {
  const auto rejected = [](auto change) {
    CheckOptions options;
    change(options);
    EXPECT_THROW(check_options(options), InputError);
  };
  check_options(CheckOptions{});
  rejected([](CheckOptions& o) { o.strength_thresholds.pop_back(); });
  rejected([](CheckOptions& o) { o.theta_low = 9.0; });
  rejected([](CheckOptions& o) { o.contradicted_below = 0.5; });
}

}  // namespace
}  // namespace altyn::attribution
