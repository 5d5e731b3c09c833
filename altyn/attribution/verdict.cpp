#include "altyn/attribution/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/attribution/synthesis.h"
#include "altyn/attribution/wording.h"

namespace altyn::attribution {
namespace {

constexpr std::size_t kFewestLines = 2;
constexpr std::size_t kAgreeingLines = 3;

/// The rule: what the chances of the main lines make of the cause.
CauseKey key_of(const std::vector<double>& chances, const CheckOptions& options) {
  const auto every = [&chances](auto predicate) {
    return std::all_of(chances.begin(), chances.end(), predicate);
  };
  if (every([&](double p) { return p > options.supported_above; })) return CauseKey::kSupported;
  if (every([&](double p) { return p < options.contradicted_below; })) {
    return CauseKey::kContradicted;
  }
  if (every([&](double p) { return p < options.not_supported_below; })) {
    return CauseKey::kNotSupported;
  }
  return CauseKey::kPossibleNotShown;
}

std::vector<double> chances_at(const std::vector<const LineOfEvidence*>& lines, double threshold) {
  std::vector<double> chances;
  for (const LineOfEvidence* line : lines) {
    chances.push_back(share_at_least(line->share_draws, threshold));
  }
  return chances;
}

/// The nearest shares of the growth, below and above what the claim's words stand for, at which the
/// verdict on the cause would be another; and the bound of the rule that the nearest line is at.
std::vector<std::string> turning_points(const ClaimCase& claim_case, CauseKey key,
                                        const std::vector<const LineOfEvidence*>& kept) {
  std::vector<std::string> points;
  if (key == CauseKey::kNotTestable) return points;
  const CheckOptions& options = claim_case.options;
  const auto start = static_cast<int>(std::lround(100.0 * claim_case.threshold));
  for (const int step : {-1, 1}) {
    for (int percent = start + step; percent >= 1 && percent <= 100; percent += step) {
      const CauseKey other = key_of(chances_at(kept, 0.01 * percent), options);
      if (other == key) continue;
      points.push_back(fmt::format(
          "The claim's words: if they stood for {}% of the growth or {}, in place of {}%, the "
          "verdict would be \"{}\".",
          percent, step < 0 ? "less" : "more", start, label_of(other)));
      break;
    }
  }
  if (key == CauseKey::kNotSupported) {
    const auto nearest = std::max_element(
        kept.begin(), kept.end(), [](const LineOfEvidence* a, const LineOfEvidence* b) {
          return *a->probability_at_threshold < *b->probability_at_threshold;
        });
    points.push_back(fmt::format(
        "The rule: {} comes nearest, with a chance of {}; a bound for \"not supported\" at or "
        "below that, in place of {}, would leave it at \"possible, not shown\".",
        (*nearest)->id, probability_text(*(*nearest)->probability_at_threshold),
        percent_text(options.not_supported_below, 0)));
  }
  return points;
}

std::string rule_text(const CheckOptions& options) {
  return fmt::format(
      "From each main line's chance that the share reaches the threshold: supported when all are "
      "above {}, contradicted when all are below {}, not supported when all are below {}, "
      "otherwise possible, not shown.",
      percent_text(options.supported_above, 0), percent_text(options.contradicted_below, 0),
      percent_text(options.not_supported_below, 0));
}

std::string claimed_share_text(const ClaimCase& claim_case) {
  const std::string share =
      fmt::format("{} of the growth or more", percent_text(claim_case.threshold, 0));
  const std::string& words = claim_case.claim.strength;
  return words.empty() ? share : fmt::format("\"{}\" ({})", words, share);
}

std::string cause_name(const ClaimCase& claim_case) {
  if (!claim_case.agreement_name.empty()) return "the " + claim_case.agreement_name;
  return claim_case.claim.cause;
}

bool names_a_cause(const Claim& claim) { return !claim.agreement.empty() || !claim.cause.empty(); }

std::vector<std::string> summary_of(const ClaimCase& claim_case, const Verdict& verdict,
                                    const std::string& base,
                                    const std::vector<LineOfEvidence>& lines,
                                    const Synthesis& synthesis) {
  std::vector<std::string> paragraphs = {verdict.number.sentence};
  if (!base.empty()) paragraphs.push_back(base);
  paragraphs.push_back(verdict.cause.sentence);
  for (const LineOfEvidence& line : lines) {
    if (line.available) paragraphs.push_back(line.finding);
  }
  if (synthesis.share) {
    paragraphs.push_back(synthesis.sentence);
    paragraphs.push_back(
        "Trade between members is not trade because of membership. What would have been traded "
        "without the agreement is an estimate, never an observation.");
  }
  if (!claim_case.has_growth_to_explain()) {
    paragraphs.push_back(
        "Shares of the growth are not computed, because trade did not move by 1% or more in the "
        "direction claimed.");
  }
  return paragraphs;
}

}  // namespace

std::string_view label_of(CauseKey key) {
  switch (key) {
    case CauseKey::kSupported:
      return "Supported";
    case CauseKey::kContradicted:
      return "Contradicted";
    case CauseKey::kNotSupported:
      return "Not supported";
    case CauseKey::kPossibleNotShown:
      return "Possible, not shown";
    case CauseKey::kNotTestable:
      break;
  }
  return "Not testable with these data";
}

CauseVerdict judge_cause(const ClaimCase& claim_case, const std::vector<LineOfEvidence>& lines,
                         const Synthesis& synthesis) {
  const CheckOptions& options = claim_case.options;
  CauseVerdict verdict;
  verdict.rule = rule_text(options);
  verdict.label = label_of(verdict.key);
  if (!names_a_cause(claim_case.claim)) {
    verdict.label = "No cause claimed";
    verdict.sentence = "The claim names no cause, so none is judged.";
    return verdict;
  }
  const std::vector<const LineOfEvidence*> kept = main_lines(lines);
  if (!claim_case.has_growth_to_explain()) {
    verdict.sentence = fmt::format(
        "Trade went {} and not by the growth claimed, so there is nothing for a cause to explain.",
        signed_percent_text(claim_case.growth.growth()));
    return verdict;
  }
  if (kept.size() < kFewestLines) {
    verdict.sentence = fmt::format("{} main line of evidence can be computed; two are needed.",
                                   kept.empty() ? "No" : "Only one");
    return verdict;
  }
  const std::string cause = cause_name(claim_case);
  const std::string claimed = claimed_share_text(claim_case);
  verdict.probability = synthesis.probability_at_threshold;
  verdict.likelihood = likelihood_word(*verdict.probability);
  const std::string chance =
      fmt::format("On all main lines together this is {} (chance {})", verdict.likelihood,
                  probability_text(*verdict.probability));
  std::vector<double> chances;
  for (const LineOfEvidence* line : kept) chances.push_back(*line->probability_at_threshold);
  verdict.key = key_of(chances, options);
  verdict.label = label_of(verdict.key);
  switch (verdict.key) {
    case CauseKey::kSupported:
      verdict.sentence =
          fmt::format("Every main line of evidence finds it likely that {} explains {}. {}.", cause,
                      claimed, chance);
      break;
    case CauseKey::kContradicted:
      verdict.sentence = fmt::format(
          "No main line of evidence leaves room for {} to explain {}. {}.", cause, claimed, chance);
      break;
    case CauseKey::kNotSupported:
      verdict.sentence = fmt::format(
          "These data do not show that {} explains {}. No main line of evidence finds it likely. "
          "{}.",
          cause, claimed, chance);
      break;
    case CauseKey::kPossibleNotShown:
    case CauseKey::kNotTestable:
      verdict.sentence = fmt::format(
          "It is possible that {} explains {}, but these data do not show it. The main lines of "
          "evidence disagree or are too wide. {}.",
          cause, claimed, chance);
  }
  return verdict;
}

Confidence judge_confidence(const std::vector<LineOfEvidence>& lines, const CheckOptions& options) {
  std::vector<EvidenceCheck> checks;
  for (const LineOfEvidence& line : lines) {
    if (!line.available) continue;
    checks.insert(checks.end(), line.checks.begin(), line.checks.end());
  }
  const std::vector<const LineOfEvidence*> kept = main_lines(lines);
  const auto count = [&kept](auto predicate) {
    return static_cast<std::size_t>(std::count_if(
        kept.begin(), kept.end(),
        [&](const LineOfEvidence* line) { return predicate(*line->probability_at_threshold); }));
  };
  const std::size_t for_it = count([&](double p) { return p > options.supported_above; });
  const std::size_t against = count([&](double p) { return p < options.not_supported_below; });
  const std::size_t agreeing = std::max(for_it, against);
  checks.push_back({agreeing >= kAgreeingLines && agreeing == kept.size(),
                    fmt::format("{} of {} main lines point the same way", agreeing, kept.size())});

  Confidence confidence;
  std::size_t passed = 0;
  for (const EvidenceCheck& check : checks) {
    passed += check.passed ? 1 : 0;
    confidence.reasons.push_back(
        fmt::format("{}: {}", check.passed ? "Strengthens" : "Weakens", check.sentence));
  }
  const double share = static_cast<double>(passed) / static_cast<double>(checks.size());
  const bool enough = checks.size() >= kAgreeingLines;
  confidence.key = enough && share >= 0.8   ? ConfidenceKey::kHigh
                   : enough && share >= 0.5 ? ConfidenceKey::kMedium
                                            : ConfidenceKey::kLow;
  return confidence;
}

Verdict judge(const ClaimCase& claim_case, NumberVerdict number, const std::string& base,
              const std::vector<LineOfEvidence>& lines, const Synthesis& synthesis) {
  Verdict verdict;
  verdict.number = std::move(number);
  verdict.cause = judge_cause(claim_case, lines, synthesis);
  verdict.confidence = judge_confidence(lines, claim_case.options);
  for (const LineOfEvidence* line : main_lines(lines)) {
    const double p = *line->probability_at_threshold;
    if (p > claim_case.options.supported_above) verdict.speaks_for.push_back(line->id);
    if (p < claim_case.options.not_supported_below) verdict.speaks_against.push_back(line->id);
  }
  for (const LineOfEvidence& line : lines) {
    if (!line.would_change.empty()) verdict.would_change.push_back(line.would_change);
  }
  for (std::string& point : turning_points(claim_case, verdict.cause.key, main_lines(lines))) {
    verdict.would_change.push_back(std::move(point));
  }
  verdict.summary = summary_of(claim_case, verdict, base, lines, synthesis);
  return verdict;
}

}  // namespace altyn::attribution
