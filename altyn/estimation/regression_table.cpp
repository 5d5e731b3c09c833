#include "altyn/estimation/regression_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "altyn/core/errors.h"
#include "altyn/estimation/effect_in_words.h"
#include "altyn/estimation/estimate_json.h"
#include "altyn/estimation/table_layout.h"
#include "altyn/estimation/word_file.h"

namespace altyn::estimation {
namespace {

[[noreturn]] void fail_option(std::string what, std::string why, std::vector<std::string> fixes) {
  throw InputError({.code = "bad-option",
                    .what = std::move(what),
                    .where = "regression table",
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

/// Minus as a hyphen here; each format turns it into its own sign.
std::string number_text(double value, Index digits) {
  if (!std::isfinite(value)) return "";
  return fmt::format("{:.{}f}", value, digits);
}

std::string star_text(double p, const std::vector<double>& levels) {
  std::size_t count = 0;
  for (const double level : levels) count += p < level ? 1 : 0;
  return std::string(count, '*');
}

std::map<std::string, std::string> label_map(const std::vector<std::string>& labels) {
  std::map<std::string, std::string> result;
  for (const std::string& label : labels) {
    const std::size_t equals = label.find('=');
    if (equals == std::string::npos || equals == 0) {
      fail_option(fmt::format("label \"{}\" has no =", label), "a label renames a coefficient",
                  {"write \"rta=Regional agreement\""});
    }
    result[label.substr(0, equals)] = label.substr(equals + 1);
  }
  return result;
}

class TableMaker {
 public:
  TableMaker(std::span<const Estimate> estimates, const RegressionTableOptions& options)
      : estimates_(estimates), options_(options), labels_(label_map(options.labels)) {
    if (!options.headers.empty() && options.headers.size() != estimates.size()) {
      fail_option(fmt::format("{} headers for {} models", options.headers.size(), estimates.size()),
                  "every model has one column", {"give one header per model"});
    }
  }

  TableLayout make() {
    layout_.title = options_.title;
    for (std::size_t m = 0; m < estimates_.size(); ++m) {
      layout_.headers.push_back(options_.headers.empty() ? fmt::format("({})", m + 1)
                                                         : options_.headers[m]);
      layout_.subheaders.push_back(estimates_[m].outcome);
    }
    coefficient_rows();
    effect_rows();
    statistic_rows();
    notes();
    return std::move(layout_);
  }

 private:
  [[nodiscard]] std::vector<std::string> shown_names() const {
    std::vector<std::string> names;
    for (const Estimate& estimate : estimates_) {
      for (const Coefficient& row : estimate.coefficients) {
        if (std::find(names.begin(), names.end(), row.name) == names.end()) {
          names.push_back(row.name);
        }
      }
    }
    const auto check = [&](const std::vector<std::string>& list) {
      for (const std::string& name : list) {
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        const std::string near = nearest_name(name, names);
        fail_option(fmt::format("no model has a coefficient {}", name),
                    "only estimated coefficients have a row",
                    near.empty() ? std::vector<std::string>{}
                                 : std::vector<std::string>{fmt::format("write {}", near)});
      }
    };
    check(options_.keep);
    check(options_.drop);
    if (!options_.keep.empty()) names = options_.keep;
    std::erase_if(names, [&](const std::string& name) {
      return std::find(options_.drop.begin(), options_.drop.end(), name) != options_.drop.end();
    });
    // The intercept closes the list, as readers expect.
    std::stable_partition(names.begin(), names.end(),
                          [](const std::string& name) { return name != "(Intercept)"; });
    return names;
  }

  [[nodiscard]] std::string label_of(const std::string& name) const {
    const auto found = labels_.find(name);
    return found == labels_.end() ? name : found->second;
  }

  void add_coefficient(const std::string& label, const std::vector<const Coefficient*>& per_model) {
    TableRow values{.kind = TableRow::Kind::kCoefficient, .label = label, .cells = {}};
    TableRow errors{.kind = TableRow::Kind::kError, .label = "", .cells = {}};
    for (const Coefficient* row : per_model) {
      TableCell value;
      TableCell error;
      if (row != nullptr) {
        value.text = number_text(row->value, options_.digits);
        if (options_.stars) value.stars = star_text(row->p, options_.star_levels);
        error.text = fmt::format("({})", number_text(row->se, options_.digits));
      }
      values.cells.push_back(std::move(value));
      errors.cells.push_back(std::move(error));
    }
    layout_.rows.push_back(std::move(values));
    layout_.rows.push_back(std::move(errors));
  }

  void coefficient_rows() {
    for (const std::string& name : shown_names()) {
      std::vector<const Coefficient*> per_model;
      for (const Estimate& estimate : estimates_) {
        const auto place = std::find_if(estimate.coefficients.begin(), estimate.coefficients.end(),
                                        [&](const Coefficient& row) { return row.name == name; });
        const bool shown = estimate.certified() && place != estimate.coefficients.end();
        per_model.push_back(shown ? &*place : nullptr);
      }
      add_coefficient(label_of(name), per_model);
    }
    if (!options_.mean_effect) return;
    std::vector<const Coefficient*> per_model;
    for (const Estimate& estimate : estimates_) {
      per_model.push_back(estimate.certified() && estimate.mean_effect ? &*estimate.mean_effect
                                                                       : nullptr);
    }
    add_coefficient("mean effect", per_model);
  }

  void effect_rows() {
    std::vector<std::string> names;
    for (const Estimate& estimate : estimates_) {
      for (const EffectInfo& effect : estimate.effects) {
        if (std::find(names.begin(), names.end(), effect.name) == names.end()) {
          names.push_back(effect.name);
        }
      }
    }
    for (const std::string& name : names) {
      add_statistic(TableRow::Kind::kEffect, label_of(name), [&](const Estimate& estimate) {
        const bool has = std::any_of(estimate.effects.begin(), estimate.effects.end(),
                                     [&](const EffectInfo& effect) { return effect.name == name; });
        return std::string(has ? "Yes" : "No");
      });
    }
  }

  template <class Text>
  void add_statistic(TableRow::Kind kind, const std::string& label, const Text& text) {
    TableRow row{.kind = kind, .label = label, .cells = {}};
    bool any = false;
    for (const Estimate& estimate : estimates_) {
      row.cells.push_back({.text = text(estimate), .stars = ""});
      any = any || !row.cells.back().text.empty();
    }
    if (any) layout_.rows.push_back(std::move(row));
  }

  void statistic_rows() {
    using Kind = TableRow::Kind;
    const auto certified = [](auto text) {
      return [text](const Estimate& e) { return e.certified() ? text(e) : std::string(); };
    };
    add_statistic(Kind::kStatistic, "Observations",
                  [](const Estimate& e) { return fmt::format("{}", fmt::group_digits(e.n_obs)); });
    add_statistic(Kind::kStatistic, "Clusters", [](const Estimate& e) {
      return e.n_clusters > 0 ? fmt::format("{}", fmt::group_digits(e.n_clusters)) : std::string();
    });
    add_statistic(Kind::kStatistic, "Pseudo R2", certified([](const Estimate& e) {
                    return e.r2 ? std::string() : number_text(e.pseudo_r2, 4);
                  }));
    add_statistic(Kind::kStatistic, "R2", certified([](const Estimate& e) {
                    return e.r2 ? number_text(*e.r2, 4) : std::string();
                  }));
    add_statistic(Kind::kStatistic, "Within R2", certified([](const Estimate& e) {
                    return e.within_r2 ? number_text(*e.within_r2, 4) : std::string();
                  }));
    add_statistic(Kind::kStatistic, "Estimator",
                  [](const Estimate& e) { return std::string(option_name(e.family)); });
  }

  [[nodiscard]] std::string column_name(std::size_t model) const {
    return fmt::format("column {}", model + 1);
  }

  /// One note for all models that agree, else one per model.
  template <class Text>
  void add_note_per_model(const Text& text) {
    std::vector<std::string> texts;
    for (const Estimate& estimate : estimates_) texts.push_back(text(estimate));
    const bool same = std::all_of(texts.begin(), texts.end(),
                                  [&](const std::string& t) { return t == texts[0]; });
    for (std::size_t m = 0; m < texts.size(); ++m) {
      if (texts[m].empty()) continue;
      if (same) {
        layout_.notes.push_back(texts[m]);
        return;
      }
      layout_.notes.push_back(fmt::format("{}: {}", column_name(m), texts[m]));
    }
  }

  void notes() {
    if (options_.stars && !options_.star_levels.empty()) {
      std::vector<double> levels = options_.star_levels;
      std::sort(levels.begin(), levels.end(), std::greater<>());
      std::vector<std::string> parts;
      for (std::size_t k = 0; k < levels.size(); ++k) {
        parts.push_back(fmt::format("{} p < {:g}", std::string(k + 1, '*'), levels[k]));
      }
      layout_.notes.push_back(fmt::format("{}", fmt::join(parts, ", ")));
    }
    add_note_per_model([](const Estimate& e) {
      std::string text = fmt::format("Standard errors in parentheses: {}", e.se_kind);
      if (e.n_clusters > 0) {
        text += fmt::format(", {} clusters", fmt::group_digits(e.n_clusters));
      }
      return fmt::format("{}; small-sample convention {}.", text, to_string(e.se_convention));
    });
    add_note_per_model([](const Estimate& e) {
      std::vector<std::string> parts;
      for (const data::LedgerEntry& entry : e.ledger.dropped()) {
        parts.push_back(fmt::format("{} {}", fmt::group_digits(entry.rows), entry.reason));
      }
      if (parts.empty()) return std::string();
      return fmt::format("Rows read {}; left out: {}.", fmt::group_digits(e.ledger.rows_read()),
                         fmt::join(parts, "; "));
    });
    add_note_per_model([](const Estimate& e) {
      std::vector<std::string> parts;
      for (const DroppedRegressor& row : e.dropped) {
        parts.push_back(fmt::format("{} ({})", row.name, row.reason));
      }
      return parts.empty() ? std::string() : fmt::format("Dropped: {}.", fmt::join(parts, "; "));
    });
    for (std::size_t m = 0; m < estimates_.size(); ++m) {
      if (estimates_[m].certified()) continue;
      layout_.notes.push_back(fmt::format("{} is NOT CERTIFIED and shows no numbers: {}",
                                          column_name(m), estimates_[m].certificate.summary()));
    }
    if (options_.trade_elasticity > 0.0) words();
    for (const std::string& note : options_.notes) layout_.notes.push_back(note);
  }

  void words() {
    for (const Estimate& estimate : estimates_) {
      if (!estimate.certified()) continue;
      for (const Coefficient& row : estimate.coefficients) {
        if (row.name == "(Intercept)") continue;
        const std::string sentence =
            effect_in_words(estimate, row.name, options_.trade_elasticity).sentence;
        const std::string prefix =
            estimates_.size() > 1
                ? fmt::format("{}: ",
                              column_name(static_cast<std::size_t>(&estimate - &estimates_[0])))
                : "";
        layout_.notes.push_back(prefix + sentence);
      }
    }
  }

  std::span<const Estimate> estimates_;
  const RegressionTableOptions& options_;
  std::map<std::string, std::string> labels_;
  TableLayout layout_;
};

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string tidy_csv(std::span<const Estimate> estimates) {
  std::string text =
      "model,outcome,estimator,kind,name,value,std_error,statistic,p_value,low,high\n";
  const auto number = [](double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : std::string();
  };
  for (std::size_t m = 0; m < estimates.size(); ++m) {
    const Estimate& e = estimates[m];
    const std::string head =
        fmt::format("{},{},{}", m + 1, csv_field(e.outcome), option_name(e.family));
    if (e.certified()) {
      for (const Coefficient& row : e.coefficients) {
        text += fmt::format("{},coefficient,{},{},{},{},{},{},{}\n", head, csv_field(row.name),
                            number(row.value), number(row.se), number(row.z), number(row.p),
                            number(row.low), number(row.high));
      }
    }
    const auto statistic = [&](std::string_view name, const std::string& value) {
      text += fmt::format("{},statistic,{},{},,,,,\n", head, name, value);
    };
    statistic("n_obs", fmt::format("{}", e.n_obs));
    if (e.n_clusters > 0) statistic("n_clusters", fmt::format("{}", e.n_clusters));
    statistic("certified", e.certified() ? "1" : "0");
    if (!e.certified()) continue;
    statistic("log_likelihood", number(e.log_likelihood));
    statistic("deviance", number(e.deviance));
    statistic("pseudo_r2", number(e.pseudo_r2));
    if (e.r2) statistic("r2", number(*e.r2));
    if (e.within_r2) statistic("within_r2", number(*e.within_r2));
  }
  return text;
}

}  // namespace

std::vector<Field<RegressionTableOptions>> RegressionTableOptions::fields() {
  using O = RegressionTableOptions;
  return {
      make_field(&O::title, {.name = "title", .doc = "title above the table"}),
      make_field(&O::headers, {.name = "headers", .doc = "column heads, one per model"}),
      make_field(&O::labels,
                 {.name = "labels", .doc = "names for rows: \"rta=Regional agreement\""}),
      make_field(&O::keep, {.name = "keep", .doc = "coefficients to show, in this order"}),
      make_field(&O::drop, {.name = "drop", .doc = "coefficients to leave out"}),
      make_field(&O::stars, {.name = "stars", .doc = "marks p values with stars"}),
      make_field(&O::star_levels,
                 {.name = "star_levels", .doc = "p values below which a star is added"}),
      make_field(
          &O::digits,
          {.name = "digits", .doc = "decimals of coefficients", .minimum = 0, .maximum = 12}),
      make_field(&O::mean_effect,
                 {.name = "mean_effect", .doc = "adds the mean of the absorbed effects"}),
      make_field(&O::trade_elasticity,
                 {.name = "trade_elasticity",
                  .doc = "adds each effect in words, with its tariff equivalent at this trade "
                         "elasticity; 0 leaves them out",
                  .minimum = 0,
                  .maximum = 100}),
  };
}

TableFormat table_format_of(std::string_view path) {
  struct Row {
    std::string_view ending;
    TableFormat format;
  };
  static constexpr Row kRows[] = {
      {".txt", TableFormat::kText},  {".md", TableFormat::kMarkdown}, {".html", TableFormat::kHtml},
      {".tex", TableFormat::kLatex}, {".typ", TableFormat::kTypst},   {".csv", TableFormat::kCsv},
      {".json", TableFormat::kJson}, {".docx", TableFormat::kDocx},
  };
  std::vector<std::string_view> endings;
  for (const Row& row : kRows) {
    if (path.ends_with(row.ending)) return row.format;
    endings.push_back(row.ending);
  }
  throw InputError(
      {.code = "unknown-format",
       .what = fmt::format("no table format for {}", path),
       .where = std::string(path),
       .why = fmt::format("the ending chooses the format: {}", fmt::join(endings, " ")),
       .fixes = {"name the file table.html"}});
}

std::string render_table(std::span<const Estimate> estimates, const RegressionTableOptions& options,
                         TableFormat format) {
  if (format == TableFormat::kCsv) return tidy_csv(estimates);
  if (format == TableFormat::kJson) return estimates_to_json_text(estimates);
  const TableLayout layout = TableMaker(estimates, options).make();
  switch (format) {
    case TableFormat::kMarkdown:
      return to_markdown(layout);
    case TableFormat::kHtml:
      return to_html(layout);
    case TableFormat::kLatex:
      return to_latex(layout);
    case TableFormat::kTypst:
      return to_typst(layout);
    case TableFormat::kDocx:
      return to_word_file(layout);
    default:
      return to_text(layout);
  }
}

}  // namespace altyn::estimation
