#include "altyn/study/article_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "altyn/attribution/bloc_number.h"
#include "altyn/attribution/claim_reader.h"
#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"
#include "altyn/study/check_study.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using nlohmann::json;

constexpr std::size_t kMostBytes = 10'000'000;
constexpr std::size_t kMostChecks = 20;

std::string claim_field(const Study& study, const std::string& name) {
  const json claim = study.content.value("claim", json());
  if (claim.is_string()) return name == "file" ? claim.get<std::string>() : "";
  if (!claim.is_object() || !claim.contains(name) || !claim.at(name).is_string()) return "";
  return claim.at(name).get<std::string>();
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw InputError({.code = "file-not-readable",
                      .what = fmt::format("the file {} cannot be read", path),
                      .where = path,
                      .why = "the claims are in it"});
  }
  std::string bytes(kMostBytes + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

/// Whether the study carries the text itself, be it empty.
bool has_text(const Study& study) {
  const json claim = study.content.value("claim", json());
  return claim.is_object() && claim.contains("text");
}

json field_json(const attribution::ReadField& field) {
  if (field.value.empty()) return nullptr;
  json made = {{"value", field.value}, {"words", field.words}};
  if (!field.words.empty()) made["at"] = {field.begin, field.end};
  if (!field.other_readings.empty()) made["other_readings"] = field.other_readings;
  return made;
}

json claim_json(const attribution::ReadClaim& claim) {
  return {{"sentence", claim.sentence},
          {"at", {claim.begin, claim.end}},
          {"growth", claim.growth},
          {"is_share", claim.is_share},
          {"figure", field_json(claim.figure)},
          {"hedge", field_json(claim.hedge)},
          {"measure", field_json(claim.measure)},
          {"reporter", field_json(claim.reporter)},
          {"partner", field_json(claim.partner)},
          {"bloc", field_json(claim.bloc)},
          {"window", field_json(claim.window)},
          {"versus", field_json(claim.versus)},
          {"agreement", field_json(claim.agreement)},
          {"strength", field_json(claim.strength)},
          {"speaker", field_json(claim.speaker)},
          {"missing", claim.missing}};
}

std::string line_of(const std::string& name, const attribution::ReadField& field) {
  if (field.value.empty()) return "";
  std::string line = fmt::format("    {:<10} {}", name, field.value);
  if (!field.words.empty() && field.words != field.value) {
    line += fmt::format("   (\"{}\")", field.words);
  }
  if (!field.other_readings.empty()) {
    line += fmt::format("   or {}", fmt::join(field.other_readings, ", "));
  }
  return line + "\n";
}

std::string claim_text(std::size_t number, const attribution::ReadClaim& claim) {
  std::string text = fmt::format("\n  {}. {}\n", number, claim.sentence);
  for (const auto& [name, field] :
       {std::pair<std::string, const attribution::ReadField&>{"figure", claim.figure},
        {"rounding", claim.hedge},
        {"measure", claim.measure},
        {"reporter", claim.reporter},
        {"partner", claim.partner},
        {"bloc", claim.bloc},
        {"window", claim.window},
        {"versus", claim.versus},
        {"agreement", claim.agreement},
        {"strength", claim.strength},
        {"speaker", claim.speaker}}) {
    text += line_of(name, field);
  }
  return text;
}

/// The fields of a claim that the user gave for what the text leaves blank.
attribution::Claim filled(const Study& study, const attribution::ReadClaim& read,
                          const std::string& date) {
  attribution::Claim claim = read.to_claim();
  claim.date = date;
  json given = study.content.value("claim", json::object());
  if (!given.is_object()) return claim;
  json blanks = json::object();
  const json known = options_to_json(claim);
  const json untouched = options_to_json(attribution::Claim{});
  for (const auto& [key, value] : given.items()) {
    if (key == "file" || key == "text") continue;
    if (!known.contains(key) || known.at(key) == untouched.at(key)) blanks[key] = value;
  }
  options_from_json(claim, blanks, study.where + " [claim]");
  return claim;
}

/// Whether the trade spoken of is that among the members of a bloc.
bool is_inside_bloc(const attribution::ReadClaim& read, const attribution::Claim& claim) {
  return !read.bloc.value.empty() && claim.reporter.empty();
}

/// Why a claim is not checked; "" when it can be.
std::string obstacle(const attribution::ReadClaim& read, const attribution::Claim& claim) {
  if (read.is_share) return "a share of trade is no growth, and customs totals do not answer it";
  std::vector<std::string> blank;
  if (!is_inside_bloc(read, claim) && (claim.reporter.empty() || claim.partner.empty())) {
    blank.emplace_back("a pair (--pair RUS:KAZ)");
  }
  if (claim.window.empty()) blank.emplace_back("a window (--window 2017-02..2017-07)");
  return blank.empty() ? "" : fmt::format("the text does not give {}", fmt::join(blank, " and "));
}

/// What makes two claims the same question, whatever sentence they stand in.
std::string question_of(const attribution::ReadClaim& read, const attribution::Claim& claim) {
  json fields = options_to_json(claim);
  for (const char* field : {"in_our_words", "speaker"}) fields.erase(field);
  return read.bloc.value + fields.dump();
}

constexpr const char* kBlocCause =
    "the cause of growth inside a bloc: the lines of evidence are about a pair";

/// The number of a claim on trade inside a bloc; nothing, with the reason, when it has no data.
std::optional<attribution::BlocNumber> bloc_number(const attribution::Claim& claim,
                                                   const std::string& bloc, const CheckData& data,
                                                   const attribution::CheckOptions& options,
                                                   DataSources& sources, std::string& reason) {
  const attribution::CheckInputs inputs = read_check_inputs(claim, data, sources);
  if (!inputs.world) {
    reason = "no yearly table of world trade was given";
    return std::nullopt;
  }
  return attribution::judge_bloc(claim, bloc, *inputs.world, inputs.agreements, options, reason);
}

json bloc_json(const attribution::BlocNumber& found) {
  return {{"key", attribution::to_string(found.verdict.key)},
          {"label", found.verdict.label},
          {"sentence", found.verdict.sentence},
          {"rule", found.verdict.rule},
          {"members", found.members},
          {"limits", found.limits},
          {"table", attribution::to_json(found.table)}};
}

}  // namespace

