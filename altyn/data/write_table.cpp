#include "altyn/data/write_table.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/data/database.h"

namespace altyn::data {
namespace {

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char letter : text) {
    quoted += letter;
    if (letter == '"') quoted += '"';
  }
  return quoted + "\"";
}

std::string json_text(std::string_view text) {
  using Handler = nlohmann::json::error_handler_t;
  return nlohmann::json(text).dump(-1, ' ', false, Handler::replace);
}

/// Every dictionary entry once in its written form, so that no row escapes a text again.
template <class Write>
std::vector<std::vector<std::string>> written_texts(const Table& table, const Write& write) {
  std::vector<std::vector<std::string>> written;
  for (const Column& column : table.columns()) {
    written.emplace_back();
    const auto* texts = std::get_if<TextColumn>(&column.values);
    if (texts == nullptr) continue;
    for (const std::string& text : texts->dictionary) written.back().push_back(write(text));
  }
  return written;
}

std::string to_json(const Table& table) {
  const std::vector<std::vector<std::string>> texts = written_texts(table, json_text);
  std::vector<std::string> names;
  for (const Column& column : table.columns()) names.push_back(json_text(column.name));
  std::string json = "[";
  for (Index row = 0; row < table.n_rows(); ++row) {
    const auto place = static_cast<std::size_t>(row);
    json += row == 0 ? "\n{" : ",\n{";
    for (std::size_t k = 0; k < names.size(); ++k) {
      json += fmt::format("{}{}:", k == 0 ? "" : ",", names[k]);
      const Column& column = table.columns()[k];
      if (const auto* numbers = std::get_if<NumberColumn>(&column.values)) {
        const double value = (*numbers)[place];
        if (std::isinf(value)) {
          throw InputError(
              {.code = "not-finite",
               .what = fmt::format("column \"{}\" holds an infinite number", column.name),
               .where = fmt::format("{}, {}", table.source(), table.place_of(row)),
               .why = "JSON has no word for it",
               .fixes = {"write .csv or .parquet"}});
        }
        json += is_missing(value) ? "null" : format_number(value);
      } else {
        const GroupId code = std::get<TextColumn>(column.values).codes[place];
        json += code == kNoGroup ? "null" : texts[k][code];
      }
    }
    json += "}";
  }
  return json + "\n]\n";
}

/// Lets the database write; one thread, so that the bytes do not depend on the machine.
void copy(const Table& table, const std::string& path, bool numbers_as_text,
          std::string_view options) {
  try {
    Database database(1);
    database.insert(table, "output", numbers_as_text);
    database.run(fmt::format("COPY output TO {} ({})", sql_text(path), options));
  } catch (const SystemError& error) {
    internal::fail_write(path, error.detail().what);
  }
}

}  // namespace

std::string to_csv(const Table& table) {
  const std::vector<std::vector<std::string>> texts = written_texts(table, csv_field);
  std::string csv;
  for (std::size_t k = 0; k < table.columns().size(); ++k) {
    if (k > 0) csv += ',';
    csv += csv_field(table.columns()[k].name);
  }
  csv += '\n';
  for (Index row = 0; row < table.n_rows(); ++row) {
    for (std::size_t k = 0; k < table.columns().size(); ++k) {
      if (k > 0) csv += ',';
      const Column& column = table.columns()[k];
      if (const auto* numbers = std::get_if<NumberColumn>(&column.values)) {
        csv += format_number((*numbers)[static_cast<std::size_t>(row)]);
      } else {
        const GroupId code =
            std::get<TextColumn>(column.values).codes[static_cast<std::size_t>(row)];
        if (code != kNoGroup) csv += texts[k][code];
      }
    }
    csv += '\n';
  }
  return csv;
}

void write_table(const Table& table, const std::string& path) {
  OutputFiles outputs;
  const std::string staged = outputs.stage(path);
  if (path.ends_with(".csv")) {
    internal::write_bytes(to_csv(table), staged);
  } else if (path.ends_with(".csv.gz")) {
    copy(table, staged, true, "FORMAT csv, HEADER, COMPRESSION gzip, USE_TMP_FILE false");
  } else if (path.ends_with(".parquet")) {
    copy(table, staged, false, "FORMAT parquet, USE_TMP_FILE false");
  } else if (path.ends_with(".json")) {
    internal::write_bytes(to_json(table), staged);
  } else {
    throw InputError({.code = "unknown-format",
                      .what = "the ending of the name tells no known format",
                      .where = path,
                      .why = "tables are written by the ending of their name",
                      .fixes = {"use .csv, .csv.gz, .parquet or .json"}});
  }
  outputs.commit();
}

}  // namespace altyn::data
