#include "altyn/study/data_base_study.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "altyn/core/errors.h"
#include "altyn/data/io_table.h"
#include "altyn/equilibrium/base_check.h"
#include "altyn/equilibrium/io_base.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using data::IoTable;
using data::Table;

// The group of each name by a table of two columns; "*" in the first stands for all others.
std::vector<std::string> groups_of(const std::vector<std::string>& names, const std::string& file,
                                   const char* from, const char* to, DataSources& sources,
                                   std::vector<std::string>& notes) {
  if (file.empty()) return names;
  const Table table = sources.read(file, {.text_columns = {from, to}});
  const data::TextColumn& keys = table.texts(from);
  const data::TextColumn& groups = table.texts(to);
  std::map<std::string, std::string, std::less<>> group_of;
  for (Index row = 0; row < table.n_rows(); ++row) {
    if (!group_of.emplace(keys.at(row), groups.at(row)).second) {
      throw InputError({.code = "duplicate-row",
                        .what = fmt::format("\"{}\" has a {} already", keys.at(row), to),
                        .where = fmt::format("{}, {}", table.source(), table.place_of(row)),
                        .why = "each goes to one"});
    }
  }
  const auto rest = group_of.find("*");
  std::vector<std::string> result;
  for (const std::string& name : names) {
    const auto found = group_of.find(name);
    result.push_back(found != group_of.end()  ? found->second
                     : rest != group_of.end() ? rest->second
                                              : name);
  }
  std::vector<std::string> absent;
  for (const auto& [name, group] : group_of) {
    if (name != "*" && std::find(names.begin(), names.end(), name) == names.end()) {
      absent.push_back(name);
    }
  }
  if (!absent.empty()) {
    notes.push_back(fmt::format("{} names of {} that the table has not: {}", absent.size(), file,
                                fmt::join(absent, ", ")));
  }
  return result;
}

// Elasticities of the base's sectors: a table's, or one for all.
Table elasticities_of(const DataBaseStudy& request, const std::vector<std::string>& sectors,
                      DataSources& sources, std::vector<std::string>& notes) {
  if (request.elasticities.empty()) {
    if (!(request.theta > 0.0)) {
      throw InputError({.code = "missing-option",
                        .what = "no trade elasticity is given",
                        .where = request.source,
                        .why = "input-output tables do not hold them, and answers hang on them",
                        .fixes = {"--elasticities FILE with columns sector and theta",
                                  "--theta 5 for all sectors alike"}});
    }
    Table table("elasticities");
    table.add("sector", sectors);
    table.add("theta", data::NumberColumn(sectors.size(), request.theta));
    notes.push_back(fmt::format("Every sector has the trade elasticity {:g}.", request.theta));
    return table;
  }
  Table table = sources.read(request.elasticities, {.text_columns = {"sector"}});
  const data::TextColumn& given = table.texts("sector");
  (void)table.numbers("theta");
  for (const std::string& sector : sectors) {
    if (std::find(given.dictionary.begin(), given.dictionary.end(), sector) ==
        given.dictionary.end()) {
      throw InputError(
          {.code = "unknown-sector",
           .what = fmt::format("there is no elasticity of \"{}\"", sector),
           .where = table.source(),
           .context = {fmt::format("sectors of the base: {}", fmt::join(sectors, ", "))},
           .why = "every sector needs one"});
    }
  }
  std::vector<bool> keep;
  for (Index row = 0; row < table.n_rows(); ++row) {
    keep.push_back(std::find(sectors.begin(), sectors.end(), given.at(row)) != sectors.end());
  }
  return table.filtered(keep);
}

std::vector<double> thetas(const Table& table, const std::vector<std::string>& sectors) {
  std::vector<double> result(sectors.size(), 1.0);
  for (Index row = 0; row < table.n_rows(); ++row) {
    const auto place = std::find(sectors.begin(), sectors.end(), table.texts("sector").at(row));
    result[static_cast<std::size_t>(place - sectors.begin())] =
        table.numbers("theta")[static_cast<std::size_t>(row)];
  }
  return result;
}

Table trade_table(const equilibrium::MultiSectorLevels& levels) {
  const std::size_t n = levels.economies.size();
  std::vector<std::string> exporters, importers, sectors;
  data::NumberColumn values, tariffs;
  for (std::size_t cell = 0; cell < levels.trade.size(); ++cell) {
    if (!(levels.trade[cell] > 0.0)) continue;
    exporters.push_back(levels.economies[cell % n]);
    importers.push_back(levels.economies[cell / n % n]);
    sectors.push_back(levels.sectors[cell / n / n]);
    values.push_back(levels.trade[cell]);
    if (!levels.tariff.empty()) tariffs.push_back(levels.tariff[cell]);
  }
  Table table("trade");
  table.add("exporter", exporters);
  table.add("importer", importers);
  table.add("sector", sectors);
  table.add("value", std::move(values), "million USD");
  if (!levels.tariff.empty()) table.add("tariff", std::move(tariffs), "share");
  return table;
}

