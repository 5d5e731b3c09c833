#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/attribution/claim.h"

namespace altyn::attribution {

/// What a text says of one field, and where. Blank when it does not say.
struct ReadField {
  std::string value{};
  std::string words{};    ///< as they stand in the text
  std::size_t begin = 0;  ///< byte of the plain text
  std::size_t end = 0;
  std::vector<std::string> other_readings{};  ///< values that the text allows as well
};

/// A claim about trade that a text carries.
struct ReadClaim {
  std::string sentence{};
  std::size_t begin = 0;
  std::size_t end = 0;
  double growth = 0.0;  ///< a fall is negative; for a share: the share
  bool is_share = false;
  ReadField figure{}, hedge{}, measure{}, reporter{}, partner{}, bloc{}, window{}, versus{},
      agreement{}, strength{}, speaker{};
  std::vector<std::string> missing{};  ///< fields that a check needs and the text does not give

  /// What a check can take: a pair, a window and a growth.
  [[nodiscard]] bool can_be_checked() const;
  /// As a claim file would hold it; blanks stay blank.
  [[nodiscard]] Claim to_claim() const;
};

/// What a text holds.
struct ReadText {
  std::string plain{};  ///< the text without markup, which positions are of
  std::string date{};   ///< of the article, 2017-10-06; "" when it has none
  std::vector<ReadClaim> claims{};
};

/// Reads the claims about trade from the bytes of an article, plain or HTML, English or Russian:
/// sentences with a percentage (or "doubled", "by a third") of trade, turnover, exports or imports
/// that rose or fell, and shares of trade. Figures of anything else, negations, plans and forecasts
/// are no claims. Relative dates are counted from the article's date (`date` when given,
/// 2017-10-06). Never fails; what is not found stays blank, and two readings are both kept.
/// Cost: linear in the bytes.
[[nodiscard]] ReadText read_claims(std::string_view bytes, const std::string& date = "");

}  // namespace altyn::attribution