bool is_article(const Study& study) {
  if (has_text(study)) return true;
  const std::string file = claim_field(study, "file");
  const auto ends = [&file](std::string_view ending) { return file.ends_with(ending); };
  return ends(".txt") || ends(".html") || ends(".htm");
}

StudyResult run_article(const Study& study, Context& context) {
  check_sections(study, {"claim", "data", "options"});
  const auto data = read_section<CheckData>(study, "data");
  const auto options = read_section<attribution::CheckOptions>(study, "options");
  DataSources sources(study, data.cases);
  std::string bytes = claim_field(study, "text");
  std::string where = "the text given";
  if (!has_text(study)) {
    where = claim_field(study, "file");
    bytes = bytes_of(sources.find(where));
  }
  if (bytes.size() > kMostBytes) {
    throw InputError({.code = "article-too-long",
                      .what = "the text is longer than 10 million bytes",
                      .where = where,
                      .why = "an article is read whole",
                      .fixes = {"give the part with the claim"}});
  }
  const attribution::ReadText read = attribution::read_claims(bytes, claim_field(study, "date"));
  if (read.claims.empty()) {
    throw InputError({.code = "no-claim",
                      .what = "no claim about trade was found in the text",
                      .where = where,
                      .why = "a claim is a percentage by which trade, turnover, exports or imports "
                             "rose or fell; plans, forecasts and denials are none",
                      .fixes = {"altyn check --pair RUS:KAZ --window 2017-02..2017-07 --says 40"}});
  }

  StudyResult result;
  json listed = json::array();
  result.text = fmt::format("\n{} in {}{}\n",
                            read.claims.size() == 1
                                ? std::string("One claim about trade")
                                : fmt::format("{} claims about trade", read.claims.size()),
                            where, read.date.empty() ? "" : ", dated " + read.date);
  std::vector<std::size_t> checkable;
  std::vector<std::string> reasons;
  for (std::size_t k = 0; k < read.claims.size(); ++k) {
    const attribution::Claim claim = filled(study, read.claims[k], read.date);
    reasons.push_back(obstacle(read.claims[k], claim));
    if (reasons.back().empty()) checkable.push_back(k);
  }
  std::vector<std::pair<std::size_t, StudyResult>> checks;
  std::map<std::size_t, attribution::BlocNumber> blocs;
  std::map<std::string, std::size_t> asked;
  for (const std::size_t k : checkable) {
    const attribution::Claim claim = filled(study, read.claims[k], read.date);
    const auto [first, is_new] = asked.try_emplace(question_of(read.claims[k], claim), k);
    if (!is_new || asked.size() > kMostChecks) {
      reasons[k] = is_new ? fmt::format("the first {} claims of a text are checked", kMostChecks)
                          : fmt::format("the same as claim {}", first->second + 1);
      continue;
    }
    try {
      if (is_inside_bloc(read.claims[k], claim)) {
        auto number =
            bloc_number(claim, read.claims[k].bloc.value, data, options, sources, reasons[k]);
        if (!number) continue;
        blocs.emplace(k, std::move(*number));
        reasons[k] = kBlocCause;
        continue;
      }
      checks.emplace_back(k, check_claim(study, claim, data, options, sources, context));
    } catch (const InputError& error) {
      reasons[k] = error.detail().what;  // the data do not answer this claim; the others go on
    }
  }
  for (std::size_t k = 0; k < read.claims.size(); ++k) {
    json one = claim_json(read.claims[k]);
    result.text += claim_text(k + 1, read.claims[k]);
    const auto check = std::find_if(checks.begin(), checks.end(),
                                    [k](const auto& entry) { return entry.first == k; });
    const auto bloc = blocs.find(k);
    if (bloc != blocs.end()) {
      result.text += fmt::format("    number     {}. {}\n", bloc->second.verdict.label,
                                 bloc->second.verdict.sentence);
      if (!bloc->second.limits.empty()) {
        result.text += fmt::format("               {}\n", bloc->second.limits);
      }
    }
    one["number"] = bloc == blocs.end() ? json() : bloc_json(bloc->second);
    if (check == checks.end()) {
      result.text += fmt::format("    not checked: {}\n", reasons[k]);
      one["not_checked"] = reasons[k];
      one["result"] = nullptr;
    } else {
      one["not_checked"] = "";
      one["result"] = check->second.value;
    }
    listed.push_back(std::move(one));
  }
  for (auto& [k, check] : checks) {
    result.text += check.text;
    for (OutputFile& file : check.files) {
      if (checks.size() > 1) file.name = fmt::format("claim-{}-{}", k + 1, file.name);
      result.files.push_back(std::move(file));
    }
    result.certificates.insert(result.certificates.end(), check.certificates.begin(),
                               check.certificates.end());
  }
  result.value = {{"schema", "altyn.claims/1"}, {"date", read.date}, {"claims", listed}};
  result.files.push_back({"claims.json", result.value.dump(1) + "\n"});
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
