#include "altyn/data/fetch_registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/document.h"
#include "altyn/data/entry.h"

namespace altyn::data {

namespace {

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// UN Comtrade's number of an economy: ISO's but for a few.
int comtrade_number(const std::string& text) {
  const std::string code = economy_code(text, "economy of the query");
  if (code == "USA") return 842;
  if (code == "FRA") return 251;
  if (code == "ITA") return 380;
  if (code == "NOR") return 579;
  if (code == "CHE") return 757;
  if (code == "IND") return 699;
  if (code == "TWN") return 490;
  const Economy* economy = find_economy(code);
  if (economy == nullptr) fail_unknown_economy(text, "economy of the query");
  return economy->number;
}

std::string numbers_of(const std::vector<std::string>& economies) {
  std::vector<int> numbers;
  for (const std::string& economy : economies) numbers.push_back(comtrade_number(economy));
  return fmt::format("{}", fmt::join(numbers, ","));
}

/// A registry may come from elsewhere; what it names stays in the folder that the user chose.
bool is_plain_file_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         std::none_of(name.begin(), name.end(), [](unsigned char c) {
           return c == '/' || c == '\\' || c < 0x20 || c == 0x7f;
         });
}

/// The name that a source with an address gives its file itself, or that its address ends in.
std::string file_of(const FetchSource& source, const Entry& entry) {
  if (source.file.empty()) return file_of_address(source.url, entry.where("url"));
  if (is_plain_file_name(source.file)) return source.file;
  throw InputError({.code = "bad-file-name",
                    .what = fmt::format("\"{}\" is not the name of a file", source.file),
                    .where = entry.where("file"),
                    .why = "the download is kept under this name, in the folder that is asked for",
                    .fixes = {"a name without folders"}});
}

[[noreturn]] void fail_answer(std::string what, const std::string& path,
                              std::vector<std::string> fixes) {
  throw InputError({.code = "bad-answer",
                    .what = std::move(what),
                    .where = path,
                    .why = "what the interface sends is not always what was asked for",
                    .fixes = std::move(fixes)});
}

}  // namespace

std::string file_of_address(std::string_view url, const std::string& where) {
  std::string_view rest = url.substr(0, url.find_first_of("?#"));
  if (const std::size_t scheme = rest.find("://"); scheme != std::string_view::npos) {
    rest.remove_prefix(scheme + 3);
  }
  const std::size_t slash = rest.find_last_of('/');
  if (slash != std::string_view::npos && is_plain_file_name(rest.substr(slash + 1))) {
    return std::string(rest.substr(slash + 1));
  }
  throw InputError({.code = "bad-file-name",
                    .what = "the address does not end in the name of a file",
                    .where = where,
                    .context = {std::string(url)},
                    .why = "the download is kept under that name",
                    .fixes = {"file = \"NAME\" in the registry", "-o FILE"}});
}

FetchRegistry FetchRegistry::read(const std::string& path) {
  const Document document = read_document(path);
  const Entry whole(document);
  whole.allow_only({"source"});
  FetchRegistry registry;
  for (const Entry& entry : whole.entries_if("source")) {
    entry.allow_only({"name", "title", "provider", "licence", "page", "url", "file", "import",
                      "why", "sha256", "bytes"});
    FetchSource source{.name = entry.text("name"),
                       .title = entry.text("title"),
                       .provider = entry.text("provider"),
                       .licence = entry.text("licence"),
                       .page = entry.text("page"),
                       .url = entry.text_if("url"),
                       .file = entry.text_if("file"),
                       .import = entry.text_if("import"),
                       .why = entry.text_if("why"),
                       .sha256 = entry.text_if("sha256"),
                       .bytes = static_cast<std::uint64_t>(
                           std::max<Index>(entry.whole_number_if("bytes").value_or(0), 0))};
    for (const FetchSource& other : registry.sources_) {
      if (other.name != source.name) continue;
      throw InputError({.code = "duplicate-source",
                        .what = fmt::format("there are two sources called {}", source.name),
                        .where = entry.where("name"),
                        .why = "it is not clear which of them is meant"});
    }
    const bool hex = source.sha256.size() == 64 &&
                     source.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!source.sha256.empty() && !hex) {
      throw InputError({.code = "bad-sha256",
                        .what = "the checksum is not 64 hexadecimal digits",
                        .where = entry.where("sha256"),
                        .why = "a file is compared with it"});
    }
    if (!source.url.empty()) source.file = file_of(source, entry);
    registry.sources_.push_back(std::move(source));
  }
  return registry;
}

