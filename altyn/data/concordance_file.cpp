#include "altyn/data/concordance_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "altyn/core/errors.h"
#include "altyn/data/lower_case.h"
#include "altyn/data/number_text.h"
#include "altyn/data/source_file.h"
#include "altyn/data/spreadsheet.h"

namespace altyn::data {

namespace {

using Cells = std::vector<std::string>;

struct Line {
  Index number = 0;
  Cells cells;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// Editions of the Harmonised System by the providers' numbers: HS0 or H0 is that of 1988/92.
constexpr std::array<std::string_view, 7> kEditions = {"1992", "1996", "2002", "2007",
                                                       "2012", "2017", "2022"};

std::string harmonised_edition(std::string_view number, bool numbered) {
  if (number == "1988" || number == "1988/92" || number == "88") return "HS1992";
  for (std::size_t k = 0; k < kEditions.size(); ++k) {
    if (number == kEditions[k] || number == kEditions[k].substr(2)) {
      return fmt::format("HS{}", kEditions[k]);
    }
    if (numbered && number.size() == 1 && number[0] - '0' == static_cast<int>(k)) {
      return fmt::format("HS{}", kEditions[k]);
    }
  }
  return "HS";  // HS6: codes of six digits
}

/// The one nomenclature that a header names: "From HS 2017", "ISIC Revision 3 Product Code", "H5",
/// "GTAP Product Code", "BEC4_3d"; "" where it names none, several, or describes its codes.
std::string nomenclature_in(const std::string& header) {
  const std::string text = lower_case(header);
  for (const char* other : {"descr", "name", "relation", "partial", "history", "note"}) {
    if (text.find(other) != std::string::npos) return "";
  }
  std::string found;
  for (const std::string_view family :
       {"hs", "isic", "sitc", "bec", "cpc", "cpa", "nace", "naics", "gtap", "h"}) {
    for (std::size_t at = text.find(family); at != std::string::npos;
         at = text.find(family, at + 1)) {
      std::size_t end = at + family.size();
      const bool inside =
          (at > 0 && is_letter(text[at - 1])) || (end < text.size() && is_letter(text[end]));
      if (inside || (family == "h" && (end >= text.size() || !is_digit(text[end])))) continue;
      for (const std::string_view word : {"revision", "rev.", "rev", "ver.", "version", "."}) {
        end = std::min(text.find_first_not_of(' ', end), text.size());
        if (std::string_view(text).substr(end).starts_with(word)) end += word.size();
      }
      end = std::min(text.find_first_not_of(' ', end), text.size());
      const std::size_t stop = std::min(text.find_first_not_of("0123456789./", end), text.size());
      const std::string number = text.substr(end, stop - end);
      const bool numbered = family == "h" || (stop < text.size() && text[stop] == '_');
      std::string name(family);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return static_cast<char>(c - 32); });
      name = family == "hs" || family == "h" ? harmonised_edition(number, numbered) : name + number;
      if (!found.empty() && found != name) return "";
      found = name;
    }
  }
  return found;
}

/// Where the columns of a header stand.
struct Columns {
  std::size_t line = 0;  ///< of the header, in the lines read
  std::size_t from = 0, to = 0;
  std::optional<std::size_t> weight{}, first_year{}, last_year{};
  std::string from_nomenclature{}, to_nomenclature{};
  bool plain = true;  ///< the user's own codes, taken as they are
};

constexpr std::size_t kMostTitles = 25;

std::optional<std::size_t> position(const Cells& cells, std::initializer_list<const char*> names) {
  for (std::size_t k = 0; k < cells.size(); ++k) {
    for (const char* name : names) {
      if (lower_case(cells[k]) == name) return k;
    }
  }
  return std::nullopt;
}

Columns with_weights(const Cells& header) {
  return {.weight = position(header, {"weight", "share"}),
          .first_year = position(header, {"first_year"}),
          .last_year = position(header, {"last_year"})};
}

/// The header of a provider: the first column of each of two nomenclatures.
std::optional<Columns> named_columns(const Cells& header) {
  Columns columns = with_weights(header);
  for (std::size_t k = 0; k < header.size(); ++k) {
    const std::string name = nomenclature_in(header[k]);
    if (name.empty()) continue;
    if (columns.from_nomenclature.empty()) {
      columns.from = k;
      columns.from_nomenclature = name;
    } else if (name != columns.from_nomenclature) {
      columns.to = k;
      columns.to_nomenclature = name;
      columns.plain = false;
      return columns;
    }
  }
  return std::nullopt;
}

std::optional<Columns> plain_columns(const Cells& header) {
  Columns columns = with_weights(header);
  const auto from = position(header, {"from"});
  const auto to = position(header, {"to"});
  if (!from || !to) return std::nullopt;
  columns.from = *from;
  columns.to = *to;
  return columns;
}

/// A header of two or three names that are none of the known ones: from, to, weight.
std::optional<Columns> columns_in_order(const std::vector<Line>& lines) {
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const Cells& cells = lines[k].cells;
    const auto named =
        static_cast<std::size_t>(std::count_if(cells.begin(), cells.end(), [](const auto& cell) {
          return !cell.empty() && !all_digits(cell) && !cell.starts_with('#');
        }));
    if (named == 0) continue;
    if (named != cells.size() || named < 2 || named > 3) return std::nullopt;
    Columns columns{.line = k, .from = 0, .to = 1};
    if (named == 3) columns.weight = 2;
    return columns;
  }
  return std::nullopt;
}

