#include "altyn/attribution/result_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/core/fields_json.h"

namespace altyn::attribution {
namespace {

using nlohmann::json;

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

json number(const std::optional<double>& value) { return value ? number(*value) : json(nullptr); }

json interval(const std::optional<Interval>& value) {
  if (!value) return nullptr;
  return {{"low", number(value->low)}, {"mid", number(value->mid)}, {"high", number(value->high)}};
}

json cell(const Cell& value) {
  if (const bool* truth = std::get_if<bool>(&value)) return *truth;
  if (const double* amount = std::get_if<double>(&value)) return number(*amount);
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

}  // namespace

json to_json(const Certificate& one) {
  json blocks = json::array();
  for (const CertificateBlock& block : one.blocks) {
    blocks.push_back({{"name", block.name},
                      {"residual", number(block.residual)},
                      {"tolerance", number(block.tolerance)},
                      {"measure", block.measure},
                      {"worst", block.worst}});
  }
  return {{"subject", one.subject},     {"status", std::string(to_string(one.status))},
          {"holds", one.holds()},       {"blocks", std::move(blocks)},
          {"positive", one.positive},   {"closure", one.closure},
          {"numeraire", one.numeraire}, {"iterations", one.iterations}};
}

json to_json(const ResultTable& one) {
  json columns = json::array();
  for (const ResultColumn& column : one.columns) {
    columns.push_back({{"name", column.name}, {"label", column.label}, {"unit", column.unit}});
  }
  json rows = json::array();
  for (const auto& row : one.rows) {
    json cells = json::array();
    for (const Cell& value : row) cells.push_back(cell(value));
    rows.push_back(std::move(cells));
  }
  return {{"title", one.title},
          {"note", one.note},
          {"columns", std::move(columns)},
          {"rows", std::move(rows)}};
}

json to_json(const Source& one) {
  return {{"file", one.file},
          {"provider", one.provider},
          {"licence", one.licence},
          {"sha256", one.sha256},
          {"what", one.what}};
}

namespace {

json line(const LineOfEvidence& one) {
  json certificates = json::array();
  for (const Certificate& each : one.certificates) certificates.push_back(to_json(each));
  return {{"id", one.id},
          {"title", one.title},
          {"question", one.question},
          {"available", one.available},
          {"missing", one.missing},
          {"is_main", one.is_main},
          {"bound", one.bound},
          {"share", interval(one.share)},
          {"probability_at_threshold", number(one.probability_at_threshold)},
          {"finding", one.finding},
          {"limits", one.limits},
          {"data", one.data},
          {"period", one.period},
          {"controls", one.controls},
          {"seed", one.seed ? json(*one.seed) : json(nullptr)},
          {"certificates", std::move(certificates)},
          {"tables", one.tables}};
}

json ledger_entries(const std::vector<data::LedgerEntry>& entries) {
  json list = json::array();
  for (const data::LedgerEntry& entry : entries) {
    list.push_back({{"stage", entry.stage},
                    {"reason", entry.reason},
                    {"rows", entry.rows},
                    {"examples", entry.examples}});
  }
  return list;
}

json claim(const CheckResult& result) {
  json object = options_to_json(result.claim);
  object["reporter_name"] = result.reporter_name;
  object["partner_name"] = result.partner_name;
  object["agreement_name"] = result.agreement_name;
  object["threshold"] = result.threshold;
  return object;
}

json verdict(const Verdict& one) {
  return {
      {"number",
       {{"key", std::string(to_string(one.number.key))},
        {"label", one.number.label},
        {"sentence", one.number.sentence},
        {"rule", one.number.rule}}},
      {"cause",
       {{"key", std::string(to_string(one.cause.key))},
        {"label", one.cause.label},
        {"sentence", one.cause.sentence},
        {"rule", one.cause.rule},
        {"likelihood", one.cause.likelihood},
        {"probability", number(one.cause.probability)}}},
      {"confidence",
       {{"key", std::string(to_string(one.confidence.key))}, {"reasons", one.confidence.reasons}}},
      {"summary", one.summary},
      {"speaks_for", one.speaks_for},
      {"speaks_against", one.speaks_against},
      {"would_change", one.would_change}};
}

json run(const CheckResult& result) {
  json inputs = json::array();
  for (const auto& [path, sha256] : result.run.inputs) {
    inputs.push_back({{"path", path}, {"sha256", sha256}});
  }
  return {{"version", result.run.version}, {"command", result.run.command},
          {"seed", result.run.seed},       {"n_draws", result.options.n_draws},
          {"inputs", std::move(inputs)},   {"options", options_to_json(result.options)}};
}

}  // namespace

json to_json(const CheckResult& result) {
  json lines = json::array();
  json methods = json::array();
  for (const LineOfEvidence& one : result.lines) {
    lines.push_back(line(one));
    methods.push_back({{"id", one.id}, {"title", one.title}, {"text", one.method}});
  }
  json tables = json::object();
  for (const ResultTable& one : result.tables) tables[one.id] = to_json(one);
  json ledgers = json::array();
  for (const auto& [title, ledger] : result.ledgers) {
    ledgers.push_back({{"title", title},
                       {"rows_read", ledger.rows_read()},
                       {"dropped", ledger_entries(ledger.dropped())},
                       {"notes", ledger_entries(ledger.notes())},
                       {"rows_used", ledger.rows_used()}});
  }
  json findings = json::array();
  for (const DataFinding& one : result.findings) {
    findings.push_back({{"severity", one.severity},
                        {"check", one.check},
                        {"sentence", one.sentence},
                        {"where", one.where}});
  }
  json sources = json::array();
  for (const Source& one : result.sources) sources.push_back(to_json(one));
  return {{"schema", "altyn.check/1"},
          {"title", result.title},
          {"claim", claim(result)},
          {"verdict", verdict(result.verdict)},
          {"growth",
           {{"growth", result.growth.growth()},
            {"log_growth", result.growth.log_growth()},
            {"base_musd", result.growth.base_musd},
            {"value_musd", result.growth.value_musd}}},
          {"lines", std::move(lines)},
          {"synthesis",
           {{"share", interval(result.synthesis.share)},
            {"probability_at_threshold", number(result.synthesis.probability_at_threshold)},
            {"sentence", result.synthesis.sentence}}},
          {"tables", std::move(tables)},
          {"ledgers", std::move(ledgers)},
          {"findings", std::move(findings)},
          {"sources", std::move(sources)},
          {"methods", std::move(methods)},
          {"run", run(result)}};
}

json russian_json(const CheckResult& english, const CheckResult& russian) {
  json whole = to_json(russian);
  json claim = {{"in_our_words", russian.claim.in_our_words},
                {"strength", russian.claim.strength},
                {"reporter_name", russian.reporter_name},
                {"partner_name", russian.partner_name},
                {"agreement_name", russian.agreement_name}};
  json tables = json::object();
  for (std::size_t k = 0; k < russian.tables.size(); ++k) {
    json table = whole["tables"][russian.tables[k].id];
    if (english.tables[k].rows == russian.tables[k].rows) table.erase("rows");
    tables[russian.tables[k].id] = std::move(table);
  }
  json lines = json::array();
  for (json& line : whole["lines"]) {
    line.erase("certificates");
    lines.push_back(std::move(line));
  }
  return {{"title", whole["title"]},         {"claim", std::move(claim)},
          {"verdict", whole["verdict"]},     {"lines", std::move(lines)},
          {"synthesis", whole["synthesis"]}, {"tables", std::move(tables)},
          {"findings", whole["findings"]},   {"methods", whole["methods"]}};
}

}  // namespace altyn::attribution
