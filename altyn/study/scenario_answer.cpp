#include "altyn/study/scenario_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "altyn/study/report_page.h"

namespace altyn::study {
namespace {

using attribution::Cell;
using attribution::ResultColumn;
using attribution::ResultTable;
using nlohmann::json;

constexpr std::size_t kShownRows = 25;
// Beyond this a change of real income is more than trade policy has been found to do to a whole
// economy.
constexpr double kLargeChange = 0.05;
constexpr double kToldDriver = 0.1;

std::string percent(double fraction) { return signed_text(100.0 * fraction, 2) + "%"; }

bool in_percent(const ResultColumn& column) {
  return column.unit == "fraction" || column.unit == "share" || column.unit == "log";
}

std::string cell_text(const Cell& cell, const ResultColumn& column) {
  if (const double* value = std::get_if<double>(&cell)) {
    if (std::isnan(*value)) return "";
    if (column.unit == "share") return fmt::format("{:.2f}", 100.0 * *value);
    if (in_percent(column)) return signed_text(100.0 * *value, 3);
    return fmt::format("{:.6g}", *value + 0.0);  // no minus before a zero
  }
  return text_of(cell);
}

std::string flag_words(const Study& study) {
  std::string words;
  const json flags = study.content.value("flags", json::object());
  for (const auto& [key, value] : flags.items()) {
    std::string flag = key;
    std::replace(flag.begin(), flag.end(), '_', '-');
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    std::erase_if(text, [](char c) { return c == '[' || c == ']' || c == '"'; });
    words += fmt::format(" --{} {}", flag, text);
  }
  return words;
}

}  // namespace

std::string signed_text(double value, int decimals) {
  std::string text = fmt::format("{:+.{}f}", value, decimals);
  if (text.find_first_of("123456789") == std::string::npos) text.erase(0, 1);
  return text;
}

double number_of(const Cell& cell) {
  const double* value = std::get_if<double>(&cell);
  return value == nullptr ? data::kMissing : *value;
}

std::string text_of(const Cell& cell) {
  const std::string* value = std::get_if<std::string>(&cell);
  return value == nullptr ? "" : *value;
}

const ResultTable& ScenarioAnswer::table(const std::string& id) const {
  for (const ResultTable& one : tables) {
    if (one.id == id) return one;
  }
  throw InternalError({.code = "no-table", .what = "no table " + id});
}

std::string driver_words(const std::vector<std::pair<std::string, double>>& drivers) {
  std::vector<std::string> words;
  for (const auto& [name, share] : drivers) {
    if (words.size() == 2 || share < kToldDriver) break;
    words.push_back(fmt::format("{} ({:.0f}% of the variance)", name, 100.0 * share));
  }
  if (words.empty()) return "no single assumption";
  return fmt::format("{}", fmt::join(words, " and "));
}

std::vector<std::string> income_sentences(const std::vector<IncomeLine>& lines) {
  constexpr std::size_t kTold = 6, kToldRanges = 3;
  if (lines.empty()) return {};
  std::string changes = "Real income: ", ranges;
  for (std::size_t k = 0; k < std::min(lines.size(), kTold); ++k) {
    const IncomeLine& one = lines[k];
    changes += fmt::format("{}{} {}", k == 0 ? "" : "; ", one.name, percent(one.change));
    if (std::isnan(one.low)) continue;
    changes += fmt::format(" ({} to {}{})", percent(one.low), percent(one.high),
                           one.low < 0.0 && one.high > 0.0 ? ", the sign is open" : "");
    if (k < kToldRanges) {
      ranges += fmt::format("{}for {} on {}", ranges.empty() ? "The range rests " : "; ", one.name,
                            one.rests_on);
    }
  }
  std::vector<std::string> sentences = {changes + "."};
  if (!ranges.empty()) sentences.push_back(ranges + ".");
  return sentences;
}

std::vector<std::string> large_change_sentences(const std::vector<IncomeLine>& lines) {
  std::vector<std::string> sentences;
  for (const IncomeLine& one : lines) {
    double largest = std::abs(one.change);
    if (!std::isnan(one.low)) {
      largest = std::max({largest, std::abs(one.low), std::abs(one.high)});
    }
    if (largest <= kLargeChange) continue;
    sentences.push_back(
        fmt::format("Too large to take at face value: {} reaches {:.1f}% of real income, more than "
                    "trade policy "
                    "has been found to do to a whole economy. It rests on {}.",
                    one.name, 100.0 * largest, one.rests_on));
  }
  return sentences;
}

std::string aligned_text(const ResultTable& table, std::size_t max_rows) {
  const std::size_t n_rows = std::min(table.rows.size(), max_rows);
  std::vector<std::vector<std::string>> cells(n_rows + 1);
  for (const ResultColumn& column : table.columns) {
    const bool told = column.unit.empty() || column.unit == "number" || column.unit == "currency";
    cells[0].push_back(in_percent(column) ? column.label + " %"
                       : told             ? column.label
                                          : fmt::format("{} ({})", column.label, column.unit));
  }
  for (std::size_t r = 0; r < n_rows; ++r) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      cells[r + 1].push_back(cell_text(table.rows[r][c], table.columns[c]));
    }
  }
  std::string text = fmt::format("\033[1m{}\033[0m\n", table.title);
  for (std::size_t r = 0; r <= n_rows; ++r) {
    if (r == 0) text += "\033[2m";
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      std::size_t width = 0;
      for (const auto& row : cells) width = std::max(width, row[c].size());
      const bool number = n_rows > 0 && std::holds_alternative<double>(table.rows[0][c]);
      text += number ? fmt::format("{}{:>{}}", c == 0 ? "" : "  ", cells[r][c], width)
                     : fmt::format("{}{:<{}}", c == 0 ? "" : "  ", cells[r][c], width);
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    text += r == 0 ? "\033[0m\n" : "\n";
  }
  if (n_rows < table.rows.size()) {
    text +=
        fmt::format("\033[2m{} more rows in {}.csv\033[0m\n", table.rows.size() - n_rows, table.id);
  }
  return text;
}