Columns find_columns(const std::vector<Line>& lines, const std::string& path) {
  // Above the names of the nomenclatures some tables say From and To.
  for (const auto& columns_of : {named_columns, plain_columns}) {
    for (std::size_t k = 0; k < std::min(lines.size(), kMostTitles); ++k) {
      if (auto columns = columns_of(lines[k].cells)) {
        columns->line = k;
        return *columns;
      }
    }
  }
  if (const auto columns = columns_in_order(lines)) return *columns;
  throw InputError(
      {.code = "layout-mismatch",
       .what = "no header names the two nomenclatures",
       .where = path,
       .context = {lines.empty()
                       ? "the file is empty"
                       : fmt::format("line {}: {:.200}", lines.front().number,
                                     fmt::format("{}", fmt::join(lines.front().cells, ", ")))},
       .why = "a concordance links the codes of one column to those of another",
       .fixes = {"name the columns from, to and, if need be, weight",
                 "take the table of the United Nations, of WITS or of the R package concordance "
                 "as it is published"}});
}

/// "0101.21", "101.21", "'010121" and "10121" are all 010121.
std::string harmonised_code(std::string code) {
  if (const std::size_t dot = code.find('.'); dot != std::string::npos) {
    std::string heading = code.substr(0, dot);
    std::string rest = code.substr(dot + 1);
    if (!all_digits(heading) || !all_digits(rest) || heading.size() > 4 || rest.size() > 2) {
      return code;
    }
    heading.insert(0, 4 - heading.size(), '0');
    rest.resize(2, '0');  // 0101.3 was 0101.30
    return heading + rest;
  }
  if (all_digits(code) && code.size() % 2 == 1) code.insert(0, 1, '0');
  return code;
}

std::string code_of(const std::string& cell, const std::string& nomenclature) {
  std::string code = cell;
  if (code.starts_with('\'')) code.erase(0, 1);
  return nomenclature.starts_with("HS") ? harmonised_code(std::move(code)) : code;
}

/// Classes of ISIC have four digits; "111" among them is 0111.
void restore_zeros(std::vector<std::string>& codes, const std::string& nomenclature) {
  if (!nomenclature.starts_with("ISIC")) return;
  const bool classes = std::all_of(codes.begin(), codes.end(), [](const std::string& code) {
    return all_digits(code) && (code.size() == 3 || code.size() == 4);
  });
  const bool any = std::any_of(codes.begin(), codes.end(),
                               [](const std::string& code) { return code.size() == 4; });
  if (!classes || !any) return;
  for (std::string& code : codes) {
    if (code.size() == 3) code.insert(0, 1, '0');
  }
}

double number_in(const std::string& cell, const std::string& where) {
  if (cell.empty() || is_missing_word(cell)) return kMissing;
  std::optional<double> value = parse_number(cell, NumberStyle::kPlain);
  if (!value) value = parse_number(cell, NumberStyle::kDecimalComma);
  if (value) return *value;
  throw InputError({.code = "text-in-number",
                    .what = fmt::format("\"{}\" is no number", cell),
                    .where = where,
                    .why = "the column holds weights or years",
                    .fixes = {"mend the cell"}});
}

std::string sheet_of(const std::string& path, const std::string& wanted) {
  if (!is_workbook(path)) return "";
  const std::vector<std::string> names = sheet_names(path);
  const auto named = [&](const std::string& part) {
    return std::find_if(names.begin(), names.end(), [&](const std::string& name) {
      return lower_case(name).find(lower_case(part)) != std::string::npos;
    });
  };
  const auto found = named(wanted.empty() ? "conversion" : wanted);
  if (found != names.end()) return *found;
  if (wanted.empty()) return "";
  return wanted;  // which is refused with the names of the sheets
}

std::vector<Line> read_lines(const std::string& path, const std::string& sheet,
                             ConcordanceFile& file) {
  std::vector<Line> lines;
  const auto keep = [&](Index number, Cells& cells) {
    lines.push_back({number, std::move(cells)});
  };
  try {
    read_rows(path, Encoding::kUtf8, sheet, keep);
  } catch (const InputError& error) {
    if (error.detail().code != "not-utf8") throw;
    lines.clear();
    read_rows(path, Encoding::kLatin1, sheet, keep);
    file.notes.push_back("its letters are read as Latin-1");
  }
  return lines;
}

