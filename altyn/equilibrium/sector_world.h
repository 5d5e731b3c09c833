#pragma once

#include <cstddef>
#include <vector>

#include "altyn/core/thread_pool.h"
#include "altyn/equilibrium/multi_sector.h"
#include "altyn/numerics/raw_vector.h"

/// A checked multi-sector base in the layout of the kernels. Internal to the model's own files.
///
/// Sector-major arrays hold J rows of `row` doubles: one per economy, padded with zeros to a
/// multiple of 8. Symbols are those of docs/models/multi-sector.md.
namespace altyn::equilibrium::sector {

using Block = numerics::RawVector<double>;

struct World {
  const MultiSectorBase* base = nullptr;  ///< as given or, when solved once, made exact
  Closure closure = Closure::kAdditive;
  Index numeraire = -1;  ///< an economy whose factor income is fixed; -1: the world's
  std::size_t n = 0;     ///< economies
  std::size_t n_sectors = 0;
  std::size_t n_factors = 0;
  std::size_t row = 0;     ///< doubles per sector-major row
  std::size_t io_row = 0;  ///< doubles per row of input shares

  Block share;        ///< pi [J][n][row]: importer's row, exporter's column
  Block input_share;  ///< gamma [n][J inputs][io_row outputs]
  Block factor_cost;  ///< factor's share of gross cost [F][J][row]
  Block consumption;  ///< alpha [J][row]
  std::vector<double> theta, entry, selection;  ///< [J]
  Block factor_income;                          ///< w L [F][row]
  double world_income = 0.0;                    ///< all factor income
  double numeraire_income = 0.0;                ///< factor income that the numeraire fixes
  std::vector<double> deficit;                  ///< [n]
  /// Closure `endogenous`: the part of each market's spending that is earned there [n]; else empty.
  std::vector<double> local_part;
  std::vector<PoolPlaces> pools;
  std::vector<char> closed;  ///< [J] nobody imports in the sector

  Block bought, made;  ///< 1 where a sector is bought (made) in an economy, else 0 [J][row]

  // The base equilibrium.
  Block expenditure, output;          ///< X, Y [J][row]
  Block expenditure_log, output_log;  ///< 0 where nothing is bought or made
  std::vector<double> income;         ///< I [n]
  std::vector<double> duty;           ///< collected [n]

  [[nodiscard]] std::size_t block() const { return n_sectors * row; }
  [[nodiscard]] bool has_entry() const;
  /// Doubles of the unknown: log input costs, log spending, log wages and, where firms enter, log
  /// output: [J][row], [J][row], [F][row], [J][row].
  [[nodiscard]] std::size_t state_size() const;
};

/// Copies a checked base (multi_sector_check.h) into kernel layout. `expenditure` [sector, economy]
/// is spending that solves the base's equations at its factor income, or is near to it.
[[nodiscard]] World make_world(const MultiSectorBase& base, const MultiSectorOptions& options,
                               const std::vector<double>& expenditure);

}  // namespace altyn::equilibrium::sector
