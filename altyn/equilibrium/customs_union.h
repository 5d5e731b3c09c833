#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "altyn/data/month.h"
#include "altyn/equilibrium/sector_policy.h"

namespace altyn::equilibrium {

/// An economy inside a union from one month to another, both included; open without an end.
struct UnionMember {
  std::string economy{};
  data::Month from{};
  std::optional<data::Month> to{};
};

/// A member's own external rate in some sectors, for a time, instead of the common one.
struct TariffException {
  std::string member{};
  std::vector<std::string> sectors{};
  std::vector<std::string> partners{};  ///< outsiders; empty = all of them
  double rate = 0.0;
  data::Month from{};
  std::optional<data::Month> to{};
  std::string source{};
};

/// How collected duties are shared from a month on, until the next keys.
struct DutyKeys {
  data::Month from{};
  std::vector<std::pair<std::string, double>> percent{};  ///< member, key; 100 in all, within 0.02
  std::string source{};
};

/// A customs union: no duties inside, one tariff by sector towards others with dated exceptions,
/// and duties pooled and shared by dated keys.
struct CustomsUnion {
  std::string name{};
  std::vector<UnionMember> members{};
  std::vector<double> common_tariff{};  ///< [sector] rates; NaN = members keep their own
  std::vector<TariffException> exceptions{};
  std::vector<DutyKeys> keys{};                    ///< empty = every member keeps what it collects
  std::vector<std::string> free_trade_partners{};  ///< outsiders that the union charges no duty,
                                                   ///< nor they its members
};

/// A union as it stands in one month.
struct UnionState {
  std::string name{};
  std::vector<std::string> members{};
  std::vector<double> common_tariff{};
  std::vector<TariffException> exceptions{};  ///< in force
  std::optional<RevenuePool> pool{};
  std::vector<std::string> free_trade_partners{};
};

/// Errors: InputError for overlapping spells of one member, keys that do not name exactly the
/// members or do not sum to 100 ("revenue-keys"), an exception for a non-member.
[[nodiscard]] UnionState union_at(const CustomsUnion& customs_union, data::Month month);

/// Puts a union into force: duties inside, external tariffs, exceptions, free-trade partners, and
/// its pool in place of any pool of the same name.
/// Errors: InputError for unknown names and a common tariff of the wrong length.
void apply_union(SectorPolicy& policy, const UnionState& state);

/// The union with another member. `percent` are the new keys of all members, required when the
/// union shares duties.
[[nodiscard]] CustomsUnion with_member(CustomsUnion customs_union, const std::string& economy,
                                       data::Month from,
                                       std::vector<std::pair<std::string, double>> percent = {},
                                       const std::string& source = "");

/// How an economy trades with the union it has left.
enum class ExitFallback {
  kFreeTrade,  ///< goods of either side stay free of duty, customs checks return
  kMfn,        ///< each side charges the other what it charges everybody
};

struct ExitTerms {
  ExitFallback fallback = ExitFallback::kFreeTrade;
  std::vector<double> own_tariff{};  ///< [sector] of the leaver towards others; empty = keeps the
                                     ///< common one as its own
  double border_cost = 0.0;  ///< of delivery between leaver and members, both ways (0.05 = 5%)
  std::vector<std::pair<std::string, double>> percent{};  ///< keys of those who stay; empty = the
                                                          ///< old keys in proportion
};

/// Takes a member out of the union that `policy` has in force: pool, external tariff, fallback and
/// border cost. Returns the union without it. Errors: InputError when it is not a member.
UnionState leave_union(SectorPolicy& policy, const UnionState& state, const std::string& economy,
                       const ExitTerms& terms);

}  // namespace altyn::equilibrium
