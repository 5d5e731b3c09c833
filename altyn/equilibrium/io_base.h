#pragma once

#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/data/io_table.h"
#include "altyn/equilibrium/multi_sector_levels.h"

namespace altyn::equilibrium {

/// What becomes of changes in inventories.
enum class InventoryRule {
  kFinalUse,  ///< bought like consumption; where more is taken out than bought, nothing is bought
  kProduced,  ///< what was taken out counts as made this year: outputs are computed again
  kLeaveOut,  ///< there are none: outputs are computed again
};

/// What to do with a table whose rows or columns do not add up.
enum class IoRepair {
  kRefuse,
  kRas,         ///< flows move to the nearest table with the printed outputs and value added
  kValueAdded,  ///< flows stay; sales are what they add up to and value added takes the rest
};

/// The section [options] of `altyn data base`.
struct IoBaseOptions {
  InventoryRule inventories = InventoryRule::kProduced;
  IoRepair repair = IoRepair::kRefuse;
  double tolerance = 1e-4;
  double value_added_floor = 0.01;

  [[nodiscard]] static std::vector<Field<IoBaseOptions>> fields();
};

/// How far a table is from its own accounts: "sales" (what a row adds up to against output) and
/// "costs" (what a column pays against output), each relative to output where that is above a
/// millionth of the world's; "world" (final uses against value added).
struct IoCheck {
  std::vector<CertificateBlock> blocks;
  [[nodiscard]] double largest() const;
  /// One line per block.
  [[nodiscard]] std::string to_text() const;
};
[[nodiscard]] IoCheck check_io_table(const data::IoTable& table, double tolerance);

/// A base in values from a table, with all that was done to it.
struct IoBase {
  MultiSectorLevels levels;         ///< without elasticities
  IoCheck printed;                  ///< the table as its provider prints it
  IoCheck before;                   ///< with inventories and negative cells dealt with
  IoCheck after;                    ///< as it became
  double inventory_share = 0.0;     ///< absolute changes in inventories over world output
  double output_moved_share = 0.0;  ///< outputs computed again, absolute change over output
  double negative_share = 0.0;      ///< negative flows set to zero, over world output
  double floored_share = 0.0;       ///< value added brought up to the floor, over world output
  double mean_log_change = 0.0;     ///< of a flow, by repair, weighted by value
  double largest_log_change = 0.0;
  std::string worst_place;         ///< of the largest change
  double relative_entropy = 0.0;   ///< sum v' ln(v'/v) over flows as shares of their total
  double duty_share = 0.0;         ///< duties over imports
  std::vector<std::string> notes;  ///< the same in sentences
};

/// Builds the multi-sector base of a table. `rate` [I, N] are duties, empty for none: what users
/// pay is the value at the border with the duty, and value added is output less what is paid for
/// inputs, so taxes and margins that the provider books apart are part of it.
/// Errors: InputError "io-not-balanced" with the gaps of every block under IoRepair::kRefuse,
/// "io-not-repairable" where no table with these zeros has the totals, "no-output" for a table
/// whose outputs cannot be computed again.
/// Cost: about 50 passes over the table for outputs, as many for RAS.
[[nodiscard]] IoBase io_base(const data::IoTable& table, const std::vector<double>& rate,
                             const IoBaseOptions& options, Context& context);

}  // namespace altyn::equilibrium
