#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "altyn/attribution/text_tokens.h"

namespace altyn::attribution {

/// What a run of words says in a sentence about trade.
enum class Tag : std::uint8_t {
  kMeasure,       ///< value: "turnover", "exports", "imports"
  kOtherSubject,  ///< what else grows by percents: prices, output, loans
  kRise,
  kFall,
  kTimes,  ///< doubled, by a third: value is the growth, "1" for doubled
  kNegation,
  kFuture,  ///< plans and forecasts, which claim nothing yet
  kHedge,   ///< value: the claim's rounding word
  kPercent,
  kPoints,       ///< percentage points
  kEconomy,      ///< value: ISO3
  kBloc,         ///< value: agreement id
  kIntegration,  ///< a cause that names no bloc
  kCause,        ///< value: ""
  kStrength,     ///< value: the claim's strength word
  kTwo,          ///< bilateral, the two countries
  kInside,       ///< within, among members: a bloc that follows is the place, not the cause
  kRole,         ///< minister, president: the economy before it is the speaker's
  kSays,
  kMonth,  ///< value: "1" to "12"
  kThisYear,
  kLastYear,
  kYearStart,  ///< since the start of the year
  kHalf,
  kQuarter,
  kMonths,
  kOrdinal,   ///< value: "1" to "11"
  kPast,      ///< the last, over the past
  kCompared,  ///< compared with
  kShare,     ///< accounts for, a share of
};

/// A run of tokens with its meaning.
struct TaggedRun {
  Tag tag = Tag::kMeasure;
  std::string value{};
  std::size_t first = 0;  ///< token
  std::size_t last = 0;   ///< token, included
};

/// Finds every run of the word lists, English and Russian, the longest at each place; in order.
/// Economies are those of data/country_codes.h by name, with demonyms and capitals of those that
/// trade reports speak of. Cost: linear in the tokens.
[[nodiscard]] std::vector<TaggedRun> tag_words(const PlainText& text);

}  // namespace altyn::attribution
