#pragma once

#include <limits>
#include <string>
#include <vector>

#include "altyn/attribution/claim_case.h"
#include "altyn/core/fields.h"

namespace altyn::attribution {

/// A published estimate of an agreement's effect on the level of trade among its members.
struct Study {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::string id;
  std::string study;  ///< authors and year
  std::string sample;
  std::string method;
  std::string finding;  ///< in our words
  double low = kNone;   ///< effect as a fraction of trade; NaN when the study states none
  double high = kNone;
  std::string reading;  ///< of a study without a number: "positive", "nil", "negative", "mixed"
  bool second_hand = false;
  std::string source;
  std::string address;
  std::string note;
  static std::vector<Field<Study>> fields();
};

/// Something said in public about trade of a pair or a bloc.
struct Statement {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::string date;  ///< "2007-06-22", a month, or ""
  std::string who;
  std::string role;
  std::string said;      ///< in our words
  std::string reporter;  ///< ISO3, "" for a bloc
  std::string partner;
  std::string bloc;  ///< agreement id, "" for a pair
  double growth = kNone;
  double share = kNone;
  std::string hedge;
  double value_busd = kNone;
  std::string window;         ///< the months it is about, "" when none
  bool window_stated = true;  ///< false when the months are our reading
  std::string relation;       ///< "same_figure", "same_trade", "same_months", "union_trade"
  std::string outlet;
  std::string address;
  std::string note;
  static std::vector<Field<Statement>> fields();
};

/// L7, published estimates: what studies found for the level of trade among members, shown as if
/// all of it had come inside the window, which is the most it could be. Not a main line.
/// Table: "literature". Left out without studies.
[[nodiscard]] LineResult literature_line(const ClaimCase& claim_case,
                                         const std::vector<Study>& studies);

/// L8, the same claim at other times: statements on the same pair with the growth that the data
/// show for the months each is about. `bound_since`: month from which the agreement, with what it
/// grew from, binds the pair; "" when it never does; `series` is null without monthly data. Not a
/// main line, no share. Table: "history".
[[nodiscard]] LineResult history_line(const ClaimCase& claim_case, const PairSeries* series,
                                      const std::vector<Statement>& statements,
                                      const std::string& bound_since);

}  // namespace altyn::attribution
