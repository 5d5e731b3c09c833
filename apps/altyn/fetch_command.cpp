#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/data/cases.h"
#include "altyn/data/fetch_registry.h"
#include "altyn/data/output_files.h"
#include "altyn/data/provenance.h"
#include "commands.h"
#include "download.h"
#include "fetch_lock.h"

namespace altyn::app {
namespace {

struct FetchRequest {
  std::string name, output, registry, url, sha256;
  bool list = false, again = false, accept_change = false;
  Download limits;
  data::ComtradeQuery query;
};

data::FetchRegistry registry_of(const FetchRequest& request) {
  return data::FetchRegistry::read(request.registry.empty()
                                       ? data::CasesFolder::find().open("fetch_sources")
                                       : request.registry);
}

int list_sources(Session& session, const data::FetchRegistry& registry) {
  for (const data::FetchSource& source : registry.sources()) {
    session.print(fmt::format("\033[1m{:<16}\033[0m {} ({}; {})\n{:<17}{}\n", source.name,
                              source.title, source.provider, source.licence, "",
                              source.url.empty() ? "by hand, " + source.page : source.url));
  }
  return 0;
}

// The file with where it comes from beside it.
void write_record(const std::string& path, const data::FetchSource& source, const std::string& url,
                  const Downloaded& found) {
  const nlohmann::json record = {
      {"source", source.name},       {"title", source.title},
      {"provider", source.provider}, {"licence", source.licence},
      {"page", source.page},         {"url", url},
      {"sha256", found.sha256},      {"bytes", found.bytes},
      {"etag", found.etag},          {"last_modified", found.last_modified}};
  data::write_text(record.dump(2) + "\n", path + ".source.json");
}

// A download that must bring what came the first time.
Downloaded download_locked(const Download& wanted, const DownloadWatch& watch,
                           const std::string& lock) {
  try {
    return download(wanted, watch);
  } catch (const InputError& error) {
    if (error.detail().code != "checksum-mismatch") throw;
    ErrorDetail detail = error.detail();
    detail.context.push_back(fmt::format("{} has the checksum of the first download", lock));
    detail.why = "the provider changed the file, or something came in between; nothing was kept";
    detail.fixes = {"look at the provider's page for a new release",
                    "--accept-change takes it and records it"};
    throw InputError(detail);
  }
}

int run_fetch(Session& session, const FetchRequest& request) {
  const data::FetchRegistry registry = registry_of(request);
  if (request.list) return list_sources(session, registry);
  const data::FetchSource& source = registry.find(request.name);
  Download wanted = request.limits;
  wanted.url = request.url.empty() ? source.url : request.url;
  if (wanted.url.empty()) {
    throw InputError(
        {.code = "by-hand",
         .what = fmt::format("{} is handed out to people, not to programs", source.title),
         .where = source.page,
         .why = source.why,
         .fixes = {fmt::format("download it from {}", source.page),
                   "--url ADDRESS when you know one"}});
  }
  std::string file = source.file;
  const bool is_comtrade = source.import == "comtrade";
  if (is_comtrade && request.url.empty()) {
    wanted.url = data::comtrade_url(wanted.url, request.query);
    file = "comtrade.json";
    const char* key = std::getenv("COMTRADE_KEY");
    if (key == nullptr || *key == '\0') {
      throw InputError(
          {.code = "missing-key-variable",
           .what = "the environment has no COMTRADE_KEY",
           .where = source.page,
           .why = "the interface answers those who have signed up, free of charge",
           .fixes = {"export COMTRADE_KEY=... with the key from the provider's page"}});
    }
    wanted.headers.emplace_back("Ocp-Apim-Subscription-Key", key);
  }
  wanted.path = request.output.empty() ? file : request.output;
  if (std::filesystem::is_directory(wanted.path)) {
    wanted.path = (std::filesystem::path(wanted.path) / file).string();
  }
  // Answers of an interface are of their day; files are what they were.
  FetchLock lock(wanted.path);
  const std::string name = std::filesystem::path(wanted.path).filename().string();
  const auto locked = is_comtrade ? std::nullopt : lock.find(name, wanted.url);
  if (std::filesystem::exists(wanted.path) && !request.again) {
    const bool same = locked && data::sha256_of_file(wanted.path) == locked->sha256;
    throw InputError({.code = "output-exists",
                      .what = "the file is there already",
                      .where = wanted.path,
                      .context = {!locked ? "it was not fetched from this address"
                                  : same  ? "it is as it was fetched"
                                          : "it has changed since it was fetched"},
                      .why = "fetching it again costs the provider and may bring another release",
                      .fixes = {"use it", "--again fetches it anew", "-o names another file"}});
  }
  wanted.sha256 = request.sha256.empty() ? source.sha256 : request.sha256;
  wanted.bytes = request.url.empty() ? source.bytes : 0;
  const bool by_lock = wanted.sha256.empty() && locked && !request.accept_change;
  if (by_lock) wanted.sha256 = locked->sha256;
  const Context& context = session.context();
  const DownloadWatch watch{
      .progress =
          [&context, &source](std::uint64_t done, std::uint64_t total) {
            context.report({.step = source.name,
                            .iteration = static_cast<Index>(done >> 10),
                            .total = static_cast<Index>(total >> 10)});
          },
      .note = [&session](const std::string& sentence) { session.note(sentence); },
      .stop = context.stop};
  const std::string target = wanted.path;
  if (is_comtrade) wanted.path = target + ".answer.json";  // kept only when it is an answer
  const Downloaded found =
      by_lock ? download_locked(wanted, watch, lock.path()) : download(wanted, watch);
  if (is_comtrade) {
    std::error_code error;
    try {
      session.print(fmt::format("{} rows\n", data::check_comtrade_answer(wanted.path)));
      std::filesystem::rename(wanted.path, target);
    } catch (...) {
      std::filesystem::remove(wanted.path, error);
      throw;
    }
  }
  write_record(target, source, wanted.url, found);
  if (!is_comtrade) {
    lock.record(name, {.url = wanted.url, .sha256 = found.sha256, .bytes = found.bytes});
  }
  session.print(fmt::format("{}: {} bytes, SHA-256 {}{}{}\n", target, found.bytes, found.sha256,
                            by_lock                 ? ", as when it was first fetched"
                            : wanted.sha256.empty() ? ", recorded in " + lock.path()
                                                    : ", as it must be",
                            found.resumed ? "; taken up where an earlier attempt ended" : ""));
  if (source.import == "concordance") {
    session.print(
        fmt::format("next: altyn data convert TABLE --map sector={} -o converted.csv\n", target));
  } else if (!source.import.empty()) {
    const bool io = source.import == "icio" || source.import.starts_with("wiod");
    session.print(fmt::format("next: altyn data {} {} {}{}\n", io ? "base" : "import",
                              source.import, target,
                              io ? " --theta 5 -o base" : " -o table.parquet"));
  }
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
  command->add_option("--output,-o", request->output, "file or folder [the provider's name, here]");
  command->add_option("--registry", request->registry, "another registry of sources, a TOML file");
  command->add_option("--url", request->url, "another address, such as a mirror's");
  command->add_option("--sha256", request->sha256, "checksum that the file must have");
  command->add_flag("--again", request->again, "also when the file is there");
  command->add_flag("--accept-change", request->accept_change,
                    "also when the file is another one than the first time");
  command->add_option("--attempts", request->limits.attempts, "how often the server is asked [5]")
      ->check(CLI::Range(1, 1000));
  command
      ->add_option("--pause-seconds", request->limits.pause_seconds,
                   "before the second attempt, doubled for each further one [1]")
      ->check(CLI::Range(0.0, 3600.0));
  command->add_option("--longest-pause-seconds", request->limits.longest_pause_seconds,
                      "a server that asks for more is left alone [120]");
  command->add_option("--timeout-seconds", request->limits.timeout_seconds,
                      "without a byte, before the connection counts as broken [30]");
  command->add_option("--reporter", request->query.reporters, "UN Comtrade: economies that report")
      ->delimiter(',');
  command->add_option("--partner", request->query.partners, "UN Comtrade: their partners [all]")
      ->delimiter(',');
  command
      ->add_option("--period", request->query.periods,
                   "UN Comtrade: years 2012,2013 or months 201202")
      ->delimiter(',');
  command->add_option("--flows", request->query.flows, "UN Comtrade: M imports, X exports [M,X]");
  command->add_option("--products", request->query.products,
                      "UN Comtrade: TOTAL, AG2, AG6 or codes [TOTAL]");
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
