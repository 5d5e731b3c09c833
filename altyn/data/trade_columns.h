#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/data/table.h"

namespace altyn::data {

/// What a column of a trade table means.
enum class Role {
  kEconomy,
  kExporter,
  kImporter,
  kReporter,
  kPartner,
  kYear,
  kMonth,
  kTrade,             ///< one value, whoever reported it
  kImporterReported,  ///< the importer's own record (CIF as a rule)
  kExporterReported,  ///< the exporter's own record (FOB as a rule)
  kExports,           ///< of the reporter to the partner
  kImports,           ///< of the reporter from the partner
  kQuantity,
  kFlow,  ///< in long tables: whether the row is an export or an import of the reporter
  kSector,
  kAgreement,
  kDistance,
  kContiguity,
  kLanguage,
  kColony,
  kOutput,
  kExpenditure,
  kGdp,
  kPopulation,
};

/// The project's own name of a role: "exporter", "importer_reported", ...
[[nodiscard]] std::string_view role_name(Role role);

/// The role of a column by its name alone, as the common trade data sets spell it (CEPII, BACI,
/// Comtrade, WITS, ITPD-E, gegravity, KITE); nothing for other names. One-letter names count only
/// inside find_trade_columns(), where the other columns tell what they mean.
[[nodiscard]] std::optional<Role> role_of_name(std::string_view name);

/// True when the name promises codes (economies, sectors): such a column is read as text.
[[nodiscard]] bool names_codes(std::string_view name);

/// True when the name promises amounts (trade, distance, anything in _usd or _km): text in such a
/// column is an error however often it occurs.
[[nodiscard]] bool names_amounts(std::string_view name);

/// The unit that a name states: "million USD" for *_musd and *_mln_usd, "thousand USD" for
/// "TradeValue in 1000 USD" and tradeflow_baci, "USD" for primaryValue, "km"; "" when it is silent.
[[nodiscard]] std::string unit_of_name(std::string_view name);

/// What the user says about columns; a name that is empty is found by its alias.
struct ColumnChoices {
  std::string exporter{};
  std::string importer{};
  std::string reporter{};
  std::string partner{};
  std::string year{};
  std::string month{};
  std::string trade{};
  std::string importer_reported{};
  std::string exporter_reported{};
  std::string exports{};
  std::string imports{};
  std::string flow{};
  std::string sector{};
  std::string unit{};  ///< usd, kusd, musd or busd; empty takes it from the column's name

  [[nodiscard]] static std::vector<Field<ColumnChoices>> fields();
};

/// The columns of a table that have a role.
struct TradeColumns {
  std::map<Role, std::string> names;
  /// One sentence per finding, to be shown: "exporter = iso3_o", "trade in thousand USD, by its
  /// name".
  std::vector<std::string> detected;

  /// The name of the column, or nullptr.
  [[nodiscard]] const std::string* find(Role role) const;
  /// Errors: InputError "no-column-for" naming the role and the names that would be understood.
  [[nodiscard]] const std::string& require(Role role, const Table& table) const;
};

/// Finds the columns by the user's choice, else by name; of several names for one role the one that
/// comes first in the list of aliases is taken and the sentence names the others. BACI's letters
/// t, i, j, k, v, q are understood where i, j and v stand together.
/// Errors: InputError "no-such-column" for a choice that is not in the table.
[[nodiscard]] TradeColumns find_trade_columns(const Table& table,
                                              const ColumnChoices& choices = {});

/// What one unit of an amount column is worth in million USD: by `choices.unit`, else by the
/// column's unit or name; the sentence says which. Errors: InputError "unit-unknown", "bad-unit".
struct AmountUnit {
  double million_usd = 1.0;
  std::string sentence;
};
[[nodiscard]] AmountUnit amount_unit(const Table& table, const std::string& column,
                                     const ColumnChoices& choices);

}  // namespace altyn::data