std::string plain_answer_text(const ScenarioAnswer& answer) {
  std::string text = fmt::format("\033[1m{}\033[0m\n{}\n\n", answer.title, answer.about);
  for (const ResultTable& table : answer.tables) {
    if (table.id != "economies") text += aligned_text(table, kShownRows) + "\n";
  }
  for (const std::string& paragraph : answer.summary) text += paragraph + "\n";
  for (const std::string& note : answer.notes) text += fmt::format("\033[2m{}\033[0m\n", note);
  for (const Certificate& certificate : answer.certificates) {
    text += fmt::format("\033[2m{}\033[0m\n", certificate.summary());
  }
  return text;
}

ResultTable comparison_of(const std::vector<ScenarioAnswer>& answers) {
  ResultTable table{.id = "comparison",
                    .title = "Real income, scenario by scenario",
                    .note = "Range: 5th to 95th percentile of the draws",
                    .columns = {{"scenario", "Scenario", ""},
                                {"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"real_income_change", "Real income", "fraction"},
                                {"low", "5%", "fraction"},
                                {"high", "95%", "fraction"}}};
  std::vector<std::string> concerned;
  for (const ScenarioAnswer& answer : answers) {
    concerned.insert(concerned.end(), answer.concerned.begin(), answer.concerned.end());
  }
  std::sort(concerned.begin(), concerned.end());
  for (const ScenarioAnswer& answer : answers) {
    if (!answer.failure.empty()) continue;
    for (const auto& row : answer.table("economies").rows) {
      if (!std::binary_search(concerned.begin(), concerned.end(), text_of(row[0]))) continue;
      table.add({answer.name, row[0], row[1], row[2], row[3], row[4]});
    }
  }
  return table;
}

std::string comparison_text(const std::vector<ScenarioAnswer>& answers) {
  const ResultTable table = comparison_of(answers);
  std::vector<std::string> codes, names;
  for (const auto& row : table.rows) {
    const std::string code = text_of(row[1]);
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) continue;
    codes.push_back(code);
    names.push_back(text_of(row[2]));
  }
  std::string text = "\033[1mReal income, change in % [5%, 95%]\033[0m\n";
  for (std::size_t e = 0; e < codes.size(); ++e) {
    text += fmt::format("\n{}\n", names[e]);
    for (const auto& row : table.rows) {
      if (text_of(row[1]) != codes[e]) continue;
      text += fmt::format("  {:<36}{:>8.2f}", text_of(row[0]), 100.0 * number_of(row[3]));
      if (!std::isnan(number_of(row[4]))) {
        text +=
            fmt::format("  [{:.2f}, {:.2f}]", 100.0 * number_of(row[4]), 100.0 * number_of(row[5]));
      }
      text += "\n";
    }
  }
  for (const ScenarioAnswer& answer : answers) {
    if (!answer.failure.empty()) text += fmt::format("\n{}: {}\n", answer.name, answer.failure);
  }
  return text;
}

