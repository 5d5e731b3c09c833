// altyn-mpi: estimates whose rows are shared by the processes that mpirun starts.
#include <fmt/format.h>

#include "altyn/comm/mpi.h"
#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "commands.h"
#include "step_log.h"

namespace {

constexpr const char* kAbout =
    "Estimates gravity models with rows shared by several processes:\n"
    "  mpirun -n 8 altyn-mpi estimate --data panel.parquet \"trade ~ rta | exporter^importer + "
    "exporter^year + importer^year\" --cluster exporter^importer";

/// What a rank has to say of what went wrong, and its exit code; nothing when another one failed.
struct Outcome {
  int code = 0;
  bool failed = false;
  std::string words{};
};

Outcome outcome_of(const std::function<int()>& work) {
  using namespace altyn;
  try {
    return {.code = work()};
  } catch (const comm::PeerFailed&) {
    return {.code = 3, .failed = true};
  } catch (const InputError& error) {
    return {.code = 1, .failed = true, .words = format_error(error.detail())};
  } catch (const Error& error) {
    return {.code = 3, .failed = true, .words = format_error(error.detail())};
  } catch (const std::exception& error) {
    return {.code = 3,
            .failed = true,
            .words = format_error({.code = "internal", .what = error.what()})};
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace altyn;
  comm::MpiRanks ranks(argc, argv);
  const bool first = ranks.rank() == 0;
  app::Session session(1);  // ranks take the place of threads
  session.ranks = &ranks;
  for (int i = 0; i < argc; ++i) session.command_line += fmt::format("{}{}", i ? " " : "", argv[i]);
  CLI::App command(kAbout, "altyn-mpi");
  command.set_version_flag("--version", fmt::format("altyn {}", version()));
  command.require_subcommand(1);
  command.fallthrough();
  session.add_global_flags(command);
  bool traffic = false;
  command.add_flag("--traffic", traffic, "what every step moved between the ranks, and its time");

  std::function<int()> chosen;
  app::add_estimate_command(command, session,
                            [&](std::function<int()> work) { chosen = std::move(work); });
  Outcome outcome = outcome_of([&] {
    try {
      command.parse(argc, argv);
    } catch (const CLI::Success& done) {  // --help, --version
      return first ? command.exit(done) : 0;
    } catch (const CLI::ParseError& error) {
      throw InputError({.code = "bad-command",
                        .what = error.what(),
                        .where = session.command_line,
                        .why = "the command line could not be understood",
                        .fixes = {"altyn-mpi estimate --help"}});
    }
    app::StepLog log(ranks);
    if (traffic) log.watch(session.context());
    const int code = chosen();
    if (traffic) session.print(log.text());
    return code;
  });
  // The message of the lowest rank that has one is everybody's.
  const std::vector<std::string> words =
      ranks.end(outcome.failed, fmt::format("{}{}", outcome.code, outcome.words));
  for (const std::string& said : words) {
    if (said.size() < 2) continue;
    if (first) fmt::print(stderr, "{}", said.substr(1));
    return said[0] - '0';
  }
  return outcome.code;
}
