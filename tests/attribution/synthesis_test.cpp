#include "altyn/attribution/synthesis.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "altyn/attribution/interval.h"
#include "altyn/attribution/verdict.h"
#include "altyn/attribution/wording.h"
#include "attribution/flagship.h"

namespace altyn::attribution {
namespace {

/// A main line of 100 draws of which `n_reaching` reach the threshold of one half.
LineOfEvidence line_with(const std::string& id, int n_reaching) {
  LineOfEvidence line;
  line.id = id;
  line.title = id;
  line.available = true;
  line.is_main = true;
  std::vector<double> draws(100, 0.0);
  std::fill_n(draws.begin(), n_reaching, 0.8);
  ClaimCase claim_case;
  claim_case.threshold = 0.5;
  set_share(line, claim_case, draws);
  return line;
}

CauseKey judged(const std::vector<int>& reaching, const CheckOptions& options = {}) {
  std::vector<LineOfEvidence> lines;
  for (std::size_t k = 0; k < reaching.size(); ++k) {
    lines.push_back(line_with("L" + std::to_string(k), reaching[k]));
  }
  ClaimCase claim_case;
  claim_case.claim = flagship::claim();
  claim_case.growth = {1.0, 1.4};
  claim_case.options = options;
  return judge_cause(claim_case, lines, synthesise(lines, 0.5)).key;
}

TEST(Interval, QuantilesInterpolateBetweenOrderStatistics) {
  // R: quantile(c(1, 2, 3, 4), c(.05, .5, .95)), type 7.
  const Interval interval = interval_of({4.0, 1.0, 3.0, 2.0});
  EXPECT_DOUBLE_EQ(interval.low, 1.15);
  EXPECT_DOUBLE_EQ(interval.mid, 2.5);
  EXPECT_DOUBLE_EQ(interval.high, 3.85);
  EXPECT_DOUBLE_EQ(share_at_least({1.0, 2.0, 3.0, 4.0}, 2.0), 0.75);
}

TEST(Synthesis, EveryLineWeighsTheSameWhateverItsDraws) {
  LineOfEvidence few = line_with("A", 0);
  few.share_draws = {1.0};
  few.probability_at_threshold = 1.0;
  const Synthesis synthesis = synthesise({few, line_with("B", 0)}, 0.5);
  EXPECT_DOUBLE_EQ(*synthesis.probability_at_threshold, 0.5);
  EXPECT_NEAR(synthesis.share->high, 1.0, 1e-12);
  EXPECT_NEAR(synthesis.share->low, 0.0, 1e-12);
}

TEST(Synthesis, LinesOnTheSameEstimateShareOneWeight) {
  LineOfEvidence first = line_with("A", 100);
  LineOfEvidence second = line_with("B", 100);
  first.rests_on = second.rests_on = "estimate";
  // Two of three lines say yes, but on one estimate: half the weight.
  EXPECT_DOUBLE_EQ(*synthesise({first, second, line_with("C", 0)}, 0.5).probability_at_threshold,
                   0.5);
}

TEST(Synthesis, LinesThatAreLeftOutDoNotCount) {
  LineOfEvidence out = line_with("A", 100);
  out.available = false;
  LineOfEvidence side = line_with("C", 100);
  side.is_main = false;
  EXPECT_EQ(*synthesise({out, side, line_with("B", 0)}, 0.5).probability_at_threshold, 0.0);
  EXPECT_FALSE(synthesise({out}, 0.5).share.has_value());
}

RC_GTEST_PROP(Synthesis, PoolOfEqualLinesIsTheLine, ()) {
  const auto draws = *rc::gen::container<std::vector<double>>(
      50, rc::gen::map(rc::gen::inRange(-1000, 1000), [](int value) { return value / 100.0; }));
  const Interval one = pooled_interval({draws}, {1.0});
  const Interval two = pooled_interval({draws, draws}, {0.5, 0.5});
  const double spread =
      *std::max_element(draws.begin(), draws.end()) - *std::min_element(draws.begin(), draws.end());
  // Doubling every draw moves an interpolated quantile by less than one step of the distribution.
  RC_ASSERT(std::abs(one.mid - two.mid) <= spread);
  RC_ASSERT(one.low <= one.mid && one.mid <= one.high);
  RC_ASSERT(two.low <= two.mid && two.mid <= two.high);
}

TEST(Verdict, RulesOfTheCause) {
  EXPECT_EQ(judged({70, 90, 67}), CauseKey::kSupported);
  EXPECT_EQ(judged({70, 90, 66}), CauseKey::kPossibleNotShown);  // .66 is not above .66
  EXPECT_EQ(judged({4, 0, 1}), CauseKey::kContradicted);
  EXPECT_EQ(judged({5, 0, 1}), CauseKey::kNotSupported);  // .05 is not below .05
  EXPECT_EQ(judged({32, 0, 10}), CauseKey::kNotSupported);
  EXPECT_EQ(judged({33, 0, 10}), CauseKey::kPossibleNotShown);
  EXPECT_EQ(judged({90, 0, 0}), CauseKey::kPossibleNotShown);
  EXPECT_EQ(judged({90}), CauseKey::kNotTestable);  // one line is not enough
  EXPECT_EQ(judged({}), CauseKey::kNotTestable);
}

TEST(Verdict, SentenceIsNoStrongerThanTheRule) {
  std::vector<LineOfEvidence> lines = {line_with("L1", 40), line_with("L4", 20)};
  ClaimCase claim_case;
  claim_case.claim = flagship::claim();
  claim_case.agreement_name = "the union";
  claim_case.growth = {1.0, 1.4};
  const Verdict verdict = judge(claim_case, {}, "", lines, synthesise(lines, 0.5));
  EXPECT_EQ(verdict.cause.label, "Possible, not shown");
  EXPECT_NE(verdict.cause.sentence.find("do not show"), std::string::npos);
  EXPECT_EQ(verdict.cause.likelihood, "unlikely");  // 30%
  EXPECT_EQ(verdict.speaks_against, std::vector<std::string>{"L4"});
  EXPECT_TRUE(verdict.speaks_for.empty());
}

TEST(Verdict, ConfidenceCountsWhatTheLinesCheck) {
  const auto with_checks = [](std::vector<bool> passes) {
    LineOfEvidence line = line_with("L1", 0);
    for (const bool pass : passes) line.checks.push_back({pass, "a check"});
    return line;
  };
  const std::vector<LineOfEvidence> agreeing = {with_checks({true, true, true, true}),
                                                line_with("L4", 0), line_with("L5", 0)};
  EXPECT_EQ(judge_confidence(agreeing, {}).key, ConfidenceKey::kHigh);
  const std::vector<LineOfEvidence> half = {with_checks({true, true, false, false}),
                                            line_with("L4", 0), line_with("L5", 0)};
  EXPECT_EQ(judge_confidence(half, {}).key, ConfidenceKey::kMedium);
  const std::vector<LineOfEvidence> few = {with_checks({true}), line_with("L4", 0)};
  EXPECT_EQ(judge_confidence(few, {}).key, ConfidenceKey::kLow);
}

TEST(Wording, NumbersMonthsAndProbabilities) {
  EXPECT_EQ(signed_percent_text(0.38368), "+38.4%");
  EXPECT_EQ(signed_percent_text(-0.0001), "+0.0%");
  EXPECT_EQ(musd_text(6182.93), "6,182.9");
  EXPECT_EQ(musd_text(-1234567.0), "-1,234,567.0");
  EXPECT_EQ(count_text(11568), "11,568");
  EXPECT_EQ(window_text(data::Window::parse("2017-02..2017-07", "t")), "February-July 2017");
  EXPECT_EQ(window_text(data::Window::parse("2017-01..2017-12", "t")), "2017");
  EXPECT_EQ(window_text(data::Window::parse("2016-11..2017-02", "t")),
            "November 2016 to February 2017");
  EXPECT_EQ(ordinal_text(2), "2nd");
  EXPECT_EQ(ordinal_text(11), "11th");
  EXPECT_EQ(ordinal_text(23), "23rd");
  EXPECT_EQ(list_text({"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(likelihood_word(0.995), "virtually certain");
  EXPECT_EQ(likelihood_word(0.5), "about as likely as not");
  EXPECT_EQ(likelihood_word(0.04), "very unlikely");
  EXPECT_EQ(probability_text(0.004), "below 1%");
}

}  // namespace
}  // namespace altyn::attribution
