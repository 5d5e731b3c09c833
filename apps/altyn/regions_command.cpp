#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "altyn/attribution/region_shares.h"
#include "altyn/core/errors.h"
#include "altyn/study/region_tables.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct RegionsRequest {
  std::string pair;
  double says = 0.0;
  std::string output;
  study::RegionData data;
  attribution::RegionShareOptions options;
  std::vector<std::string> data_given, options_given;
};

int run_regions(Session& session, const RegionsRequest& request) {
  const std::size_t colon = request.pair.find(':');
  if (colon == std::string::npos) {
    throw InputError({.code = "bad-pair",
                      .what = fmt::format("\"{}\" is not a pair of economies", request.pair),
                      .where = "altyn regions share",
                      .why = "a share of trade is that of two economies",
                      .fixes = {"altyn regions share RUS:KAZ"}});
  }
  study::Study study{.kind = "regions", .content = {}, .where = "command line", .folder = ""};
  study.content["pair"] = {{"first", request.pair.substr(0, colon)},
                           {"second", request.pair.substr(colon + 1)}};
  study.content["data"] = section_of(request.data, request.data_given);
  study.content["options"] = section_of(request.options, request.options_given);
  if (request.says != 0.0) study.content["options"]["figure"] = request.says / 100.0;
  return run_and_show(session, study, request.output, request.output.empty() ? "" : "run.json");
}

}  // namespace

void add_regions_command(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<RegionsRequest>();
  CLI::App* regions = app.add_subcommand("regions", "Trade of two economies by their regions");
  regions->require_subcommand(1);
  CLI::App* command = regions->add_subcommand(
      "share", "How much of it border regions make, under three definitions");
  command->add_option("pair", request->pair, "the two economies: RUS:KAZ")->required();
  command->add_option("--says", request->says, "the claimed share in percent: 70");
  command->add_option("--output,-o", request->output,
                      "folder for report.html with its map, report.md, report.ru.md, result.json, "
                      "key_results.csv, shares.csv, elasticities.csv, pairs.csv, regions.csv and "
                      "run.json");
  add_flags(*command, request->data, request->data_given);
  add_flags(*command, request->options, request->options_given, {"figure"});
  command->footer(
      "\nExamples:\n  altyn regions share RUS:KAZ --says 70 --output out/regions\n"
      "  altyn regions share CHN:KAZ --says 50 --size population\n"
      "  altyn regions share POL:DEU --regions regions.csv --borders borders.csv\n"
      "A bundled table has the regions of CHN, KAZ, KGZ, MNG, RUS and UZB.");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_regions(session, *request); });
  });
}

}  // namespace altyn::app
