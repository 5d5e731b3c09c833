#include "altyn/study/agreements_study.h"

#include <fmt/format.h>

#include "altyn/core/errors.h"
#include "altyn/data/agreements.h"
#include "altyn/data/month.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using nlohmann::json;

// Columns of text that grow row by row.
struct TextRows {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> texts;  // [column][row]
  explicit TextRows(std::vector<std::string> columns)
      : names(std::move(columns)), texts(names.size()) {}
  void add(const std::vector<std::string>& row) {
    for (std::size_t k = 0; k < row.size(); ++k) texts[k].push_back(row[k]);
  }
  [[nodiscard]] data::Table table() const {
    data::Table table("agreements");
    for (std::size_t k = 0; k < names.size(); ++k) table.add(names[k], texts[k]);
    return table;
  }
};

std::string day_or_nothing(const std::optional<data::Date>& day) {
  return day ? day->to_string() : "";
}

std::string dim(const std::string& text) { return "\033[2m" + text + "\033[0m"; }
std::string bold(const std::string& text) { return "\033[1m" + text + "\033[0m"; }

void add_bindings(const data::AgreementRegistry& registry, const AgreementsStudy& asked,
                  const std::string& where, StudyResult& result) {
  const std::size_t colon = asked.pair.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == asked.pair.size()) {
    throw InputError({.code = "bad-pair",
                      .what = fmt::format("\"{}\" is not a pair of economies", asked.pair),
                      .where = where + " pair",
                      .why = "agreements bind pairs",
                      .fixes = {"write two ISO codes with a colon: RUS:KAZ"}});
  }
  if (asked.month.empty()) {
    throw InputError({.code = "missing-option",
                      .what = "a pair needs a month",
                      .where = where + " month",
                      .why = "memberships start and end",
                      .fixes = {fmt::format("altyn agreements {} --month 2017-04", asked.pair)}});
  }
  const std::string first = asked.pair.substr(0, colon), second = asked.pair.substr(colon + 1);
  const data::Month month = data::Month::parse(asked.month, where + " month");
  const std::vector<data::Binding> bindings = registry.binding(first, second, month);
  TextRows rows({"agreement", "name", "kind", "since", "source"});
  result.text = fmt::format("{} and {} in {}\n", bold(first), bold(second), month.to_string());
  if (bindings.empty()) result.text += "  no agreement on record binds them\n";
  for (const data::Binding& one : bindings) {
    const std::string kind(data::to_string(one.kind)), since = one.since.to_string();
    result.text += fmt::format("  {}  {} since {}\n", bold(one.name), kind, since);
    result.text += dim(fmt::format("      {}\n", one.source));
    result.value.push_back({{"agreement", one.agreement},
                            {"name", one.name},
                            {"kind", kind},
                            {"since", since},
                            {"source", one.source}});
    rows.add({one.agreement, one.name, kind, since, one.source});
  }
  result.files.push_back({"agreements.csv", rows.table()});
}

void add_shares(const data::AgreementRegistry& registry, const AgreementsStudy& asked,
                const std::string& where, StudyResult& result) {
  const std::string set = asked.set.empty() ? "EAEU" : asked.set;
  const std::string day = asked.shares.size() == 7 ? asked.shares + "-01" : asked.shares;
  const data::DutyShares* shares =
      registry.duty_shares(set, data::Date::parse(day, where + " shares"));
  std::vector<std::string> economies;
  data::NumberColumn values;
  if (shares == nullptr) {
    result.text =
        fmt::format("No sourced duty shares of {} are known for {}.\n", set, asked.shares);
  } else {
    result.text =
        fmt::format("Import duties of {} are shared since {} as\n", set, shares->from.to_string());
    for (const auto& [economy, share] : shares->shares) {
      result.text += fmt::format("  {}  {:>7.3f}%\n", economy, 100.0 * share);
      result.value.push_back({{"economy", economy}, {"share", share}});
      economies.push_back(economy);
      values.push_back(share);
    }
    result.text += dim(fmt::format("  {}\n", shares->source));
  }
  data::Table table("agreements");
  table.add("economy", economies);
  table.add("share", std::move(values), "share");
  result.files.push_back({"agreements.csv", std::move(table)});
}

