#include "altyn/attribution/agreement_effect.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/attribution/agreement_line.h"
#include "attribution/flagship.h"

namespace altyn::attribution {
namespace {

const AgreementEffect& flagship_effect() {
  static const AgreementEffect effect = [] {
    Context context(2);
    const WorldTrade& world = flagship::world();
    return estimate_agreement(world, flagship::agreements(), "EAEU",
                              {*world.find("RUS"), *world.find("KAZ")}, CheckOptions{}, context);
  }();
  return effect;
}

const estimation::Coefficient& term(std::size_t variant, const std::string& name) {
  return flagship_effect().variants.at(variant).estimate.coefficient(name);
}

TEST(AgreementEffect, FlagshipEstimatesUnderEveryReading) {
  ASSERT_EQ(flagship_effect().missing, "");
  const auto& variants = flagship_effect().variants;
  ASSERT_EQ(variants.size(), 4U);
  // Design figures: six decimals of beta, four of the rest.
  EXPECT_NEAR(term(0, "eaeu").value, -0.064686, 5e-7);
  EXPECT_NEAR(term(0, "eaeu").se, 0.0981, 5e-5);
  EXPECT_EQ(variants[0].estimate.n_obs, 50341);
  EXPECT_NEAR(term(1, "eaeu").value, -0.0087, 5e-5);
  EXPECT_NEAR(term(1, "eaeu").se, 0.0993, 5e-5);
  EXPECT_NEAR(term(2, "eaeu").value, -0.0659, 5e-5);
  EXPECT_NEAR(term(2, "eaeu").se, 0.0981, 5e-5);
  EXPECT_NEAR(term(3, "eaeu_others").value, 0.447, 5e-4);
  // The design prints .126, the standard error of the same term beside the yearly path (.1255).
  EXPECT_NEAR(term(3, "eaeu_others").se, 0.1242, 5e-5);
  EXPECT_NEAR(flagship_effect().path->estimate.coefficient("other_bound_pairs").se, 0.1255, 5e-5);
  for (const EffectVariant& variant : variants) EXPECT_TRUE(variant.estimate.certified());
}

TEST(AgreementEffect, FlagshipPathAgainst2009) {
  ASSERT_TRUE(flagship_effect().path.has_value());
  const EffectPath& path = *flagship_effect().path;
  EXPECT_EQ(path.reference_year, 2009);
  const std::pair<int, double> printed[] = {{2000, 1.15}, {2003, 0.94},  {2006, 0.19},
                                            {2009, 0.0},  {2012, -0.04}, {2015, 0.26},
                                            {2016, 0.39}, {2017, 0.37}};
  for (const auto& [year, beta] : printed) {
    EXPECT_NEAR(path.beta[*path.find(year)], beta, 0.005) << year;  // printed to two decimals
  }
}

TEST(AgreementEffect, FlagshipCohortByCohort) {
  ASSERT_TRUE(flagship_effect().staggered.has_value());
  const StaggeredEffect& effect = *flagship_effect().staggered;
  for (const estimation::Estimate& estimate : effect.estimates) EXPECT_TRUE(estimate.certified());
  double sum = 0.0;
  double rows = 0.0;
  for (const estimation::AveragedEffect& one : effect.treated.by_event_time) {
    EXPECT_GE(one.at, 0.0);
    sum += one.n_treated * one.log_effect.value;
    rows += one.n_treated;
  }
  // The average on the treated is that of its event times by their rows; rounding only.
  EXPECT_NEAR(effect.treated.overall.log_effect.value, sum / rows, 1e-10);
  EXPECT_TRUE(effect.leads.has_reference);
  EXPECT_EQ(effect.leads.reference, -3.0);  // 2009 for pairs bound by 2012
  EXPECT_LT(effect.leads.leads.p, 0.05);    // the pre-trends of the yearly path
  EXPECT_LT(effect.leads.by_event_time.front().at, 0.0);
  // Only the claimed pair's cohort is three to five years in: its yearly path, but for the other
  // cohort's own cells.
  const EffectPath& path = *flagship_effect().path;
  for (const estimation::AveragedEffect& one : effect.leads.by_event_time) {
    if (one.at < 3.0) continue;
    const int year = 2012 + static_cast<int>(one.at);
    EXPECT_NEAR(one.log_effect.value, path.beta[*path.find(year)], 0.01) << year;
  }
}

}  // namespace
}  // namespace altyn::attribution
