#include "altyn/data/csv_dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "altyn/core/errors.h"

namespace altyn::data {
namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

bool is_comment(std::string_view line) { return line.starts_with('#'); }

struct Shape {
  std::size_t n_fields = 0;  // of most lines
  std::size_t header = 0;    // the first line that is neither blank, comment nor title
  std::size_t header_fields = 0;
};

Shape shape_for(const std::vector<std::string>& lines, char delimiter) {
  std::map<std::size_t, std::size_t> frequency;
  std::vector<std::size_t> counts;
  for (const std::string& line : lines) {
    counts.push_back(split_fields(line, delimiter).size());
    if (!is_blank(line) && !is_comment(line)) ++frequency[counts.back()];
  }
  Shape shape;
  std::size_t most = 0;
  for (const auto& [n_fields, n_lines] : frequency) {
    if (n_lines >= most) {  // of equally frequent counts the larger one: titles are short
      most = n_lines;
      shape.n_fields = n_fields;
    }
  }
  while (shape.header < lines.size() &&
         (is_blank(lines[shape.header]) || is_comment(lines[shape.header]) ||
          (counts[shape.header] == 1 && shape.n_fields > 1))) {
    ++shape.header;
  }
  if (shape.header < lines.size()) shape.header_fields = counts[shape.header];
  return shape;
}

}  // namespace

std::vector<std::string> split_fields(std::string_view line, char delimiter) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t k = 0; k < line.size(); ++k) {
    const char letter = line[k];
    if (quoted && letter == '"' && k + 1 < line.size() && line[k + 1] == '"') {
      fields.back() += '"';
      ++k;
    } else if (letter == '"' && (quoted || fields.back().empty())) {
      quoted = !quoted;
    } else if (letter == delimiter && !quoted) {
      fields.emplace_back();
    } else if (letter != '\r') {
      fields.back() += letter;
    }
  }
  return fields;
}

CsvDialect detect_dialect(const std::vector<std::string>& lines, char delimiter,
                          const std::string& path) {
  const std::string_view candidates = ",;\t|";
  CsvDialect dialect;
  Shape best;
  for (const char candidate : delimiter == 0 ? candidates : std::string_view(&delimiter, 1)) {
    const Shape shape = shape_for(lines, candidate);
    const auto score = [](const Shape& of) {
      return std::tuple(of.n_fields > 1, of.header_fields == of.n_fields, of.n_fields);
    };
    if (best.n_fields == 0 || score(shape) > score(best)) {
      best = shape;
      dialect.delimiter = candidate;
    }
  }
  if (best.header >= lines.size() || best.n_fields == 0) {
    throw InputError({.code = "empty-table",
                      .what = "the file holds no table",
                      .where = path,
                      .why = "the first line must name the columns",
                      .fixes = {"check that the right file was saved"}});
  }
  if (best.header_fields != best.n_fields) {
    throw InputError(
        {.code = "ragged-row",
         .what = fmt::format("the header names {} columns, most rows have {}", best.header_fields,
                             best.n_fields),
         .where = fmt::format("{}, line {}", path, best.header + 1),
         .context = {lines[best.header]},
         .why = "values would stand under the wrong name",
         .fixes = {"give every column one name", "quote values that hold the delimiter"}});
  }
  dialect.n_skipped = static_cast<Index>(best.header);
  dialect.names = split_fields(lines[best.header], dialect.delimiter);
  for (std::string& name : dialect.names) {
    name.erase(0, std::min(name.find_first_not_of(' '), name.size()));
    name.erase(name.find_last_not_of(' ') + 1);
  }
  return dialect;
}

}  // namespace altyn::data
