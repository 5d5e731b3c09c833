#include <fmt/format.h>

#include "commands.h"
#include "fetch_source.h"
#include "option_flags.h"

namespace altyn::app {
namespace {

struct FetchRequest {
  std::string name;
  bool list = false;
  FetchOptions options;
  std::vector<std::string> given;
};

int list_sources(Session& session, const FetchRequest& request) {
  const data::FetchRegistry registry = fetch_registry(request.options.registry);
  for (const data::FetchSource& source : registry.sources()) {
    session.print(fmt::format("\033[1m{:<16}\033[0m {} ({}; {})\n{:<17}{}\n", source.name,
                              source.title, source.provider, source.licence, "",
                              source.url.empty() ? "by hand, " + source.page : source.url));
  }
  return 0;
}

int run_fetch(Session& session, const FetchRequest& request) {
  if (request.list) return list_sources(session, request);
  const Fetched fetched = fetch_source(
      request.name, request.options,
      [&session](const std::string& sentence) { session.note(sentence); }, session.context());
  session.print(fetched.text);
  return 0;
}

}  // namespace

void add_fetch_command(CLI::App& data_command, Session& session, const Finish& finish) {
  auto request = std::make_shared<FetchRequest>();
  CLI::App* command = data_command.add_subcommand(
      "fetch", "Download a published data set: resumed, checked, whole or not at all");
  CLI::Option* name =
      command->add_option("name", request->name, "which one, by its name in --list");
  CLI::Option* list_flag = command->add_flag("--list", request->list,
                                             "names, licences and addresses, nothing is fetched");
  name->excludes(list_flag);
  command->add_option("--output,-o", request->options.output,
                      "file or folder [the provider's name, here]");
  add_flags(*command, request->options, request->given, {"output"});
  command->footer(
      "\nExamples:\n  altyn data fetch --list\n  altyn data fetch baci_hs17 -o data/\n"
      "  altyn data fetch comtrade --reporter KAZ,RUS --partner RUS,KAZ --period 2012,2013 "
      "-o answer.json");
  command->callback([&session, finish, request, command] {
    if (request->name.empty() && !request->list) {
      throw CLI::RequiredError(command->get_name() + ": a name, or --list");
    }
    finish([&session, request] { return run_fetch(session, *request); });
  });
}

}  // namespace altyn::app
