#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "commands.h"

namespace {

constexpr const char* kAbout =
    "Altyn measures what integration did to trade, and what it would do: claim checks on real "
    "data,\n"
    "gravity estimates, and general-equilibrium counterfactuals.";

constexpr const char* kExamples = R"(
Examples:
  altyn check cases/eaeu/lavrov-2017.toml --output out/lavrov
  altyn check --pair RUS:CHN --window 2017-02..2017-07 --versus 2016-02..2016-07 --says 34
  altyn estimate --data trade.csv \
      "trade ~ eaeu + eu | exporter^year + importer^year + exporter^importer" \
      --cluster exporter^importer
  altyn simulate cases/eaeu/no-union.toml
  altyn corridors run cases/eaeu/corridors-caspian.toml
  altyn monitor cases/eaeu/plan-2013-2015.toml
  altyn regions share RUS:KAZ --says 70
  altyn agreements RUS:KAZ --month 2017-04
  altyn data check trade.csv
  altyn serve
Exit codes: 0 done, 1 wrong input, 2 no convergence, 3 system or internal failure, 130 stopped.)";

std::string join_arguments(int argc, char** argv) {
  std::string text = "altyn";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool quote = word.empty() || word.find_first_of(" ~|^&()$*;\"<>") != std::string::npos;
    text += quote ? " '" + word + "'" : " " + word;
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace altyn::app;
  // A limit on the size of files is then an error of writing, which is told, and not the end.
  std::signal(SIGXFSZ, SIG_IGN);
  Session session;
  session.command_line = join_arguments(argc, argv);
  CLI::App app(kAbout, "altyn");
  app.footer(kExamples);
  app.set_version_flag("--version", fmt::format("altyn {}", altyn::version()));
  app.require_subcommand(1);
  app.fallthrough();
  session.add_global_flags(app);

  std::function<int()> chosen;
  const Finish finish = [&](std::function<int()> command) { chosen = std::move(command); };
  add_check_command(app, session, finish);
  add_estimate_command(app, session, finish);
  add_simulate_command(app, session, finish);
  add_corridors_command(app, session, finish);
  add_monitor_command(app, session, finish);
  add_data_command(app, session, finish);
  add_regions_command(app, session, finish);
  add_agreements_command(app, session, finish);
  add_serve_command(app, session, finish);
  add_run_commands(app, session, finish);

  return guarded(session, [&] {
    try {
      app.parse(argc, argv);
    } catch (const CLI::Success& done) {  // --help, --version
      return app.exit(done);
    } catch (const CLI::ParseError& error) {
      const std::string what = error.what();
      throw altyn::InputError({.code = "bad-command",
                               .what = what,
                               .where = session.command_line,
                               .why = "the command line could not be understood",
                               .fixes = {"altyn --help", "altyn COMMAND --help"}});
    }
    const int code = chosen();
    if (std::fflush(stdout) != 0) {
      throw altyn::SystemError(
          {.code = "cannot-write",
           .what = fmt::format("the answer cannot be printed: {}", std::strerror(errno)),
           .where = "standard output",
           .why = "part of it is lost",
           .fixes = {"check the free space of what the output goes to"}});
    }
    return code;
  });
}