/// Rows of a file that has columns from, to and no layout of its own.
ConcordanceFile read_typed(const std::string& path) {
  ConcordanceFile file{.table = read_source_file(path, {"from", "to"}), .from = "", .to = ""};
  (void)file.table.column("from");
  (void)file.table.column("to");
  return file;
}

}  // namespace

ConcordanceFile read_concordance(const std::string& path, const std::string& sheet) {
  if (path.ends_with(".parquet") || path.ends_with(".json")) return read_typed(path);
  ConcordanceFile file;
  const std::vector<Line> lines = read_lines(path, sheet_of(path, sheet), file);
  const Columns columns = find_columns(lines, path);
  file.from = columns.from_nomenclature;
  file.to = columns.to_nomenclature;
  std::vector<std::string> from, to;
  std::vector<Index> places;
  NumberColumn weight, first_year, last_year;
  Index n_one_sided = 0, n_twice = 0;
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t k = columns.line + 1; k < lines.size(); ++k) {
    const Cells& cells = lines[k].cells;
    const auto cell = [&](std::size_t at) { return at < cells.size() ? cells[at] : std::string(); };
    const std::string a = code_of(cell(columns.from), columns.from_nomenclature);
    const std::string b = code_of(cell(columns.to), columns.to_nomenclature);
    const auto none = [&](const std::string& code) {
      return code.empty() || (!columns.plain && is_missing_word(code));
    };
    if (none(a) && none(b)) continue;
    if (none(a) || none(b)) {
      ++n_one_sided;
      continue;
    }
    if (!columns.plain && !seen.emplace(a, b).second) {
      ++n_twice;
      continue;
    }
    from.push_back(a);
    to.push_back(b);
    places.push_back(lines[k].number);
    const auto add = [&](NumberColumn& values, const std::optional<std::size_t>& at) {
      if (!at) return;
      values.push_back(number_in(
          cell(*at), fmt::format("{}, line {}, field {}", path, lines[k].number, *at + 1)));
    };
    add(weight, columns.weight);
    add(first_year, columns.first_year);
    add(last_year, columns.last_year);
  }
  if (from.empty()) {
    throw InputError({.code = "empty-table",
                      .what = "no line links two codes",
                      .where = path,
                      .why = "there would be nothing to work with"});
  }
  restore_zeros(from, columns.from_nomenclature);
  restore_zeros(to, columns.to_nomenclature);
  file.table = Table(path);
  file.table.add("from", from);
  file.table.add("to", to);
  if (columns.weight) file.table.add("weight", std::move(weight));
  if (columns.first_year) file.table.add("first_year", std::move(first_year));
  if (columns.last_year) file.table.add("last_year", std::move(last_year));
  file.table.set_lines(std::move(places));
  if (!file.from.empty()) {
    file.notes.push_back(fmt::format("{} links of {} to {}", from.size(), file.from, file.to));
  }
  if (n_one_sided > 0) {
    file.notes.push_back(
        fmt::format("{} lines without a code on one side were passed over", n_one_sided));
  }
  if (n_twice > 0) {
    file.notes.push_back(fmt::format("{} links that stand twice count once", n_twice));
  }
  return file;
}

ConcordanceFile reversed(ConcordanceFile file) {
  if (file.table.has("weight")) {
    throw InputError({.code = "one-way-weights",
                      .what = "the concordance has weights",
                      .where = file.table.source(),
                      .why = "they are parts of its left codes and say nothing of the right ones",
                      .fixes = {"give a table of the other direction", "take the weights out"}});
  }
  std::swap(file.from, file.to);
  file.table.rename("from", "old from");
  file.table.rename("to", "from");
  file.table.rename("old from", "to");
  return file;
}

void check_chain(const std::vector<ConcordanceFile>& files) {
  for (std::size_t k = 0; k + 1 < files.size(); ++k) {
    const std::string& end = files[k].to;
    const std::string& start = files[k + 1].from;
    // "HS" without an edition fits all of them.
    if (end.empty() || start.empty() || end.starts_with(start) || start.starts_with(end)) continue;
    throw InputError({.code = "chain-does-not-fit",
                      .what = fmt::format(
                          "the table before it ends in {}, this one goes on from {}", end, start),
                      .where = files[k + 1].table.source(),
                      .context = {files[k].table.source()},
                      .why = "codes of another edition mean other goods",
                      .fixes = {"give the tables in the order of the way",
                                "reverse:FILE reads a table from right to left"}});
  }
}

}  // namespace altyn::data
