#include <zip.h>

#include <algorithm>
#include <string>
#include <utility>

#include "altyn/data/concordance.h"
#include "altyn/data/concordance_file.h"
#include "altyn/data/import_source.h"
#include "altyn/data/io_table.h"
#include "altyn/data/read_table.h"
#include "altyn/data/source_file.h"
#include "reading.h"
#include "targets.h"

namespace altyn::fuzz {
namespace {

using data::Table;

/// A table that was read can be walked from end to end.
void walk(const Table& table) {
  for (const data::Column& column : table.columns()) {
    if (const auto* texts = std::get_if<data::TextColumn>(&column.values)) {
      if (std::ssize(texts->codes) != table.n_rows()) fail("a column of another length");
      for (Index row = 0; row < table.n_rows(); ++row) (void)texts->at(row).size();
    } else if (std::ssize(std::get<data::NumberColumn>(column.values)) != table.n_rows()) {
      fail("a column of another length");
    }
  }
  if (table.n_rows() > 0) (void)table.place_of(table.n_rows() - 1);
}

/// The bytes choose the options too, so that every option meets every kind of damage.
data::ReadOptions options_by(std::string_view bytes) {
  data::ReadOptions options;
  options.n_threads = 1;
  switch (bytes.size() % 5) {
    case 1:
      options.columns = {"exporter", "trade"};
      break;
    case 2:
      options.text_columns = {"year"};
      break;
    case 3:
      options.number_columns = {"trade"};
      break;
    case 4:
      options.codes = {"YEAR", "sector"};
      break;
    default:
      break;
  }
  return options;
}

void read_as(std::string_view bytes, std::string_view name) {
  const InputBytes input(bytes, name);
  accept_or_refuse([&] {
    data::SampleLedger ledger;
    walk(data::read_table(input.path(), options_by(bytes), &ledger));
  });
}

}  // namespace

void read_csv(std::string_view bytes) { read_as(bytes, "table.csv"); }
void read_packed_csv(std::string_view bytes) { read_as(bytes, "table.csv.gz"); }
void read_parquet(std::string_view bytes) { read_as(bytes, "table.parquet"); }

/// As a table, and as the answer of an interface with the rows under "data".
void read_json_table(std::string_view bytes) {
  const InputBytes input(bytes, "table.json");
  accept_or_refuse([&] { walk(data::read_source_file(input.path(), {"year"})); });
}

void read_archive(std::string_view bytes) {
  const InputBytes input(bytes, "table.zip");
  accept_or_refuse([&] { walk(data::read_source_file(input.path())); });
}

/// The bytes are the sheet of a workbook and, behind a line of its own, its shared texts: damage to
/// the archive around them is what read_archive() meets.
void read_workbook(std::string_view bytes) {
  constexpr std::string_view kBreak = "\n----\n";
  const std::size_t middle = std::min(bytes.find(kBreak), bytes.size());
  const std::string sheet(bytes.substr(0, middle));
  const std::string texts(bytes.substr(std::min(middle + kBreak.size(), bytes.size())));
  const InputBytes input("", "table.xlsx");
  const std::pair<const char*, std::string> entries[] = {
      {"xl/workbook.xml", "<workbook><sheet name=\"S\" r:id=\"a\"/></workbook>"},
      {"xl/_rels/workbook.xml.rels", "<r><Relationship Id=\"a\" Target=\"sheet1.xml\"/></r>"},
      {"xl/sheet1.xml", sheet},
      {"xl/sharedStrings.xml", texts}};
  zip_t* archive = zip_open(input.path().c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  if (archive == nullptr) fail("no archive can be made");
  for (const auto& [name, text] : entries) {
    zip_source_t* source = zip_source_buffer(archive, text.data(), text.size(), 0);
    if (source == nullptr || zip_file_add(archive, name, source, 0) < 0) fail("no entry");
  }
  if (zip_close(archive) != 0) fail("no archive can be written");
  accept_or_refuse([&] { walk(data::read_source_file(input.path())); });
}

void read_encoded_text(std::string_view bytes) {
  using data::Encoding;
  constexpr Encoding kEncodings[] = {Encoding::kUtf16, Encoding::kLatin1, Encoding::kWindows1251,
                                     Encoding::kWindows1252};
  const InputBytes input(bytes, "table.txt");
  accept_or_refuse(
      [&] { walk(data::read_source_file(input.path(), {}, kEncodings[bytes.size() % 4])); });
}

void read_legacy_workbook(std::string_view bytes) {
  const InputBytes input(bytes, "table.xls");
  accept_or_refuse([&] { walk(data::read_source_file(input.path())); });
}

void read_concordance_file(std::string_view bytes) {
  const InputBytes input(bytes, "concordance.csv");
  accept_or_refuse([&] {
    const data::ConcordanceFile file = data::read_concordance(input.path());
    walk(file.table);
    data::check_chain({file, data::reversed(file)});
    if (bytes.size() % 8 != 0) return;  // a database each time takes its time
    Table trade("trade");
    trade.add("sector", std::vector<std::string>{"010121", "27", "*", "A"});
    trade.add("trade_musd", data::NumberColumn{1.0, 2.0, 4.0, 8.0});
    walk(data::convert_codes(trade, {{"sector", file.table}},
                             {.unmatched = data::UnmatchedCodes::kKeep})
             .table);
  });
}

/// Every layout on every sheet.
void read_input_output_table(std::string_view bytes) {
  const InputBytes input(bytes, "io.csv");
  for (const data::IoSource& source : data::io_sources()) {
    accept_or_refuse([&] {
      const data::IoTable table = data::read_io_table(source, input.path());
      if (table.output.size() != table.n_industries()) fail("outputs of another number");
    });
  }
}

void read_report_of_an_office(std::string_view bytes) {
  const InputBytes input(bytes, "report.csv");
  accept_or_refuse([&] {
    walk(data::import_source(data::source_layout("rosstat"), {input.path()},
                             {.unknown_economies = data::UnknownEconomies::kLeaveOut})
             .table);
  });
}

}  // namespace altyn::fuzz
