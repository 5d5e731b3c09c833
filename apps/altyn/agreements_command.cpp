#include <nlohmann/json.hpp>

#include "altyn/study/agreements_study.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct AgreementsRequest {
  study::AgreementsStudy study;
  std::vector<std::string> given;
  bool json = false;
};

int run_agreements(Session& session, const AgreementsRequest& request) {
  study::Study study{.kind = "agreements", .content = {}, .where = "command line", .folder = ""};
  study.content["agreements"] = section_of(request.study, request.given);
  if (!request.study.pair.empty()) study.content["agreements"]["pair"] = request.study.pair;
  if (!request.json) return run_and_show(session, study, "", "");
  session.print(study::run_study(study, session.context()).value.dump(2) + "\n");
  return 0;
}

}  // namespace

void add_agreements_command(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<AgreementsRequest>();
  CLI::App* command =
      app.add_subcommand("agreements", "Which agreements bound a pair in a month, and since when");
  command->add_option("pair", request->study.pair,
                      "two ISO codes, RUS:KAZ; without it, all agreements");
  add_flags(*command, request->study, request->given, {"pair"});
  command->add_flag("--json", request->json, "as JSON");
  command->footer(
      "\nExamples:\n  altyn agreements RUS:KAZ --month 2010-06\n"
      "  altyn agreements --set EAEU\n  altyn agreements --shares 2020-01-01");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_agreements(session, *request); });
  });
}

}  // namespace altyn::app