std::string agreement_line(const data::Agreement& one) {
  return fmt::format("{:<24}  {:<18}  {}{}  {}\n", one.id, data::to_string(one.kind),
                     one.in_force.to_string(),
                     one.ended ? ".." + one.ended->to_string() : "            ", one.name);
}

json agreement_value(const data::Agreement& one) {
  return {{"id", one.id},
          {"name", one.name},
          {"kind", data::to_string(one.kind)},
          {"in_force", one.in_force.to_string()},
          {"ended", one.ended ? json(one.ended->to_string()) : json()},
          {"source", one.source}};
}

void add_all(const data::AgreementRegistry& registry, StudyResult& result) {
  TextRows rows({"id", "name", "kind", "in_force", "ended", "source"});
  for (const data::Agreement& one : registry.agreements()) {
    result.text += agreement_line(one);
    result.value.push_back(agreement_value(one));
    rows.add({one.id, one.name, std::string(data::to_string(one.kind)), one.in_force.to_string(),
              day_or_nothing(one.ended), one.source});
  }
  result.files.push_back({"agreements.csv", rows.table()});
}

void add_set(const data::AgreementRegistry& registry, const std::string& set, StudyResult& result) {
  TextRows rows({"agreement", "name", "kind", "economy", "from", "to", "source"});
  for (const data::Agreement* one : registry.set(set)) {
    result.text += agreement_line(*one);
    json value = agreement_value(*one);
    value["members"] = json::array();
    for (const data::Membership& member : one->members) {
      const std::string from = member.from.to_string(), to = day_or_nothing(member.to);
      result.text +=
          fmt::format("    {}  {}{}\n", member.economy, from, to.empty() ? "" : ".." + to);
      value["members"].push_back(
          {{"economy", member.economy}, {"from", from}, {"to", to.empty() ? json() : json(to)}});
      rows.add({one->id, one->name, std::string(data::to_string(one->kind)), member.economy, from,
                to, member.source});
    }
    for (const data::AgreementStage& stage : one->stages) {
      result.text += fmt::format("    {}  {}\n", stage.date.to_string(), stage.what);
    }
    result.text += dim(fmt::format("    source: {}\n", one->source));
    result.value.push_back(std::move(value));
  }
  result.files.push_back({"agreements.csv", rows.table()});
}

}  // namespace

std::vector<Field<AgreementsStudy>> AgreementsStudy::fields() {
  return {make_field(&AgreementsStudy::pair,
                     {.name = "pair", .doc = "two ISO codes, RUS:KAZ; without it, all agreements"}),
          make_field(&AgreementsStudy::month,
                     {.name = "month", .doc = "the month asked about, 2017-04"}),
          make_field(&AgreementsStudy::set,
                     {.name = "set", .doc = "an agreement with all it grew from: EAEU, EU"}),
          make_field(&AgreementsStudy::shares,
                     {.name = "shares", .doc = "how duties are shared on this day, 2017-05-01"}),
          make_field(&AgreementsStudy::agreements,
                     {.name = "agreements", .doc = "files of your own, read on top"})};
}

StudyResult run_agreements(const Study& study, Context&) {
  check_sections(study, {"agreements"});
  const auto asked = read_section<AgreementsStudy>(study, "agreements");
  DataSources sources(study);
  std::vector<std::string> files;
  for (const char* name : {"agreements_eaeu", "agreements_world"}) {
    files.push_back(sources.find(name));
  }
  for (const std::string& name : asked.agreements) files.push_back(sources.find(name));
  const data::AgreementRegistry registry = data::AgreementRegistry::read(files);
  StudyResult result;
  result.value = json::array();
  result.inputs = sources.inputs();
  if (!asked.pair.empty()) {
    add_bindings(registry, asked, study.where, result);
  } else if (!asked.shares.empty()) {
    add_shares(registry, asked, study.where, result);
  } else if (!asked.set.empty()) {
    add_set(registry, asked.set, result);
  } else {
    add_all(registry, result);
  }
  return result;
}

}  // namespace altyn::study
