#include "altyn/study/data_convert_study.h"

#include <fmt/format.h>

#include "altyn/core/errors.h"
#include "altyn/data/concordance.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/sections.h"

namespace altyn::study {

std::vector<Field<DataConvertStudy>> DataConvertStudy::fields() {
  using S = DataConvertStudy;
  return {make_field(&S::table, {.name = "table", .doc = "a file, or a bundled table by name"}),
          make_field(
              &S::map,
              {.name = "map",
               .doc = "COLUMN=CONCORDANCE, one or several: sector=hs_sections; economy=regions.csv "
                      "for exporters and importers"}),
          make_field(&S::outputs,
                     {.name = "outputs", .doc = "files to write: .parquet .csv .csv.gz .json"})};
}

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
  for (const std::string& map : request.map) {
    const auto [column, file] = split_name(map, "map");
    code_columns.push_back(column);
    maps.push_back({column, sources.read(file, {.codes = {"from", "to"}})});
  }
  const data::Table table = sources.read(request.table, {.codes = code_columns});
  const data::ConvertedTable converted = data::convert_codes(table, maps, options);

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
