#include "altyn/attribution/drawn_effect.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/attribution/interval.h"
#include "altyn/attribution/waterfall.h"
#include "altyn/attribution/world_trade.h"
#include "attribution/flagship.h"

namespace altyn::attribution {
namespace {

data::Window window(const std::string& text) { return data::Window::parse(text, "test"); }

PairSpells spells_of(const std::string& first, const std::string& second) {
  const data::Month horizon = data::Month::of(2017, 12);
  return {binding_spells(flagship::agreements(), "EAEU", first, second, horizon, true),
          binding_spells(flagship::agreements(), "EAEU", first, second, horizon, false)};
}

TEST(PhaseIn, SpellsJoinTheAgreementWithWhatItGrewFrom) {
  const PairSpells core = spells_of("RUS", "KAZ");
  ASSERT_EQ(core.whole.spells.size(), 1U);
  EXPECT_EQ(core.whole.start().to_string(), "2010-01");  // customs union
  EXPECT_EQ(core.own.start().to_string(), "2015-01");    // the union itself
  EXPECT_EQ(spells_of("RUS", "KGZ").whole.start().to_string(), "2015-08");
  EXPECT_TRUE(spells_of("RUS", "CHN").whole.empty());
}

TEST(PhaseIn, EffectsBuildUpInAStraightLine) {
  const PairSpells core = spells_of("RUS", "KAZ");
  const PhaseIn ten = {"", 10.0, true};
  // From January 2010 to the middle of January 2015: 5 years and half a month.
  EXPECT_NEAR(phase_at(ten, core.whole, core.own, window("2015-01")), (5.0 + 0.5 / 12.0) / 10.0,
              1e-12);  // rounding only
  EXPECT_EQ(phase_at({}, core.whole, core.own, window("2009-07..2009-12")), 0.0);
  EXPECT_EQ(phase_at({}, core.whole, core.own, window("2009-12..2010-01")), 0.5);
  EXPECT_EQ(phase_at({"", 5.0, true}, core.whole, core.own, window("2016-02..2016-07")), 1.0);
  // A year apart on the way up, the part in force differs by one over the length.
  const PhaseIn own = {"", 5.0, false};
  EXPECT_NEAR(phase_at(own, core.whole, core.own, window("2017-02..2017-07")) -
                  phase_at(own, core.whole, core.own, window("2016-02..2016-07")),
              0.2, 1e-12);
}

AgreementEffect effect_with(double beta, double se) {
  AgreementEffect effect;
  effect.agreement = "eaeu";
  for (int side = 0; side < 2; ++side) {
    effect.beta[side] = beta;
    effect.se[side] = se;
  }
  EffectPath path;
  path.years = {2009, 2016, 2017};
  path.reference_year = 2009;
  path.beta = {0.0, 0.3, 0.5};
  path.covariance = {0.0, 0.0, 0.0, 0.0, 0.04, 0.03, 0.0, 0.03, 0.09};
  effect.path = path;
  return effect;
}

TEST(DrawnEffect, DrawsReproduceTheEstimatesDistribution) {
  const AgreementEffect effect = effect_with(-0.06, 0.1);
  CheckOptions options;
  options.n_draws = 20000;
  const EffectModel model(effect, options, 3, 2016, 2017);
  const PairSpells core = spells_of("RUS", "KAZ");
  std::vector<double> at_once;
  double path_sum = 0.0;
  double path_squares = 0.0;
  double path_count = 0.0;
  const auto names = model.profile_names();
  ASSERT_EQ(names.size(), 6U);  // at once, two lengths from two starts, the path
  for (const JointDraw& draw : joint_draws(options, 3)) {
    const DrawnEffect drawn = model.draw(draw);
    const double before = drawn.at(core, window("2016-02..2016-07"));
    const double after = drawn.at(core, window("2017-02..2017-07"));
    if (model.profile_of(draw) == 0) {
      EXPECT_EQ(before, after);
      at_once.push_back(before);
    }
    if (model.profile_of(draw) == 5) {
      path_sum += after - before;
      path_squares += (after - before) * (after - before);
      path_count += 1.0;
    }
  }
  // About 3,333 draws each: three standard errors of the mean and of the spread.
  const Interval interval = interval_of(at_once);
  EXPECT_NEAR(interval.mid, -0.06, 0.1 * 3.0 * 1.25 / std::sqrt(3333.0));
  EXPECT_NEAR(interval.high - interval.low, 2.0 * 1.645 * 0.1, 0.02);
  const double mean = path_sum / path_count;
  const double variance = path_squares / path_count - mean * mean;
  EXPECT_NEAR(mean, 0.2, 3.0 * std::sqrt(0.07 / 3333.0));
  EXPECT_NEAR(variance, 0.04 + 0.09 - 2.0 * 0.03, 0.07 * 3.0 * std::sqrt(2.0 / 3333.0));
}

/// Effects by years since joining, 0, 3, 4 and 5, of pairs bound by the table's 2012 and 2015.
AgreementEffect effect_by_event_time() {
  AgreementEffect effect = effect_with(0.0, 0.0);
  effect.path.reset();
  StaggeredEffect staggered;
  staggered.years = {2009, 2012, 2015, 2016, 2017};
  staggered.first_year = 2012;
  const std::pair<double, double> points[] = {{0.0, 0.1}, {3.0, 0.4}, {4.0, 0.6}, {5.0, 0.7}};
  for (const auto& [at, value] : points) {
    estimation::AveragedEffect one{.at = at};
    one.log_effect.value = value;
    staggered.treated.by_event_time.push_back(one);
  }
  // Errors of the last two: variances .04 and .09, covariance .03; the others are known.
  staggered.treated.event_time_covariance = {0, 0, 0,    0,    0, 0, 0,    0,
                                             0, 0, 0.04, 0.03, 0, 0, 0.03, 0.09};
  effect.staggered = staggered;
  return effect;
}

TEST(DrawnEffect, EffectsByYearsSinceJoiningCarryTheirCovariance) {
  const AgreementEffect effect = effect_by_event_time();
  CheckOptions options;
  options.n_draws = 20000;
  const EffectModel model(effect, options, 3, 2016, 2017);
  ASSERT_EQ(model.profile_names().size(), 6U);  // five phase-ins, then the event times
  const PairSpells core = spells_of("RUS", "KAZ");
  double sum = 0.0;
  double squares = 0.0;
  double count = 0.0;
  for (const JointDraw& draw : joint_draws(options, 3)) {
    if (model.profile_of(draw) != 5) continue;
    const DrawnEffect drawn = model.draw(draw);
    const double change =
        drawn.at(core, window("2017-02..2017-07")) - drawn.at(core, window("2016-02..2016-07"));
    sum += change;
    squares += change * change;
    count += 1.0;
    // Bound since 2010, by the table since 2012: nothing is left to chance before time 4.
    EXPECT_DOUBLE_EQ(drawn.at(core, window("2015-01..2015-12")), 0.4);
    EXPECT_DOUBLE_EQ(drawn.at(core, window("2012-01..2012-12")), 0.1);
    EXPECT_EQ(drawn.at(core, window("2009-01..2009-12")), 0.0);
    // Kyrgyzstan joined in August 2015: times 1 and 2 lie between 0 and 3.
    const PairSpells late = spells_of("RUS", "KGZ");
    EXPECT_NEAR(drawn.at(late, window("2016-01..2016-12")), 0.2, 1e-12);
    EXPECT_NEAR(drawn.at(late, window("2017-01..2017-12")), 0.3, 1e-12);
    EXPECT_EQ(drawn.at(late, window("2014-01..2014-12")), 0.0);
  }
  // About 3,333 draws: three standard errors of the mean and of the variance .07.
  const double mean = sum / count;
  EXPECT_NEAR(mean, 0.1, 3.0 * std::sqrt(0.07 / 3333.0));
  EXPECT_NEAR(squares / count - mean * mean, 0.07, 0.07 * 3.0 * std::sqrt(2.0 / 3333.0));
}

TEST(DrawnEffect, EventTimesMustReachOverTheClaimedYears) {
  const AgreementEffect effect = effect_by_event_time();
  const CheckOptions options;
  EXPECT_EQ(EffectModel(effect, options, 3, 2016, 2017).profile_names().size(), 6U);
  EXPECT_EQ(EffectModel(effect, options, 3, 2017, 2018).profile_names().size(), 5U);  // time 6
  EXPECT_EQ(EffectModel(effect, options, 3, 2011, 2012).profile_names().size(), 5U);  // time -1
}

TEST(DrawnEffect, NothingOutsideTheAgreement) {
  const AgreementEffect effect = effect_with(0.4, 0.0);
  const CheckOptions options;
  const EffectModel model(effect, options, 3, 2016, 2017);
  const PairSpells none = spells_of("RUS", "CHN");
  const PairSpells core = spells_of("RUS", "KAZ");
  for (const JointDraw& draw : joint_draws(options, 3)) {
    EXPECT_EQ(model.draw(draw).at(none, window("2017-02..2017-07")), 0.0);
    EXPECT_EQ(model.draw(draw).at(core, window("2009-02..2009-07")), 0.0);
  }
}

TEST(WorldTrade, CalendarYearHoldsMostMonthsOfAWindow) {
  EXPECT_EQ(calendar_year(window("2017-02..2017-07")), 2017);
  EXPECT_EQ(calendar_year(window("2016-09..2017-02")), 2016);
  EXPECT_EQ(calendar_year(window("2016-10..2017-03")), 2017);  // a tie goes to the later
}

TEST(WorldTrade, FallsBackOnTheOtherSidesRecord) {
  data::Table table("test");
  table.add("exporter", std::vector<std::string>{"KAZ", "RUS"});
  table.add("importer", std::vector<std::string>{"RUS", "KAZ"});
  table.add("year", data::NumberColumn{2016, 2016});
  table.add("importer_reported_musd", data::NumberColumn{data::kMissing, 5.0});
  table.add("exporter_reported_musd", data::NumberColumn{3.0, 4.0});
  const WorldTrade world(table);
  EXPECT_EQ(world.recorded_first(Side::kImporter, 0, 1, 0), 3.0);
  EXPECT_TRUE(std::isnan(world.recorded(Side::kImporter, 0, 1, 0)));
  EXPECT_EQ(world.recorded_first(Side::kImporter, 1, 0, 0), 5.0);
  EXPECT_EQ(world.recorded_first(Side::kExporter, 1, 0, 0), 4.0);
}

TEST(Waterfall, LogMeanLiesBetweenAndIsExact) {
  EXPECT_NEAR(log_mean(std::exp(1.0), 1.0), std::exp(1.0) - 1.0, 1e-12);  // rounding only
  EXPECT_DOUBLE_EQ(log_mean(2.0, 2.0), 2.0);
  EXPECT_NEAR(log_mean(1.0 + 1e-7, 1.0), 1.0 + 0.5e-7, 1e-14);
}

}  // namespace
}  // namespace altyn::attribution
