#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/data/source_file.h"
#include "altyn/data/table.h"

namespace altyn::data {

/// A published table of inter-country input and output.
struct IoSource {
  std::string_view name;  ///< "icio"
  std::string_view title;
  std::string_view provider;
  std::string_view licence;
  std::string_view documentation;  ///< where the provider describes the layout
};

/// The tables that read_io_table() knows: adb_mrio, icio, wiod2013, wiod2016.
[[nodiscard]] std::span<const IoSource> io_sources();

/// Errors: InputError "unknown-source" with the nearest name.
[[nodiscard]] const IoSource& io_source(std::string_view name);

/// Who makes what for whom, in the units of the provider (million USD). N economies, S sectors; an
/// industry is a sector of an economy, number economy * S + sector; I = N * S of them.
struct IoTable {
  std::string source;                  ///< the file
  std::vector<std::string> economies;  ///< [N] in the order of the file
  std::vector<std::string> sectors;    ///< [S] the provider's codes
  std::vector<double> intermediate;    ///< [I, I] sales of the row's industry to the column's
  std::vector<double> final_use;       ///< [I, N] consumption and investment
  std::vector<double> inventories;     ///< [I, N] changes in inventories, of either sign
  std::vector<double> value_added;     ///< [I]
  std::vector<double> taxes;           ///< [I] taxes less subsidies on the products that it uses
  std::vector<double> other_costs;  ///< [I] margins and adjustments that the provider books apart
  std::vector<double> output;       ///< [I] as the provider prints it
  std::vector<std::string> notes;   ///< how the file was understood, one sentence each

  [[nodiscard]] std::size_t n_industries() const { return economies.size() * sectors.size(); }
};

/// Reads a table in the layout that its provider publishes:
///   icio      CSV with a column "V1" of labels ECONOMY_SECTOR, final uses ECONOMY_HFCE ...
///             ECONOMY_INVNT, rows TLS (or ECONOMY_TAXSUB), VA (VALU) and OUT (OUTPUT); the parts
///             CN1, CN2, MX1, MX2 of China and Mexico are added up
///   wiod2016  CSV of the R or Stata file: IndustryCode, IndustryDescription, Country, RNr, Year,
///             AUS1 ... AUS61 ..., TOT; or the sheet with four lines of headers
///   wiod2013, adb_mrio   the sheet with four lines of headers: code, name, economy and c1 ... c35,
///             final uses c37 ... c42 or F1 ... F5
/// Economies become ISO codes (rest of the world: ROW). Empty cells are zero.
/// Errors (InputError): layout-mismatch naming what is missing; unknown-economy; text-in-number
/// with its place; duplicate-row; those of ReadableFile. Cost: one pass over the file.
[[nodiscard]] IoTable read_io_table(const IoSource& source, const std::string& path,
                                    const std::string& sheet = "");

/// Duties on what crosses a border.
struct IoDuties {
  std::vector<double> rate;          ///< [I, N] on what economy N buys of the row's industry
  double covered_share = 0.0;        ///< of trade across borders that a rate was found for
  std::vector<std::string> notes{};  ///< which rows were used and which were not, one sentence each
};

/// Rates of a table with columns importer, exporter, sector (those of the input-output table) and
/// rate, as `altyn data import wits_tariffs` writes it. A row whose exporter is WLD holds for all
/// partners without a row of their own. Of several `duty_type`s the one asked for is taken, of
/// several years `year`. Rows of economies that the input-output table has not are left out.
/// Errors (InputError): no-such-column; unknown-sector; unknown-economy; several-years;
/// missing-value; duplicate-row; tariff-range.
[[nodiscard]] IoDuties io_duties(const IoTable& table, const Table& tariffs,
                                 const std::string& duty_type = "AHS", int year = 0);

/// A table of fewer economies and sectors: `economy_groups` [N] and `sector_groups` [S] name the
/// group of each. Rates become averages weighted by what is bought; inside a group of economies
/// there are none. Groups come in alphabetical order. Cost: one pass over the table.
[[nodiscard]] IoTable grouped(const IoTable& table, const std::vector<std::string>& economy_groups,
                              const std::vector<std::string>& sector_groups,
                              IoDuties* duties = nullptr);

}  // namespace altyn::data
