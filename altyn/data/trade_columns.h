#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/data/table.h"

namespace altyn::data {

/// What a column of a trade table means.
enum class Role {
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

}  // namespace altyn::data
