#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/data/agreements.h"
#include "altyn/data/cases.h"
#include "altyn/data/month.h"
#include "commands.h"
#include "style.h"

namespace altyn::app {
namespace {

struct AgreementsRequest {
  std::string pair;
  std::string month;
  std::string set;
  std::string shares;
  std::vector<std::string> files;
  bool json = false;
};

struct Pair {
  std::string first;
  std::string second;
};

Pair read_pair(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw InputError({.code = "bad-pair",
                      .what = fmt::format("\"{}\" is not a pair of economies", text),
                      .where = "PAIR",
                      .why = "agreements bind pairs",
                      .fixes = {"write two ISO codes with a colon: RUS:KAZ"}});
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

data::Date read_day(const std::string& text) {
  return data::Date::parse(text.size() == 7 ? text + "-01" : text, "--shares");
}

std::string show_bindings(const data::AgreementRegistry& registry, const AgreementsRequest& request,
                          nlohmann::json& value) {
  const Pair pair = read_pair(request.pair);
  const data::Month month = data::Month::parse(request.month, "--month");
  const std::vector<data::Binding> bindings = registry.binding(pair.first, pair.second, month);
  std::string text =
      fmt::format("{} and {} in {}\n", bold(pair.first), bold(pair.second), month.to_string());
  if (bindings.empty()) text += "  no agreement on record binds them\n";
  for (const data::Binding& binding : bindings) {
    text += fmt::format("  {}  {} since {}\n", bold(binding.name), data::to_string(binding.kind),
                        binding.since.to_string());
    text += dim(fmt::format("      {}\n", binding.source));
    value.push_back({{"agreement", binding.agreement},
                     {"name", binding.name},
                     {"kind", data::to_string(binding.kind)},
                     {"since", binding.since.to_string()},
                     {"source", binding.source}});
  }
  return text;
}

std::string show_shares(const data::AgreementRegistry& registry, const AgreementsRequest& request,
                        nlohmann::json& value) {
  const std::string set = request.set.empty() ? "EAEU" : request.set;
  const data::DutyShares* shares = registry.duty_shares(set, read_day(request.shares));
  if (shares == nullptr) {
    return fmt::format("No sourced duty shares of {} are known for {}.\n", set, request.shares);
  }
  std::string text =
      fmt::format("Import duties of {} are shared since {} as\n", set, shares->from.to_string());
  for (const auto& [economy, share] : shares->shares) {
    text += fmt::format("  {}  {:>7.3f}%\n", economy, 100.0 * share);
    value.push_back({{"economy", economy}, {"share", share}});
  }
  return text + dim(fmt::format("  {}\n", shares->source));
}

std::string show_list(const data::AgreementRegistry& registry, const AgreementsRequest& request,
                      nlohmann::json& value) {
  std::string text;
  std::vector<const data::Agreement*> chosen;
  if (request.set.empty()) {
    for (const data::Agreement& agreement : registry.agreements()) chosen.push_back(&agreement);
  } else {
    chosen = registry.set(request.set);
  }
  for (const data::Agreement* agreement : chosen) {
    text += fmt::format("{:<24}  {:<18}  {}{}  {}\n", agreement->id,
                        data::to_string(agreement->kind), agreement->in_force.to_string(),
                        agreement->ended ? ".." + agreement->ended->to_string() : "            ",
                        agreement->name);
    value.push_back({{"id", agreement->id},
                     {"name", agreement->name},
                     {"kind", data::to_string(agreement->kind)},
                     {"in_force", agreement->in_force.to_string()}});
    if (request.set.empty()) continue;
    for (const data::Membership& member : agreement->members) {
      text += fmt::format("    {}  {}{}\n", member.economy, member.from.to_string(),
                          member.to ? ".." + member.to->to_string() : "");
    }
    for (const data::AgreementStage& stage : agreement->stages) {
      text += fmt::format("    {}  {}\n", stage.date.to_string(), stage.what);
    }
    text += dim(fmt::format("    source: {}\n", agreement->source));
  }
  return text;
}

int run_agreements(Session& session, const AgreementsRequest& request) {
  const data::CasesFolder cases = data::CasesFolder::find();
  std::vector<std::string> files = {cases.open("agreements_eaeu"), cases.open("agreements_world")};
  files.insert(files.end(), request.files.begin(), request.files.end());
  const data::AgreementRegistry registry = data::AgreementRegistry::read(files);
  nlohmann::json value = nlohmann::json::array();
  std::string text;
  if (!request.pair.empty()) {
    if (request.month.empty()) {
      throw InputError(
          {.code = "missing-option",
           .what = "a pair needs a month",
           .where = "--month",
           .why = "memberships start and end",
           .fixes = {fmt::format("altyn agreements {} --month 2017-04", request.pair)}});
    }
    text = show_bindings(registry, request, value);
  } else if (!request.shares.empty()) {
    text = show_shares(registry, request, value);
  } else {
    text = show_list(registry, request, value);
  }
  session.print(request.json ? value.dump(2) + "\n" : text);
  return 0;
}

}  // namespace

void add_agreements_command(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<AgreementsRequest>();
  CLI::App* command =
      app.add_subcommand("agreements", "Which agreements bound a pair in a month, and since when");
  command->add_option("pair", request->pair, "two ISO codes, RUS:KAZ; without it, all agreements");
  command->add_option("--month", request->month, "the month asked about, 2017-04");
  command->add_option("--set", request->set, "an agreement with all it grew from: EAEU, EU");
  command->add_option("--shares", request->shares, "how duties are shared on this day, 2017-05-01");
  command->add_option("--agreements", request->files, "files of your own, read on top");
  command->add_flag("--json", request->json, "as JSON");
  command->footer(
      "\nExamples:\n  altyn agreements RUS:KAZ --month 2010-06\n"
      "  altyn agreements --set EAEU\n  altyn agreements --shares 2020-01-01");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_agreements(session, *request); });
  });
}

}  // namespace altyn::app
