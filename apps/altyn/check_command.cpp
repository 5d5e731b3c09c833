#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "altyn/attribution/text_tokens.h"
#include "altyn/core/errors.h"
#include "altyn/study/check_study.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct CheckRequest {
  std::string file;
  std::string pair;
  double says = 0.0;
  std::string output;
  attribution::Claim claim;
  study::CheckData data;
  attribution::CheckOptions options;
  std::vector<std::string> claim_given, data_given, options_given;
};

/// Standard input as valid text, up to one byte more than an article may have.
std::string standard_input() {
  constexpr std::size_t kMostBytes = 10'000'001;
  std::string bytes(kMostBytes, '\0');
  std::cin.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::cin.gcount()));
  return attribution::valid_utf8(bytes);
}

nlohmann::json claim_section(const CheckRequest& request) {
  nlohmann::json claim = section_of(request.claim, request.claim_given);
  if (request.file == "-") {
    claim["text"] = standard_input();
  } else if (!request.file.empty()) {
    claim["file"] = request.file;
  }
  if (!request.pair.empty()) {
    const std::size_t colon = request.pair.find(':');
    if (colon == std::string::npos) {
      throw InputError({.code = "bad-pair",
                        .what = fmt::format("\"{}\" is not a pair of economies", request.pair),
                        .where = "--pair",
                        .why = "exports and imports are seen from the first of the two",
                        .fixes = {"--pair RUS:KAZ"}});
    }
    claim["reporter"] = request.pair.substr(0, colon);
    claim["partner"] = request.pair.substr(colon + 1);
  }
  if (request.says != 0.0) claim["figure"] = request.says / 100.0;
  if (claim.empty()) {
    throw InputError({.code = "missing-option",
                      .what = "there is no claim to check",
                      .where = "altyn check",
                      .why = "a claim is a pair, a window and a figure",
                      .fixes = {"altyn check cases/eaeu/lavrov-2017.toml",
                                "altyn check --pair RUS:CHN --window 2017-02..2017-07 --says 34"}});
  }
  return claim;
}

int run_check(Session& session, const CheckRequest& request) {
  study::Study study{.kind = "check", .content = {}, .where = "command line", .folder = ""};
  study.content["claim"] = claim_section(request);
  study.content["data"] = section_of(request.data, request.data_given);
  study.content["options"] = section_of(request.options, request.options_given);
  return run_and_show(session, study, request.output, request.output.empty() ? "" : "run.json");
}

}  // namespace

void add_check_command(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<CheckRequest>();
  CLI::App* command =
      app.add_subcommand("check", "Check a claim: is the number right, and the cause?");
  command->add_option("claim", request->file,
                      "claim file (.toml, .json), a bundled claim's name, or an article "
                      "(.txt, .html, - for standard input) whose claims are read");
  command->add_option("--pair", request->pair, "reporter and partner: RUS:KAZ");
  command->add_option("--says", request->says, "the claimed growth in percent: 40");
  command->add_option(
      "--output,-o", request->output,
      "folder for report.html, report.md, report.ru.md, key_results.csv, results.parquet, "
      "result.json, claim-review.json and run.json");
  add_flags(*command, request->claim, request->claim_given, {"reporter", "partner", "figure"});
  add_flags(*command, request->data, request->data_given);
  add_flags(*command, request->options, request->options_given);
  command->footer(
      "\nExamples:\n  altyn check cases/eaeu/lavrov-2017.toml --output out/lavrov\n"
      "  altyn check article.txt --output out/article\n"
      "  altyn check --pair RUS:CHN --window 2017-02..2017-07 --versus 2016-02..2016-07 --says 34 "
      "\\\n      --agreement EAEU");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_check(session, *request); });
  });
}

}  // namespace altyn::app