Table use_table(const equilibrium::MultiSectorLevels& levels) {
  const std::size_t n_sectors = levels.sectors.size();
  std::vector<std::string> economies, inputs, outputs;
  data::NumberColumn values;
  for (std::size_t k = 0; k < levels.intermediate_use.size(); ++k) {
    if (!(levels.intermediate_use[k] > 0.0)) continue;
    economies.push_back(levels.economies[k / n_sectors / n_sectors]);
    inputs.push_back(levels.sectors[k / n_sectors % n_sectors]);
    outputs.push_back(levels.sectors[k % n_sectors]);
    values.push_back(levels.intermediate_use[k]);
  }
  Table table("intermediate_use");
  table.add("economy", economies);
  table.add("input", inputs);
  table.add("output", outputs);
  table.add("value", std::move(values), "million USD");
  return table;
}

Table value_added_table(const equilibrium::MultiSectorLevels& levels) {
  const std::size_t n = levels.economies.size();
  std::vector<std::string> economies, sectors;
  data::NumberColumn values;
  for (std::size_t k = 0; k < levels.value_added.size(); ++k) {
    if (!(levels.value_added[k] > 0.0)) continue;
    economies.push_back(levels.economies[k % n]);
    sectors.push_back(levels.sectors[k / n]);
    values.push_back(levels.value_added[k]);
  }
  Table table("value_added");
  table.add("economy", economies);
  table.add("sector", sectors);
  table.add("value", std::move(values), "million USD");
  return table;
}

nlohmann::json blocks_json(const equilibrium::IoCheck& check) {
  nlohmann::json blocks = nlohmann::json::array();
  for (const CertificateBlock& block : check.blocks) {
    blocks.push_back({{"name", block.name},
                      {"residual", block.residual},
                      {"measure", block.measure},
                      {"worst", block.worst}});
  }
  return blocks;
}

std::string study_file(const DataBaseStudy& request, const data::IoSource& source) {
  std::string text = fmt::format(
      "# Base from {} ({}). Scenarios stand on it: [scenario] extends = \"base.toml\".\n"
      "study = \"simulate\"\n\n[scenario]\nname = \"base\"\ntitle = \"{}\"\n",
      source.title, source.provider, source.title);
  if (request.year > 0) text += fmt::format("year = {}\n", request.year);
  text += "\n[sectors]\n";
  for (const char* name : {"trade", "intermediate_use", "value_added", "elasticities"}) {
    text += fmt::format("{0} = \"{0}.{1}\"\n", name, request.tables);
  }
  return text;
}

}  // namespace

std::vector<Field<DataBaseStudy>> DataBaseStudy::fields() {
  using S = DataBaseStudy;
  return {
      make_field(&S::source, {.name = "source", .doc = "whose layout the file has, such as icio"}),
      make_field(&S::file, {.name = "file", .doc = "the table: .csv .gz .zip .xlsx .xls"}),
      make_field(&S::sheet, {.name = "sheet",
                             .doc = "sheet of a workbook; the one with most cells otherwise"}),
      make_field(&S::economies,
                 {.name = "economies",
                  .doc = "table of columns economy and region: economies of a region are added up; "
                         "a row * names the region of all others"}),
      make_field(&S::sectors,
                 {.name = "sectors", .doc = "table of columns sector and group, likewise"}),
      make_field(&S::elasticities,
                 {.name = "elasticities",
                  .doc = "table of columns sector (or group) and theta; may have log_sd"}),
      make_field(&S::theta, {.name = "theta",
                             .doc = "trade elasticity of all sectors, instead of a table",
                             .minimum = 0.0}),
      make_field(
          &S::tariffs,
          {.name = "tariffs",
           .doc = "table of columns importer, exporter, sector (the provider's codes), rate; "
                  "exporter WLD stands for all partners"}),
      make_field(&S::duty_type,
                 {.name = "duty_type", .doc = "of several in the table of duties: AHS, MFN, BND"}),
      make_field(&S::tariff_year,
                 {.name = "tariff_year", .doc = "of several in the table of duties"}),
      make_field(&S::year, {.name = "year", .doc = "of the table, for scenarios with dates"}),
      make_field(&S::tables, {.name = "tables", .doc = "format of the tables: csv or parquet"})};
}

