#include "altyn/data/io_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/number_text.h"

namespace altyn::data {

namespace {

constexpr std::array<IoSource, 4> kSources = {{
    {"adb_mrio", "ADB MRIO, multiregional input-output tables", "Asian Development Bank",
     "the provider's terms, with citation", "https://kidb.adb.org/mrio"},
    {"icio", "ICIO, inter-country input-output tables", "OECD",
     "the provider's terms, with citation", "https://oe.cd/icio"},
    {"wiod2013", "World Input-Output Database, release 2013", "University of Groningen",
     "CC BY 4.0", "https://www.rug.nl/ggdc/valuechain/wiod/wiod-2013-release"},
    {"wiod2016", "World Input-Output Database, release 2016", "University of Groningen",
     "CC BY 4.0", "https://www.rug.nl/ggdc/valuechain/wiod/wiod-2016-release"},
}};

struct OwnCode {
  std::string_view theirs;
  std::string_view code;
};

/// Codes of the Asian Development Bank that differ from ISO's.
constexpr OwnCode kAdbCodes[] = {
    {"PRC", "CHN"}, {"TAP", "TWN"}, {"GER", "DEU"}, {"SPA", "ESP"}, {"DEN", "DNK"}, {"IRE", "IRL"},
    {"SWI", "CHE"}, {"UKG", "GBR"}, {"NET", "NLD"}, {"POR", "PRT"}, {"INO", "IDN"}, {"BAN", "BGD"},
    {"MAL", "MYS"}, {"PHI", "PHL"}, {"VIE", "VNM"}, {"MON", "MNG"}, {"SRI", "LKA"}, {"FIJ", "FJI"},
    {"BRU", "BRN"}, {"BHU", "BTN"}, {"CAM", "KHM"}, {"MLD", "MDV"}, {"SIN", "SGP"}, {"UAE", "ARE"},
};

/// Parts of economies that OECD tells apart.
constexpr OwnCode kParts[] = {{"CN1", "CHN"}, {"CN2", "CHN"}, {"MX1", "MEX"}, {"MX2", "MEX"}};

constexpr std::string_view kFinalUses[] = {"HFCE", "NPISH", "NPS",  "GGFC",     "GFCF", "DPABR",
                                           "DIRP", "P33",   "CONS", "CONS_ABR", "FD"};
constexpr std::string_view kInventories[] = {"INVNT", "INV"};
constexpr std::string_view kTotals[] = {"OUT", "OUTPUT", "TOTAL", "TOT"};

template <class List>
bool is_one_of(std::string_view text, const List& list) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

[[noreturn]] void fail_layout(const IoSource& source, std::string what, const std::string& where,
                              std::vector<std::string> context = {}) {
  throw InputError({.code = "layout-mismatch",
                    .what = std::move(what),
                    .where = where,
                    .context = std::move(context),
                    .why = fmt::format("{} has its own rows and columns", source.title),
                    .fixes = {fmt::format("see the layout at {}", source.documentation),
                              "altyn data base --help lists the tables that are known"}});
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// The number in "c17" or "F5" or "17"; 0 where there is none.
int number_in(std::string_view text, char letter) {
  if (letter != 0) {
    if (text.empty() || std::tolower(static_cast<unsigned char>(text.front())) != letter) return 0;
    text.remove_prefix(1);
  }
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

/// What a row or a column is.
enum class Kind { kIgnored, kIndustry, kFinal, kInventory, kValueAdded, kTaxes, kOther, kOutput };

struct Label {
  Kind kind = Kind::kIgnored;
  std::string economy{};
  std::string sector{};
};

/// Rows below the industries, by their description.
Kind cost_row(std::string_view description) {
  const std::string text = lower(description);
  const auto has = [&](const char* words) { return text.find(words) != std::string::npos; };
  if (text.empty() || has("total intermediate") || text == "ii_fob") return Kind::kIgnored;
  if (has("taxes less subsidies") || text == "txsp") return Kind::kTaxes;
  if (has("value added") || text == "va") return Kind::kValueAdded;
  if (has("output at basic") || text == "go" || has("gross output")) return Kind::kOutput;
  if (has("cif") || has("purchases") || has("margin") || text == "exp_adj" || text == "purr" ||
      text == "purnr" || text == "inttm") {
    return Kind::kOther;
  }
  return Kind::kIgnored;
}

/// One file on its way into the matrices: header lines first, then rows of labels and numbers.
class Reading {
 public:
  Reading(const IoSource& source, const std::string& path) : source_(source), path_(path) {
    table_.source = path;
  }

  void take(Index line, std::vector<std::string>& fields) {
    line_ = line;
    if (std::all_of(fields.begin(), fields.end(), [](const auto& f) { return f.empty(); })) return;
    if (columns_.empty()) {
      find_header(fields);
      return;
    }
    add_row(fields);
  }

  IoTable finish() {
    if (columns_.empty()) {
      fail_layout(source_, "the file has no header of economies and sectors", path_);
    }
    for (std::size_t i = 0; i < rows_seen_.size(); ++i) {
      if (!rows_seen_[i].empty()) continue;
      fail_layout(source_,
                  fmt::format("there is no row of {} in {}", table_.sectors[i % n_sectors()],
                              table_.economies[i / n_sectors()]),
                  path_);
    }
    if (!has_value_added_) fail_layout(source_, "there is no row of value added", path_);
    if (!has_output_) fail_layout(source_, "there is no row of output", path_);
    if (n_blank_ > 0) table_.notes.push_back(fmt::format("{} empty cells are zero", n_blank_));
    name_sectors();
    return std::move(table_);
  }

 private:
  [[nodiscard]] std::size_t n_sectors() const { return table_.sectors.size(); }
  [[nodiscard]] std::string place() const { return fmt::format("{}, line {}", path_, line_); }
  [[nodiscard]] bool is_icio() const { return source_.name == "icio"; }

  void note(const std::string& sentence) {
    if (std::find(table_.notes.begin(), table_.notes.end(), sentence) == table_.notes.end()) {
      table_.notes.push_back(sentence);
    }
  }

  std::string economy(const std::string& text) {
    if (const auto known = economies_.find(text); known != economies_.end()) return known->second;
    std::string code;
    if (lower(text) == "row" || lower(text) == "rest of the world") {
      code = "ROW";
    } else {
      for (const OwnCode& part : kParts) {
        if (part.theirs == text && is_icio()) code = part.code;
      }
      for (const OwnCode& own : kAdbCodes) {
        if (own.theirs == text && source_.name == "adb_mrio") code = own.code;
      }
      if (code.empty()) {
        CodeReading reading = read_economy(text);
        if (reading.kind == CodeReading::Kind::kUnknown ||
            reading.kind == CodeReading::Kind::kAggregate) {
          fail_unknown_economy(text, place());
        }
        code = std::move(reading.code);
      }
      if (code != text) note(fmt::format("{} read as {}", text, code));
    }
    return economies_[text] = code;
  }

  /// A label such as AUS_01T02 or AUS_HFCE, or HFCE_AUS of the older releases.
  Label icio_label(const std::string& text) {
    if (is_one_of(text, kTotals)) return {Kind::kOutput};
    if (text == "VA" || text == "VALU") return {Kind::kValueAdded};
    if (text == "TLS" || text.ends_with("_TAXSUB") || text.ends_with("_TAX")) return {Kind::kTaxes};
    const std::size_t bar = text.find('_');
    if (bar == std::string::npos) return {};
    std::string first = text.substr(0, bar);
    std::string second = text.substr(bar + 1);
    if (is_one_of(first, kFinalUses) || is_one_of(first, kInventories)) std::swap(first, second);
    const Kind kind = is_one_of(second, kFinalUses)     ? Kind::kFinal
                      : is_one_of(second, kInventories) ? Kind::kInventory
                                                        : Kind::kIndustry;
    return {kind, economy(first), second};
  }

  /// A numbered column of the World Input-Output Database or of ADB.
  Label numbered(const std::string& economy_text, int number, bool final_letter) {
    const int n_own = source_.name == "wiod2016" ? 56 : 35;
    const int inventory = final_letter ? 5 : source_.name == "wiod2016" ? 61 : 42;
    if (number <= 0) return {};
    if (!final_letter && number <= n_own) {
      return {Kind::kIndustry, economy(economy_text), fmt::format("c{}", number)};
    }
    return {number == inventory ? Kind::kInventory : Kind::kFinal, economy(economy_text), ""};
  }

  void find_header(const std::vector<std::string>& fields) {
    std::vector<Label> columns(fields.size());
    std::size_t n_industries = 0;
    const auto set = [&](std::size_t k, Label label) {
      n_industries += label.kind == Kind::kIndustry ? 1U : 0U;
      columns[k] = std::move(label);
    };
    if (is_icio()) {
      if (!std::any_of(fields.begin(), fields.end(),
                       [](const auto& f) { return f.find('_') != std::string::npos; })) {
        return;
      }
      for (std::size_t k = 1; k < fields.size(); ++k) set(k, icio_label(fields[k]));
      n_labels_ = 1;
    } else if (source_.name == "wiod2016" && lower(fields.front()) == "industrycode") {
      flat_ = true;
      n_labels_ = 5;
      for (std::size_t k = 0; k < fields.size(); ++k) {
        const std::string name = lower(fields[k]);
        if (name == "country") economy_at_ = k;
        if (name == "rnr") number_at_ = k;
        if (name == "industrydescription") name_at_ = k;
      }
      for (std::size_t k = n_labels_; k < fields.size(); ++k) {
        if (is_one_of(fields[k], kTotals) || fields[k].size() < 4) continue;
        set(k, numbered(fields[k].substr(0, 3), number_in(std::string_view(fields[k]).substr(3), 0),
                        false));
      }
    } else {
      // The line of c1, c2, ... ends the header; the line above it names economies.
      const auto is_first = [](const std::string& f) { return number_in(f, 'c') == 1; };
      if (std::none_of(fields.begin() + std::min<std::ptrdiff_t>(4, std::ssize(fields)),
                       fields.end(), is_first)) {
        above_ = fields;
        return;
      }
      n_labels_ = 4;
      above_.resize(fields.size());
      for (std::size_t k = n_labels_; k < fields.size(); ++k) {
        if (above_[k].empty() || is_one_of(above_[k], kTotals)) continue;
        const int final_number = number_in(fields[k], 'f');
        set(k, numbered(above_[k], final_number > 0 ? final_number : number_in(fields[k], 'c'),
                        final_number > 0));
      }
    }
    if (n_industries == 0) return;
    columns_ = std::move(columns);
    make_matrices();
  }

  void make_matrices() {
    for (const Label& label : columns_) {
      if (label.kind != Kind::kIndustry) continue;
      if (!is_one_of(label.economy, table_.economies)) table_.economies.push_back(label.economy);
      if (!is_one_of(label.sector, table_.sectors)) table_.sectors.push_back(label.sector);
    }
    const std::size_t n = table_.economies.size();
    const std::size_t n_industries = table_.n_industries();
    for (std::size_t e = 0; e < n; ++e) economy_number_[table_.economies[e]] = e;
    for (std::size_t s = 0; s < n_sectors(); ++s) sector_number_[table_.sectors[s]] = s;
    check_complete();
    table_.intermediate.assign(n_industries * n_industries, 0.0);
    table_.final_use.assign(n_industries * n, 0.0);
    table_.inventories.assign(n_industries * n, 0.0);
    for (auto* row : {&table_.value_added, &table_.taxes, &table_.other_costs, &table_.output}) {
      row->assign(n_industries, 0.0);
    }
    rows_seen_.assign(n_industries, {});
    sector_names_.assign(n_sectors(), "");
    for (const Label& label : columns_) {
      if (label.kind != Kind::kFinal && label.kind != Kind::kInventory) continue;
      if (economy_number_.count(label.economy) == 0) {
        fail_layout(source_, fmt::format("{} has final uses and no industry", label.economy),
                    place());
      }
    }
  }

  /// Every sector has a column in every economy: a matrix of what the header only hints at would be
  /// larger than any memory.
  void check_complete() const {
    std::set<std::pair<std::string_view, std::string_view>> there;
    for (const Label& label : columns_) {
      if (label.kind == Kind::kIndustry) there.emplace(label.economy, label.sector);
    }
    if (there.size() == table_.n_industries()) return;
    for (const std::string& economy : table_.economies) {
      for (const std::string& sector : table_.sectors) {
        if (there.contains({economy, sector})) continue;
        fail_layout(source_, fmt::format("there is no column of {} in {}", sector, economy),
                    place());
      }
    }
  }

  [[nodiscard]] std::size_t industry(const Label& label) const {
    const auto economy_place = economy_number_.find(label.economy);
    const auto sector_place = sector_number_.find(label.sector);
    if (economy_place == economy_number_.end() || sector_place == sector_number_.end()) {
      fail_layout(source_,
                  fmt::format("the row of {} in {} has no column", label.sector, label.economy),
                  place());
    }
    return economy_place->second * n_sectors() + sector_place->second;
  }

  Label row_label(const std::vector<std::string>& fields) {
    const auto field = [&](std::size_t k) { return k < fields.size() ? fields[k] : std::string(); };
    if (is_icio()) return icio_label(field(0));
    const std::string where = field(flat_ ? economy_at_ : 2);
    const std::string code = field(flat_ ? number_at_ : 3);
    const int number =
        flat_ ? number_in(code, 0) : std::max(number_in(code, 'c'), number_in(code, 'r'));
    if (!where.empty() && !is_one_of(where, kTotals) && number > 0) {
      Label label = numbered(where, number, false);
      if (label.kind != Kind::kIndustry) return {};
      if (source_.name == "wiod2016") {
        sector_names_[sector_number_.count(label.sector) != 0 ? sector_number_[label.sector] : 0] =
            field(0);
      }
      return label;
    }
    const Kind by_name = cost_row(field(flat_ ? name_at_ : 1));
    return {by_name != Kind::kIgnored ? by_name : cost_row(field(0))};
  }

  double number(const std::string& text, std::size_t column) {
    if (text.empty()) {
      ++n_blank_;
      return 0.0;
    }
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size()) return value;
    const std::optional<double> other = parse_number(text, NumberStyle::kThousands);
    if (!other) {
      throw InputError({.code = "text-in-number",
                        .what = fmt::format("\"{}\" is no number", text),
                        .where = fmt::format("{}, field {}", place(), column + 1),
                        .why = "the cell holds an amount",
                        .fixes = {"mend the cell"}});
    }
    return *other;
  }

  void add_row(const std::vector<std::string>& fields) {
    const Label row = row_label(fields);
    if (row.kind == Kind::kIgnored || row.kind == Kind::kFinal || row.kind == Kind::kInventory) {
      return;
    }
    const bool is_industry = row.kind == Kind::kIndustry;
    const std::size_t from = is_industry ? industry(row) : 0;
    if (is_industry) {
      const std::string label =
          fmt::format("{}", fmt::join(fields.begin(),
                                      fields.begin() + std::min<std::ptrdiff_t>(
                                                           static_cast<std::ptrdiff_t>(n_labels_),
                                                           std::ssize(fields)),
                                      " "));
      std::vector<std::string>& seen = rows_seen_[from];
      if (is_one_of(label, seen)) {
        throw InputError(
            {.code = "duplicate-row",
             .what = fmt::format("there is a second row of {} in {}", row.sector, row.economy),
             .where = place(),
             .why = "adding them up would count sales twice"});
      }
      seen.push_back(label);
    }
    has_value_added_ = has_value_added_ || row.kind == Kind::kValueAdded;
    has_output_ = has_output_ || row.kind == Kind::kOutput;
    const std::size_t n = table_.economies.size();
    const std::size_t n_industries = table_.n_industries();
    if (fields.size() > columns_.size()) {
      fail_layout(
          source_,
          fmt::format("the row has {} fields, the header {}", fields.size(), columns_.size()),
          place());
    }
    for (std::size_t k = n_labels_; k < columns_.size(); ++k) {
      const Label& column = columns_[k];
      if (column.kind == Kind::kIgnored || column.kind == Kind::kOutput) continue;
      if (!is_industry && column.kind != Kind::kIndustry) continue;  // taxes on final uses
      if (k >= fields.size()) {
        ++n_blank_;
        continue;
      }
      const double value = number(fields[k], k);
      if (is_industry) {
        const std::size_t user = economy_number_[column.economy];
        switch (column.kind) {
          case Kind::kIndustry:
            table_.intermediate[from * n_industries + industry(column)] += value;
            break;
          case Kind::kFinal:
            table_.final_use[from * n + user] += value;
            break;
          default:
            table_.inventories[from * n + user] += value;
        }
        continue;
      }
      std::vector<double>& costs = row.kind == Kind::kValueAdded ? table_.value_added
                                   : row.kind == Kind::kTaxes    ? table_.taxes
                                   : row.kind == Kind::kOutput   ? table_.output
                                                                 : table_.other_costs;
      costs[industry(column)] += value;
    }
  }

  /// Release 2016 numbers its columns; its rows have the codes that users know ("C10-C12").
  void name_sectors() {
    if (source_.name != "wiod2016") return;
    for (std::size_t s = 0; s < n_sectors(); ++s) {
      if (!sector_names_[s].empty()) table_.sectors[s] = sector_names_[s];
    }
  }

  const IoSource& source_;
  std::string path_;
  IoTable table_;
  Index line_ = 0;
  bool flat_ = false;
  std::size_t n_labels_ = 1, economy_at_ = 2, number_at_ = 3, name_at_ = 1;
  std::vector<std::string> above_;
  std::vector<Label> columns_;
  std::map<std::string, std::string, std::less<>> economies_;
  std::map<std::string, std::size_t, std::less<>> economy_number_, sector_number_;
  std::vector<std::vector<std::string>> rows_seen_;  ///< [I] labels: parts of China share a row
  std::vector<std::string> sector_names_;
  bool has_value_added_ = false, has_output_ = false;
  Index n_blank_ = 0;
};

struct Groups {
  std::vector<std::string> names;
  std::vector<std::size_t> of;
};

Groups number_groups(const std::vector<std::string>& group_of) {
  Groups groups;
  groups.names = group_of;
  std::sort(groups.names.begin(), groups.names.end());
  groups.names.erase(std::unique(groups.names.begin(), groups.names.end()), groups.names.end());
  for (const std::string& name : group_of) {
    groups.of.push_back(static_cast<std::size_t>(
        std::lower_bound(groups.names.begin(), groups.names.end(), name) - groups.names.begin()));
  }
  return groups;
}

}  // namespace

std::span<const IoSource> io_sources() { return kSources; }

const IoSource& io_source(std::string_view name) {
  std::vector<std::string> known;
  for (const IoSource& source : kSources) {
    if (source.name == name) return source;
    known.emplace_back(source.name);
  }
  throw InputError({.code = "unknown-source",
                    .what = fmt::format("there is no input-output table called \"{}\"", name),
                    .where = "source",
                    .why = "each source has its own rows and columns",
                    .fixes = {fmt::format("one of {}", fmt::join(known, ", "))}});
}

IoTable read_io_table(const IoSource& source, const std::string& path, const std::string& sheet) {
  Reading reading(source, path);
  read_rows(path, Encoding::kUtf8, sheet,
            [&](Index line, std::vector<std::string>& fields) { reading.take(line, fields); });
  return reading.finish();
}

IoTable grouped(const IoTable& table, const std::vector<std::string>& economy_groups,
                const std::vector<std::string>& sector_groups, IoDuties* duties) {
  const Groups economies = number_groups(economy_groups);
  const Groups sectors = number_groups(sector_groups);
  IoTable result;
  result.source = table.source;
  result.notes = table.notes;
  result.economies = economies.names;
  result.sectors = sectors.names;
  const std::size_t n_old = table.economies.size();
  const std::size_t n = economies.names.size();
  const std::size_t old_industries = table.n_industries();
  const std::size_t n_industries = result.n_industries();
  std::vector<std::size_t> industry_of(old_industries);
  for (std::size_t i = 0; i < old_industries; ++i) {
    industry_of[i] = economies.of[i / table.sectors.size()] * sectors.names.size() +
                     sectors.of[i % table.sectors.size()];
  }
  result.intermediate.assign(n_industries * n_industries, 0.0);
  result.final_use.assign(n_industries * n, 0.0);
  result.inventories.assign(n_industries * n, 0.0);
  for (auto* row : {&result.value_added, &result.taxes, &result.other_costs, &result.output}) {
    row->assign(n_industries, 0.0);
  }
  std::vector<double> duty(n_industries * n, 0.0), bought(n_industries * n, 0.0);
  for (std::size_t i = 0; i < old_industries; ++i) {
    const std::size_t to = industry_of[i];
    result.value_added[to] += table.value_added[i];
    result.taxes[to] += table.taxes[i];
    result.other_costs[to] += table.other_costs[i];
    result.output[to] += table.output[i];
    std::vector<double> sold(n_old, 0.0);
    for (std::size_t k = 0; k < old_industries; ++k) {
      const double value = table.intermediate[i * old_industries + k];
      result.intermediate[to * n_industries + industry_of[k]] += value;
      sold[k / table.sectors.size()] += value;
    }
    for (std::size_t e = 0; e < n_old; ++e) {
      const std::size_t group = to * n + economies.of[e];
      result.final_use[group] += table.final_use[i * n_old + e];
      result.inventories[group] += table.inventories[i * n_old + e];
      sold[e] += table.final_use[i * n_old + e];
      if (duties == nullptr || !(sold[e] > 0.0)) continue;
      bought[group] += sold[e];
      duty[group] += sold[e] * duties->rate[i * n_old + e];
    }
  }
  if (duties != nullptr) {
    duties->rate.assign(n_industries * n, 0.0);
    for (std::size_t k = 0; k < bought.size(); ++k) {
      const bool inside = k / n / sectors.names.size() == k % n;
      if (bought[k] > 0.0 && !inside) duties->rate[k] = duty[k] / bought[k];
    }
  }
  return result;
}

}  // namespace altyn::data
