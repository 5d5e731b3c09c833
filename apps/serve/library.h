#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "altyn/data/agreements.h"
#include "altyn/data/cases.h"
#include "altyn/data/monthly_trade.h"
#include "altyn/data/pair_panel.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/live_solve.h"
#include "altyn/study/scenario_world.h"

namespace altyn::app {

/// Kinds of study that the interface runs: those that read no file but tables by name, and write
/// none.
inline constexpr std::array<const char*, 6> kServedKinds = {"check",    "article", "estimate",
                                                            "simulate", "regions", "data_check"};

/// The bundled data, read once and kept, and what pages draw controls and series from. Thread-safe.
class Library {
 public:
  Library();

  [[nodiscard]] const data::CasesFolder& cases() const { return cases_; }
  [[nodiscard]] study::ScenarioTablesCache& scenario_tables() { return scenario_tables_; }
  [[nodiscard]] study::LiveTables live_tables() { return {scenario_tables_, sector_tables_}; }

  /// `Catalogue` of docs/api/openapi.json, without its limits.
  [[nodiscard]] nlohmann::json catalogue();
  /// `TableInfo` of every bundled table.
  [[nodiscard]] nlohmann::json bundled_tables() const;
  /// `World`: `trade` is found by `sources`; year 0 is the bundled table's, or the last. A table
  /// with a column sector is a world of many, `inputs` and `elasticities` its other tables, "" for
  /// none. Errors: InputError of reading it; "no-such-year".
  [[nodiscard]] nlohmann::json world(const std::string& trade, Index year,
                                     const std::string& inputs, const std::string& elasticities,
                                     study::DataSources& sources);
  /// `Series` of a pair written "RUS:KAZ". Errors: InputError "bad-pair", "unknown-economy".
  [[nodiscard]] nlohmann::json series(const std::string& pair);
  /// Agreements that bind a pair in a month. Errors: as series(); of the month.
  [[nodiscard]] nlohmann::json agreements(const std::string& pair, const std::string& month);

 private:
  struct Bundled {
    data::AgreementRegistry registry;
    data::PairPanel panel;
    data::MonthlyTrade months;
  };
  [[nodiscard]] const Bundled& bundled();
  /// The year a scenario on a table stands in unless told: the bundled table's, or the last.
  [[nodiscard]] Index base_year(const std::string& trade, study::DataSources& sources) const;

  [[nodiscard]] nlohmann::json sector_world(const nlohmann::json& tables,
                                            const std::vector<int>& years,
                                            study::DataSources& sources);

  data::CasesFolder cases_;
  study::ScenarioTablesCache scenario_tables_;
  study::SectorTablesCache sector_tables_;
  std::once_flag read_;
  std::unique_ptr<const Bundled> bundled_;
};

}  // namespace altyn::app
