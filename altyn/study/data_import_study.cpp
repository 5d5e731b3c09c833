#include "altyn/study/data_import_study.h"

#include <fmt/format.h>

#include "altyn/core/errors.h"
#include "altyn/data/import_source.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/sections.h"

namespace altyn::study {

std::vector<Field<DataImportStudy>> DataImportStudy::fields() {
  return {
      make_field(&DataImportStudy::source,
                 {.name = "source", .doc = "whose layout the files have, such as baci"}),
      make_field(&DataImportStudy::files, {.name = "files", .doc = "the files, one or many"}),
      make_field(&DataImportStudy::codes,
                 {.name = "codes",
                  .doc = "table of economy codes that comes with the data; the usual numbers are "
                         "known without it"}),
      make_field(&DataImportStudy::outputs,
                 {.name = "outputs", .doc = "files to write: .parquet .csv .csv.gz .json"})};
}

StudyResult run_data_import(const Study& study, Context&) {
  check_sections(study, {"import", "options"});
  const auto request = read_section<DataImportStudy>(study, "import");
  const auto options = read_section<data::ImportOptions>(study, "options");
  if (request.files.empty() || request.outputs.empty()) {
    throw InputError({.code = "missing-option",
                      .what = request.files.empty() ? "no file is named" : "no output is named",
                      .where = study.where,
                      .why = "an import goes from files to a file",
                      .fixes = {"altyn data import baci BACI_*.csv -o trade.parquet"}});
  }
  const data::SourceLayout& layout = data::source_layout(request.source);
  DataSources sources(study);
  std::vector<std::string> files;
  for (const std::string& file : request.files) files.push_back(sources.find(file));
  const data::ImportedSource imported = data::import_source(
      layout, files, options, request.codes.empty() ? "" : sources.find(request.codes));

  StudyResult result;
  result.text = fmt::format("\033[1m{}\033[0m, {}\n", layout.title, layout.provider);
  for (const std::string& note : imported.notes) result.text += fmt::format("  {}\n", note);
  result.text += imported.ledger.to_text();
  result.text += fmt::format("{} rows of {} columns\n", imported.table.n_rows(),
                             imported.table.columns().size());
  result.value = {{"source", layout.name},
                  {"title", layout.title},
                  {"provider", layout.provider},
                  {"licence", layout.licence},
                  {"documentation", layout.documentation},
                  {"notes", imported.notes},
                  {"rows_read", imported.ledger.rows_read()},
                  {"rows_used", imported.ledger.rows_used()},
                  {"rows_written", imported.table.n_rows()}};
  for (const std::string& output : request.outputs) {
    result.files.push_back({output, imported.table});
  }
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
