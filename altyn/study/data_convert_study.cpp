#include "altyn/study/data_convert_study.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "altyn/core/errors.h"
#include "altyn/data/concordance.h"
#include "altyn/data/concordance_file.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/sections.h"

namespace altyn::study {

std::vector<Field<DataConvertStudy>> DataConvertStudy::fields() {
  using S = DataConvertStudy;
  return {
      make_field(&S::table, {.name = "table", .doc = "a file, or a bundled table by name"}),
      make_field(
          &S::map,
          {.name = "map",
           .doc = "COLUMN=CONCORDANCE, one or several: sector=hs_sections; economy=regions.csv "
                  "for exporters and importers; k=hs22-hs17.xlsx,hs17-hs12.xlsx goes through "
                  "both, reverse:FILE from right to left"}),
      make_field(&S::sheet,
                 {.name = "sheet",
                  .doc = "part of the name of a concordance's sheet, such as correlation; the "
                         "one called conversion otherwise, else the largest"}),
      make_field(&S::split_by,
                 {.name = "split_by",
                  .doc = "a table of trade in the new codes: codes that go to several are split "
                         "in proportion to it, not in equal parts"}),
      make_field(&S::outputs,
                 {.name = "outputs", .doc = "files to write: .parquet .csv .csv.gz .json"})};
}

namespace {

constexpr std::string_view kReverse = "reverse:";

/// The tables of "A,reverse:B", read; what they are goes into `notes`.
std::vector<data::Table> read_chain(DataSources& sources, std::string_view names,
                                    const std::string& sheet, std::vector<std::string>& notes) {
  std::vector<data::ConcordanceFile> files;
  for (std::size_t start = 0; start <= names.size();) {
    const std::size_t end = std::min(names.find(',', start), names.size());
    std::string name(names.substr(start, end - start));
    start = end + 1;
    const bool reverse = name.starts_with(kReverse);
    if (reverse) name.erase(0, kReverse.size());
    data::ConcordanceFile file;
    if (sources.in_memory(name)) {
      file.table = sources.read(name, {.codes = {"from", "to"}});
    } else {
      file = data::read_concordance(sources.find(name), sheet);
      file.table.set_source(name);
    }
    for (const std::string& note : file.notes) notes.push_back(fmt::format("{}: {}", name, note));
    files.push_back(reverse ? data::reversed(std::move(file)) : std::move(file));
  }
  data::check_chain(files);
  std::vector<data::Table> tables;
  for (data::ConcordanceFile& file : files) tables.push_back(std::move(file.table));
  return tables;
}

/// Amounts by code, columns code and amount, of a table of trade.
data::Table totals_of(const data::Table& trade, const std::string& column) {
  std::vector<std::string> amounts;
  for (const data::Column& other : trade.columns()) {
    if (other.is_number() && other.name != "year" && other.name != "month") {
      amounts.push_back(other.name);
    }
  }
  if (trade.has("trade_musd")) amounts = {"trade_musd"};
  if (amounts.size() != 1) {
    throw InputError({.code = "ambiguous-column",
                      .what = amounts.empty() ? "the table has no column of amounts"
                                              : "the table has several columns of amounts",
                      .where = trade.source(),
                      .context = {fmt::format("{}", fmt::join(amounts, ", "))},
                      .why = "codes are split in proportion to one",
                      .fixes = {"name it trade_musd", "leave the other columns out"}});
  }
  data::Table totals(trade.source());
  totals.add("code", trade.texts(column));
  data::NumberColumn values = trade.numbers(amounts.front());
  for (double& value : values) {
    if (data::is_missing(value)) value = 0.0;
  }
  totals.add("amount", std::move(values));
  return totals;
}

}  // namespace

StudyResult run_data_convert(const Study& study, Context&) {
  check_sections(study, {"convert", "options"});
  const auto request = read_section<DataConvertStudy>(study, "convert");
  const auto options = read_section<data::ConvertOptions>(study, "options");
  if (request.map.empty()) {
    throw InputError({.code = "missing-option",
                      .what = "no concordance is named",
                      .where = study.where,
                      .why = "codes are converted by a table of columns from, to and weight",
                      .fixes = {"--map sector=concordance.csv", "--map economy=regions.csv"}});
  }
  DataSources sources(study);
  std::vector<data::CodeMap> maps;
  std::vector<std::string> code_columns = {"sector"};
  std::vector<std::string> notes;
  for (const std::string& map : request.map) {
    const auto [column, names] = split_name(map, "map");
    code_columns.push_back(column);
    std::vector<data::Table> tables = read_chain(sources, names, request.sheet, notes);
    data::CodeMap& made = maps.emplace_back(data::CodeMap{column, std::move(tables.front())});
    made.further.assign(std::make_move_iterator(tables.begin() + 1),
                        std::make_move_iterator(tables.end()));
  }
  const data::Table table = sources.read(request.table, {.codes = code_columns});
  if (!request.split_by.empty()) {
    const data::Table trade = sources.read(request.split_by, {.codes = code_columns});
    for (data::CodeMap& map : maps) {
      if (map.column != "economy") map.totals = totals_of(trade, map.column);
    }
  }
  data::ConvertedTable converted = data::convert_codes(table, maps, options);
  converted.notes.insert(converted.notes.begin(), notes.begin(), notes.end());

  StudyResult result;
  result.text = fmt::format("\033[1m{}\033[0m\n", table.source());
  for (const std::string& note : converted.notes) result.text += fmt::format("  {}\n", note);
  result.text += converted.ledger.to_text();
  result.value = {{"notes", converted.notes},
                  {"rows_read", converted.ledger.rows_read()},
                  {"rows_used", converted.ledger.rows_used()},
                  {"rows_written", converted.table.n_rows()}};
  for (const std::string& output : request.outputs) {
    result.files.push_back({output, converted.table});
  }
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