const FetchSource& FetchRegistry::find(std::string_view name) const {
  std::vector<std::string> known;
  for (const FetchSource& source : sources_) {
    if (source.name == name) return source;
    known.push_back(source.name);
  }
  throw InputError(
      {.code = "unknown-source",
       .what = fmt::format("no source is called \"{}\"", name),
       .where = "altyn data fetch",
       .why = "sources are fetched by the name that the registry gives them",
       .fixes = {fmt::format("one of {}", fmt::join(known, ", ")), "altyn data fetch --list",
                 "--registry FILE names another registry"}});
}

std::string comtrade_url(const std::string& base, const ComtradeQuery& query) {
  if (query.reporters.empty() || query.periods.empty()) {
    throw InputError({.code = "missing-option",
                      .what = query.reporters.empty() ? "no reporter is named" : "no year is named",
                      .where = "altyn data fetch comtrade",
                      .why = "the interface answers questions, not all at once",
                      .fixes = {"altyn data fetch comtrade --reporter KAZ --partner RUS --period "
                                "2012,2013 -o answer.json"}});
  }
  for (const std::string& period : query.periods) {
    if (is_digits(period) && (period.size() == 4 || period.size() == 6) &&
        period.size() == query.periods.front().size()) {
      continue;
    }
    throw InputError({.code = "bad-period",
                      .what = fmt::format("\"{}\" is no year or month like the others", period),
                      .where = "altyn data fetch comtrade --period",
                      .why = "years are written 2017 and months 201702, not mixed"});
  }
  const char* frequency = query.periods.front().size() == 6 ? "M" : "A";
  std::string url = fmt::format("{}/C/{}/HS?reporterCode={}&period={}&cmdCode={}&flowCode={}", base,
                                frequency, numbers_of(query.reporters),
                                fmt::join(query.periods, ","), query.products, query.flows);
  if (!query.partners.empty()) url += "&partnerCode=" + numbers_of(query.partners);
  return url + fmt::format("&motCode=0&customsCode=C00&partner2Code=0&maxRecords={}&format=JSON",
                           kComtradeRows);
}

std::size_t check_comtrade_answer(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const nlohmann::json answer = nlohmann::json::parse(stream, nullptr, false);
  if (!answer.is_object()) fail_answer("the answer is no JSON object", path, {"ask again later"});
  if (answer.contains("error") && answer["error"].is_string() &&
      !answer["error"].get_ref<const std::string&>().empty()) {
    fail_answer(answer["error"].get<std::string>(), path, {"change the query", "ask again later"});
  }
  if (!answer.contains("data") || !answer["data"].is_array()) {
    const bool says_why = answer.contains("message") && answer["message"].is_string() &&
                          !answer["message"].get_ref<const std::string&>().empty();
    fail_answer(says_why ? answer["message"].get<std::string>() : "the answer holds no data", path,
                {"check the key in COMTRADE_KEY", "ask again later"});
  }
  const std::size_t n_rows = answer["data"].size();
  if (n_rows >= kComtradeRows) {
    fail_answer(fmt::format("the answer was cut at {} rows", n_rows), path,
                {"ask for fewer years, partners or products at a time"});
  }
  return n_rows;
}

}  // namespace altyn::data
