#include <string>

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

void read_encoded_text(std::string_view bytes) {
  using data::Encoding;
  constexpr Encoding kEncodings[] = {Encoding::kUtf16, Encoding::kLatin1, Encoding::kWindows1251,
                                     Encoding::kWindows1252};
  const InputBytes input(bytes, "table.txt");
  accept_or_refuse(
      [&] { walk(data::read_source_file(input.path(), {}, kEncodings[bytes.size() % 4])); });
}

}  // namespace altyn::fuzz
