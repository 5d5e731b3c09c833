#pragma once

#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/equilibrium/multi_sector_base.h"

namespace altyn::equilibrium {

/// How far a base is from its own equations at its own prices.
struct BaseCheck {
  /// "expenditure": uses against spending, over the largest spending; "factor income": payments by
  /// producers against income; "deficits": imports less exports against deficits, over world
  /// income. Each with its worst place.
  std::vector<CertificateBlock> blocks;
  double largest = -1.0;  ///< over the blocks
  /// Largest relative gap of any single place, which the first block's scale may hide.
  double largest_relative_gap = -1.0;
  std::string worst_relative_place;
  /// One line per block.
  [[nodiscard]] std::string to_text() const;
};

/// Checks a base. Where `expenditure` is empty it is implied, so that only factor income and
/// deficits can be off. Errors: InputError as MultiSectorModel, except base-not-equilibrium.
/// Cost: one pass over the shares (about 20 when spending is implied).
[[nodiscard]] BaseCheck check_base_equilibrium(const MultiSectorBase& base, double tolerance);

/// The same for a base that checked_base has seen, at spending [sector, economy].
[[nodiscard]] BaseCheck check_accounts(const MultiSectorBase& base,
                                       const std::vector<double>& expenditure, double tolerance);

/// What may move when a base is repaired.
enum class BaseRepair {
  kTradeShares,  ///< sales of each economy, everywhere alike (RAS): incomes, deficits, all other
                 ///< shares stay
  kIncome,       ///< factor incomes and spending: all shares, tariffs and deficits stay
};

struct RepairedBase {
  MultiSectorBase base;
  BaseCheck before;
  BaseCheck after;
  std::string moved;                ///< "trade shares" or "factor income"
  double largest_log_change = 0.0;  ///< of a moved value
  std::string worst_place;
  double mean_log_change = 0.0;   ///< absolute, weighted by value
  double relative_entropy = 0.0;  ///< sum v' ln(v'/v) over moved values as shares of their total
};

/// The nearest base that is an equilibrium. Errors: InputError as MultiSectorModel;
/// "base-not-repairable" when no such base exists with what may move (an economy that sells nothing
/// but must earn income). Cost: about 50 times check_base_equilibrium.
[[nodiscard]] RepairedBase repair_base(const MultiSectorBase& base, BaseRepair repair,
                                       Context& context);

}  // namespace altyn::equilibrium
