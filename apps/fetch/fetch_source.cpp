#include "fetch_source.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/data/cases.h"
#include "altyn/data/output_files.h"
#include "altyn/data/provenance.h"
#include "download.h"
#include "fetch_lock.h"

namespace altyn::app {
namespace {

// The address and the header of a request to UN Comtrade.
void ask_comtrade(const data::FetchSource& source, const FetchOptions& options, Download& wanted) {
  wanted.url = data::comtrade_url(wanted.url, {.reporters = options.reporter,
                                               .partners = options.partner,
                                               .periods = options.period,
                                               .flows = options.flows,
                                               .products = options.products});
  const char* key = std::getenv("COMTRADE_KEY");
  if (key == nullptr || *key == '\0') {
    throw InputError({.code = "missing-key-variable",
                      .what = "the environment has no COMTRADE_KEY",
                      .where = source.page,
                      .why = "the interface answers those who have signed up, free of charge",
                      .fixes = {"export COMTRADE_KEY=... with the key from the provider's page"}});
  }
  wanted.headers.emplace_back("Ocp-Apim-Subscription-Key", key);
}

std::string record_of(const data::FetchSource& source, const std::string& url,
                      const Downloaded& found) {
  const nlohmann::json record = {
      {"source", source.name},       {"title", source.title},
      {"provider", source.provider}, {"licence", source.licence},
      {"page", source.page},         {"url", url},
      {"sha256", found.sha256},      {"bytes", found.bytes},
      {"etag", found.etag},          {"last_modified", found.last_modified}};
  return record.dump(2) + "\n";
}

std::string next_step(const data::FetchSource& source, const std::string& path) {
  if (source.import.empty()) return "";
  if (source.import == "concordance") {
    return fmt::format("next: altyn data convert TABLE --map sector={} -o converted.csv\n", path);
  }
  const bool io = source.import == "icio" || source.import.starts_with("wiod");
  return fmt::format("next: altyn data {} {} {}{}\n", io ? "base" : "import", source.import, path,
                     io ? " --theta 5 -o base" : " -o table.parquet");
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

}  // namespace

std::vector<Field<FetchOptions>> FetchOptions::fields() {
  using S = FetchOptions;
  return {
      make_field(&S::output, {.name = "output",
                              .doc = "file or folder; the provider's name, here, when empty"}),
      make_field(&S::registry,
                 {.name = "registry", .doc = "another registry of sources, a TOML file"}),
      make_field(&S::url, {.name = "url", .doc = "another address, such as a mirror's"}),
      make_field(&S::sha256, {.name = "sha256", .doc = "checksum that the file must have"}),
      make_field(&S::again, {.name = "again", .doc = "also when the file is there"}),
      make_field(&S::accept_change,
                 {.name = "accept_change",
                  .doc = "also when the file is another one than the first time"}),
      make_field(&S::attempts, {.name = "attempts",
                                .doc = "how often the server is asked",
                                .minimum = 1,
                                .maximum = 1000}),
      make_field(&S::pause_seconds,
                 {.name = "pause_seconds",
                  .doc = "before the second attempt, doubled for each further one",
                  .minimum = 0,
                  .maximum = 3600}),
      make_field(&S::longest_pause_seconds, {.name = "longest_pause_seconds",
                                             .doc = "a server that asks for more is left alone",
                                             .minimum = 0}),
      make_field(&S::timeout_seconds,
                 {.name = "timeout_seconds",
                  .doc = "without a byte, before the connection counts as broken",
                  .minimum = 0}),
      make_field(&S::reporter, {.name = "reporter", .doc = "UN Comtrade: economies that report"}),
      make_field(&S::partner,
                 {.name = "partner", .doc = "UN Comtrade: their partners; all when empty"}),
      make_field(&S::period,
                 {.name = "period", .doc = "UN Comtrade: years 2012,2013 or months 201202"}),
      make_field(&S::flows, {.name = "flows", .doc = "UN Comtrade: M imports, X exports"}),
      make_field(&S::products,
                 {.name = "products", .doc = "UN Comtrade: TOTAL, AG2, AG6 or codes"})};
}

data::FetchRegistry fetch_registry(const std::string& path) {
  return data::FetchRegistry::read(path.empty() ? data::CasesFolder::find().open("fetch_sources")
                                                : path);
}

Fetched fetch_source(const std::string& name, const FetchOptions& options,
                     const std::function<void(const std::string&)>& note, const Context& context) {
  namespace fs = std::filesystem;
  const data::FetchRegistry registry = fetch_registry(options.registry);
  const data::FetchSource& source = registry.find(name);
  Download wanted{.url = options.url.empty() ? source.url : options.url,
                  .path = "",
                  .sha256 = options.sha256.empty() ? source.sha256 : options.sha256,
                  .bytes = options.url.empty() ? source.bytes : 0,
                  .attempts = static_cast<int>(options.attempts),
                  .pause_seconds = options.pause_seconds,
                  .longest_pause_seconds = options.longest_pause_seconds,
                  .timeout_seconds = options.timeout_seconds};
  if (wanted.url.empty()) {
    throw InputError(
        {.code = "by-hand",
         .what = fmt::format("{} is handed out to people, not to programs", source.title),
         .where = source.page,
         .why = source.why,
         .fixes = {fmt::format("download it from {}", source.page),
                   "--url ADDRESS when you know one"}});
  }
  const bool is_comtrade = source.import == "comtrade";
  std::string file = source.file;
  if (is_comtrade && options.url.empty()) {
    ask_comtrade(source, options, wanted);
    file = "comtrade.json";
  }
  if (file.empty() && (options.output.empty() || fs::is_directory(options.output))) {
    file = data::file_of_address(wanted.url, "--url");
  }
  std::string target = options.output.empty() ? file : options.output;
  if (fs::is_directory(target)) target = (fs::path(target) / file).string();
  // Answers of an interface are of their day; files are what they were.
  FetchLock lock(target);
  const std::string kept_as = fs::path(target).filename().string();
  const auto locked = is_comtrade ? std::nullopt : lock.find(kept_as, wanted.url);
  if (fs::exists(target) && !options.again) {
    const bool same = locked && data::sha256_of_file(target) == locked->sha256;
    throw InputError({.code = "output-exists",
                      .what = "the file is there already",
                      .where = target,
                      .context = {!locked ? "it was not fetched from this address"
                                  : same  ? "it is as it was fetched"
                                          : "it has changed since it was fetched"},
                      .why = "fetching it again costs the provider and may bring another release",
                      .fixes = {"use it", "--again fetches it anew", "-o names another file"}});
  }
  const DownloadWatch watch{.progress =
                                [&context, &source](std::uint64_t done, std::uint64_t total) {
                                  context.report({.step = source.name,
                                                  .iteration = static_cast<Index>(done >> 10),
                                                  .total = static_cast<Index>(total >> 10)});
                                },
                            .note = note,
                            .stop = context.stop};
  // An answer of UN Comtrade is kept only when it is one.
  wanted.path = is_comtrade ? target + ".answer.json" : target;
  const bool by_lock = wanted.sha256.empty() && locked && !options.accept_change;
  if (by_lock) wanted.sha256 = locked->sha256;
  const Downloaded found =
      by_lock ? download_locked(wanted, watch, lock.path()) : download(wanted, watch);
  Fetched fetched{.path = target, .source_json = record_of(source, wanted.url, found), .text = ""};
  if (is_comtrade) {
    try {
      fetched.text = fmt::format("{} rows\n", data::check_comtrade_answer(wanted.path));
      fs::rename(wanted.path, target);
    } catch (...) {
      std::error_code error;
      fs::remove(wanted.path, error);
      throw;
    }
  }
  data::write_text(fetched.source_json, target + ".source.json");
  if (!is_comtrade) {
    lock.record(kept_as, {.url = wanted.url, .sha256 = found.sha256, .bytes = found.bytes});
  }
  fetched.text += fmt::format("{}: {} bytes, SHA-256 {}{}{}\n{}", target, found.bytes, found.sha256,
                              by_lock                  ? ", as when it was first fetched"
                              : !wanted.sha256.empty() ? ", as it must be"
                              : is_comtrade            ? ""
                                                       : ", recorded in " + lock.path(),
                              found.resumed ? "; taken up where an earlier attempt ended" : "",
                              next_step(source, target));
  return fetched;
}

}  // namespace altyn::app