json to_json(const ScenarioAnswer& answer) {
  nlohmann::json certificates = nlohmann::json::array();
  for (const Certificate& one : answer.certificates) {
    certificates.push_back(attribution::to_json(one));
  }
  nlohmann::json tables = nlohmann::json::object();
  for (const ResultTable& one : answer.tables) tables[one.id] = attribution::to_json(one);
  return {{"schema", "altyn.scenario/1"}, {"name", answer.name},       {"title", answer.title},
          {"about", answer.about},        {"summary", answer.summary}, {"notes", answer.notes},
          {"certificates", certificates}, {"tables", tables}};
}

void add_record(StudyResult& result, const Study& study, const std::string& files,
                const json& options, const DataSources& sources, const Context& context) {
  json& value = result.value;
  value["sources"] = json::array();
  json inputs = json::array();
  for (const InputFile& input : sources.inputs()) {
    inputs.push_back({{"path", input.path}, {"sha256", input.sha256}});
    if (const data::CaseFile* file = sources.bundled(input)) {
      value["sources"].push_back(
          attribution::to_json(attribution::Source{.file = file->file,
                                                   .provider = file->provider,
                                                   .licence = file->licence,
                                                   .sha256 = input.sha256,
                                                   .what = file->what}));
    } else {
      value["sources"].push_back(
          attribution::to_json(attribution::Source{.file = input.path, .sha256 = input.sha256}));
    }
  }
  value["run"] = {{"version", version()},
                  {"command", fmt::format("altyn {} {}{}",
                                          study.kind == "corridors" ? "corridors run" : "simulate",
                                          files, flag_words(study))},
                  {"seed", context.seed},
                  {"n_draws", options.value("n_draws", json())},
                  {"inputs", std::move(inputs)},
                  {"options", options}};
}

void add_report_files(StudyResult& result) {
  result.files.push_back({"report.html", report_html(result.value)});
  result.files.push_back({"report.md", without_colour(result.text)});
  result.files.push_back({"result.json", result.value.dump(1) + "\n"});
}

SimulatedScenario finished_run(ScenarioAnswer answer, AnswerText* text, const Study& study,
                               const json& options, const DataSources& sources,
                               const Context& context) {
  SimulatedScenario run{.answer = std::move(answer), .result = {}};
  StudyResult& result = run.result;
  result.certificates = run.answer.certificates;
  result.inputs = sources.inputs();
  if (!run.answer.failure.empty()) {
    result.text = fmt::format("No answer: {}\n", run.answer.failure);
    return run;
  }
  result.text = text(run.answer);
  result.value = to_json(run.answer);
  add_record(result, study, study.where, options, sources, context);
  add_report_files(result);
  for (const ResultTable& table : run.answer.tables) {
    if (table.id == "real_income") continue;  // the first rows of all economies
    const std::string file = table.id == "economies" ? "key_results"
                             : table.id == "pairs"   ? "trade"
                                                     : table.id;
    result.files.push_back({file + ".csv", attribution::to_data_table(table)});
  }
  return run;
}

}  // namespace altyn::study