StudyResult run_data_base(const Study& study, Context& context) {
  check_sections(study, {"base", "options"});
  const auto request = read_section<DataBaseStudy>(study, "base");
  const auto options = read_section<equilibrium::IoBaseOptions>(study, "options");
  if (request.tables != "csv" && request.tables != "parquet") {
    throw InputError({.code = "bad-option",
                      .what = fmt::format("\"{}\" is no format of tables", request.tables),
                      .where = study.where + " [base] tables",
                      .fixes = {"csv", "parquet"}});
  }
  const data::IoSource& source = data::io_source(request.source);
  DataSources sources(study);
  IoTable table = data::read_io_table(source, sources.find(request.file), request.sheet);
  const std::size_t n_read = table.economies.size();
  const std::size_t n_read_sectors = table.sectors.size();
  std::vector<std::string> notes;
  data::IoDuties duties;
  const bool has_duties = !request.tariffs.empty();
  if (has_duties) {
    duties = data::io_duties(table, sources.read(request.tariffs, {.text_columns = {"sector"}}),
                             request.duty_type, static_cast<int>(request.tariff_year));
    notes.push_back(fmt::format("Duties were found for {:.1f}% of what crosses borders.",
                                100.0 * duties.covered_share));
    notes.insert(notes.end(), duties.notes.begin(), duties.notes.end());
  }
  const auto economies =
      groups_of(table.economies, request.economies, "economy", "region", sources, notes);
  const auto sectors = groups_of(table.sectors, request.sectors, "sector", "group", sources, notes);
  table = data::grouped(table, economies, sectors, has_duties ? &duties : nullptr);
  const Table elasticities = elasticities_of(request, table.sectors, sources, notes);
  equilibrium::IoBase made = equilibrium::io_base(table, duties.rate, options, context);
  made.levels.theta = thetas(elasticities, made.levels.sectors);
  const equilibrium::BaseFromLevels base = equilibrium::base_from_levels(made.levels);
  const equilibrium::BaseCheck check =
      equilibrium::check_accounts(base.base, base.base.expenditure, 1e-9);

  StudyResult result;
  result.text = fmt::format("\033[1m{}\033[0m, {}\n", source.title, source.provider);
  result.text +=
      fmt::format("  {} economies, {} sectors", table.economies.size(), table.sectors.size());
  if (table.economies.size() < n_read || table.sectors.size() < n_read_sectors) {
    result.text += fmt::format(", of {} and {}", n_read, n_read_sectors);
  }
  result.text += "\n";
  notes.insert(notes.begin(), table.notes.begin(), table.notes.end());
  notes.insert(notes.end(), made.notes.begin(), made.notes.end());
  if (has_duties) {
    notes.push_back(fmt::format("Duties are {:.2f}% of imports.", 100.0 * made.duty_share));
  }
  for (const std::string& note : notes) result.text += fmt::format("  {}\n", note);
  result.text += "\nAs printed by the provider:\n" + made.printed.to_text();
  result.text += "As written:\n" + made.after.to_text();
  result.text += "Base of the model:\n" + check.to_text();
  result.value = {{"schema", "altyn.base/1"},
                  {"source", source.name},
                  {"title", source.title},
                  {"provider", source.provider},
                  {"licence", source.licence},
                  {"documentation", source.documentation},
                  {"economies", table.economies},
                  {"sectors", table.sectors},
                  {"notes", notes},
                  {"printed", blocks_json(made.printed)},
                  {"before_repair", blocks_json(made.before)},
                  {"written", blocks_json(made.after)},
                  {"inventory_share", made.inventory_share},
                  {"output_moved_share", made.output_moved_share},
                  {"negative_share", made.negative_share},
                  {"floored_share", made.floored_share},
                  {"repair",
                   {{"mean_log_change", made.mean_log_change},
                    {"largest_log_change", made.largest_log_change},
                    {"worst_place", made.worst_place},
                    {"relative_entropy", made.relative_entropy}}},
                  {"duty_share", made.duty_share}};
  Certificate certificate{.subject = "base of many sectors",
                          .status = SolveStatus::kConverged,
                          .blocks = check.blocks,
                          .positive = true,
                          .closure = "",
                          .numeraire = "",
                          .iterations = 0};
  result.certificates = {std::move(certificate)};
  const auto name = [&](const char* stem) { return fmt::format("{}.{}", stem, request.tables); };
  result.files.push_back({name("trade"), trade_table(made.levels)});
  result.files.push_back({name("intermediate_use"), use_table(made.levels)});
  result.files.push_back({name("value_added"), value_added_table(made.levels)});
  result.files.push_back({name("elasticities"), elasticities});
  result.files.push_back({"base.toml", study_file(request, source)});
  result.files.push_back({"base.json", result.value.dump(2) + "\n"});
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
