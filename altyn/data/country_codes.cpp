#include "altyn/data/country_codes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "altyn/core/errors.h"
#include "altyn/data/lower_case.h"

namespace altyn::data {
namespace {

struct Renamed {
  std::string_view old;
  std::string_view code;
  std::string_view note;
};

constexpr Renamed kRenamed[] = {
    {"ROM", "ROU", "Romania's code before 2002"},
    {"ZAR", "COD", "DR Congo's code before 1997"},
    {"TMP", "TLS", "Timor-Leste's code before 2002"},
    {"BUR", "MMR", "Myanmar's code before 1989"},
    {"BYS", "BLR", "Belarus's code before 1992"},
    {"DHY", "BEN", "Benin's code before 1977"},
    {"HVO", "BFA", "Burkina Faso's code before 1984"},
    {"RHO", "ZWE", "Zimbabwe's code before 1980"},
    {"WBG", "PSE", "Palestine in World Bank tables"},
    {"PAL", "PSE", "Palestine in CEPII tables"},
    {"KSV", "XKX", "Kosovo in World Bank tables"},
    {"UNK", "XKX", "Kosovo in customs tables"},
    {"KOS", "XKX", "Kosovo in customs tables"},
    {"MNT", "MNE", "Montenegro in WITS tables"},
    {"KN1", "KNA", "Saint Kitts and Nevis in WITS tables, with Anguilla before 1981"},
    {"SVU", "SUN", "the Soviet Union in WITS tables"},
    {"YDR", "YMD", "South Yemen in WITS tables"},
    {"OAS", "TWN", "Other Asia in UN Comtrade, nearly all Taiwan"},
    {"S19", "TWN", "Other Asia in UN Comtrade, nearly all Taiwan"},
};

struct FormerState {
  std::string_view code;
  int number;
  std::string_view name;
  std::string_view successors;
};

constexpr FormerState kFormer[] = {
    {"SUN", 810, "Soviet Union", "15 states since 1992"},
    {"YUG", 890, "Yugoslavia", "SVN, HRV, BIH, MKD and SCG since 1992"},
    {"SCG", 891, "Serbia and Montenegro", "SRB and MNE since 2006"},
    {"CSK", 200, "Czechoslovakia", "CZE and SVK since 1993"},
    {"DDR", 278, "East Germany", "part of DEU since 1990"},
    {"ANT", 530, "Netherlands Antilles", "CUW, SXM and BES since 2010"},
    {"BLX", 58, "Belgium-Luxembourg", "BEL and LUX since 1999"},
    {"VDR", 868, "North Vietnam", "part of VNM since 1976"},
    {"YMD", 720, "South Yemen", "part of YEM since 1990"},
};

struct Numbered {
  int number;
  std::string_view code;
};

/// Numbers of UN Comtrade and BACI that differ from ISO's.
constexpr Numbered kTradeNumbers[] = {
    {842, "USA"}, {841, "USA"}, {251, "FRA"}, {381, "ITA"}, {579, "NOR"}, {757, "CHE"},
    {699, "IND"}, {490, "TWN"}, {736, "SDN"}, {230, "ETH"}, {280, "DEU"}, {886, "YEM"},
    {711, "ZAF"}, {532, "ANT"}, {983, "XKX"}, {900, "XKX"},
};

constexpr std::string_view kAggregates[] = {
    "WLD", "W00", "EU",  "EUN", "EU15", "EU25", "EU27", "EU28", "EUU", "R4",  "A59",
    "E19", "F19", "F49", "O19", "X1",   "X2",   "_X",   "BUN",  "FRE", "SPE", "NES",
    "UNS", "ROW", "TOT", "0",   "97",   "472",  "473",  "527",  "568", "577", "636",
    "637", "697", "837", "838", "839",  "849",  "879",  "899"};

struct Spelling {
  std::string_view name;  // lower case
  std::string_view code;
};

/// Names that data providers use and the table of economies does not.
constexpr Spelling kSpellings[] = {
    {"russian federation", "RUS"},
    {"kyrgyz republic", "KGZ"},
    {"turkey", "TUR"},
    {"turkiye", "TUR"},
    {"czech republic", "CZE"},
    {"slovak republic", "SVK"},
    {"viet nam", "VNM"},
    {"united states of america", "USA"},
    {"usa", "USA"},
    {"uk", "GBR"},
    {"great britain", "GBR"},
    {"korea, rep.", "KOR"},
    {"republic of korea", "KOR"},
    {"korea, republic of", "KOR"},
    {"rep. of korea", "KOR"},
    {"korea, dem. people's rep.", "PRK"},
    {"dem. people's rep. of korea", "PRK"},
    {"iran, islamic rep.", "IRN"},
    {"iran (islamic republic of)", "IRN"},
    {"egypt, arab rep.", "EGY"},
    {"venezuela, rb", "VEN"},
    {"hong kong, china", "HKG"},
    {"china, hong kong sar", "HKG"},
    {"hong kong sar, china", "HKG"},
    {"china, macao sar", "MAC"},
    {"taiwan, china", "TWN"},
    {"other asia, nes", "TWN"},
    {"republic of moldova", "MDA"},
    {"moldova, republic of", "MDA"},
    {"rep. of moldova", "MDA"},
    {"syrian arab republic", "SYR"},
    {"lao people's dem. rep.", "LAO"},
    {"lao pdr", "LAO"},
    {"united rep. of tanzania", "TZA"},
    {"bolivia (plurinational state of)", "BOL"},
    {"dem. rep. of the congo", "COD"},
    {"congo, dem. rep.", "COD"},
    {"democratic republic of the congo", "COD"},
    {"congo, rep.", "COG"},
    {"ivory coast", "CIV"},
    {"cote d'ivoire", "CIV"},
    {"macedonia", "MKD"},
    {"tfyr of macedonia", "MKD"},
    {"swaziland", "SWZ"},
    {"cape verde", "CPV"},
    {"burma", "MMR"},
    {"yemen, rep.", "YEM"},
    {"gambia, the", "GMB"},
    {"bahamas, the", "BHS"},
    {"brunei darussalam", "BRN"},
    {"the netherlands", "NLD"},
    {"uae", "ARE"},
    {"россия", "RUS"},
    {"российская федерация", "RUS"},
    {"китай", "CHN"},
    {"кнр", "CHN"},
    {"белоруссия", "BLR"},
    {"киргизия", "KGZ"},
    {"молдавия", "MDA"},
    {"туркмения", "TKM"},
    {"республика корея", "KOR"},
    {"германия", "DEU"},
    {"объединённые арабские эмираты", "ARE"},
    {"соединённые штаты америки", "USA"},
    {"соединенные штаты", "USA"},
    {"боливия, многонациональное государство", "BOL"},
    {"бруней-даруссалам", "BRN"},
    {"венесуэла (боливарианская республика)", "VEN"},
    {"венесуэла, боливарианская республика", "VEN"},
    {"корея, народно-демократическая республика", "PRK"},
    {"кндр", "PRK"},
    {"кот д'ивуар", "CIV"},
    {"македония", "MKD"},
    {"молдова, республика", "MDA"},
    {"объединенная республика танзания", "TZA"},
    {"танзания, объединенная республика", "TZA"},
    {"сирийская арабская республика", "SYR"},
    {"великобритания (соединенное королевство)", "GBR"},
    {"китай (гонконг)", "HKG"},
    {"виргинские острова (британские)", "VGB"},
    {"виргинские острова, британские", "VGB"},
    {"каймановы острова", "CYM"},
    {"сейшелы", "SYC"},
    {"кыргызская республика", "KGZ"},
    {"республика армения", "ARM"},
    {"республика узбекистан", "UZB"},
    {"республика таджикистан", "TJK"},
    {"республика казахстан", "KAZ"},
    {"южная африка", "ZAF"},
    {"ресей", "RUS"},
    {"ресей федерациясы", "RUS"},
    {"қытай", "CHN"},
    {"өзбекстан", "UZB"},
    {"қырғызстан", "KGZ"},
    {"қырғыз республикасы", "KGZ"},
    {"тәжікстан", "TJK"},
    {"түрікменстан", "TKM"},
    {"әзербайжан", "AZE"},
    {"ауғанстан", "AFG"},
    {"моңғолия", "MNG"},
    {"түркия", "TUR"},
    {"үндістан", "IND"},
    {"жапония", "JPN"},
    {"корея республикасы", "KOR"},
    {"ақш", "USA"},
    {"америка құрама штаттары", "USA"},
    {"ұлыбритания", "GBR"},
    {"нидерланд", "NLD"},
    {"нидерландтар", "NLD"},
    {"грекия", "GRC"},
    {"біріккен араб әмірліктері", "ARE"},
    {"қазақстан", "KAZ"},
    {"корея, республика", "KOR"},
    {"соединенное королевство", "GBR"},
    {"чешская республика", "CZE"},
    {"республика молдова", "MDA"},
    {"республика беларусь", "BLR"},
    {"иран, исламская республика", "IRN"},
    {"иран (исламская республика)", "IRN"},
    {"тайвань (китай)", "TWN"},
    {"тайвань, провинция китая", "TWN"},
    {"гонконг (китай)", "HKG"},
};

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& letter : result) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 32);
  }
  return result;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A name as it is looked for: in lower case, with ё as е.
std::string name_key(std::string_view text) {
  std::string key = lower_case(text);
  for (std::size_t at = key.find("ё"); at != std::string::npos; at = key.find("ё", at)) {
    key.replace(at, std::string_view("ё").size(), "е");
  }
  return key;
}

const std::map<std::string, std::string_view>& codes_by_name() {
  static const std::map<std::string, std::string_view> names = [] {
    std::map<std::string, std::string_view> result;
    for (const Economy& economy : economies()) {
      result.emplace(name_key(economy.name), economy.code);
      result.emplace(name_key(economy.name_russian), economy.code);
    }
    for (const Spelling& spelling : kSpellings) {
      result.emplace(name_key(spelling.name), spelling.code);
    }
    return result;
  }();
  return names;
}

CodeReading economy_reading(std::string_view code, std::string note) {
  return {CodeReading::Kind::kEconomy, std::string(code), std::move(note)};
}

CodeReading former_reading(const FormerState& state) {
  return {CodeReading::Kind::kFormer, std::string(state.code),
          fmt::format("{}: {}", state.name, state.successors)};
}

CodeReading read_number(int number) {
  for (const Numbered& entry : kTradeNumbers) {
    if (entry.number == number) return economy_reading(entry.code, "by UN Comtrade's number");
  }
  for (const Economy& economy : economies()) {
    if (economy.number == number) return economy_reading(economy.code, "by number");
  }
  for (const FormerState& state : kFormer) {
    if (state.number == number) return former_reading(state);
  }
  return {};
}

}  // namespace

const Economy* find_economy(std::string_view code) {
  const std::span<const Economy> all = economies();
  const auto place = std::lower_bound(
      all.begin(), all.end(), code,
      [](const Economy& economy, std::string_view wanted) { return economy.code < wanted; });
  return place != all.end() && place->code == code ? &*place : nullptr;
}

std::string economy_name(std::string_view code, Language language) {
  if (const Economy* economy = find_economy(code)) {
    return std::string(language == Language::kRussian ? economy->name_russian : economy->name);
  }
  for (const FormerState& state : kFormer) {
    if (state.code == code) return std::string(state.name);
  }
  return std::string(code);
}

CodeReading read_economy(std::string_view text) {
  text = trim(text);
  const std::string code = upper(text);
  if (const Economy* economy = find_economy(code)) return economy_reading(economy->code, "");
  for (const Economy& economy : economies()) {
    if (economy.code2 == code && code != "NA") {
      return economy_reading(economy.code, "by two-letter code");
    }
  }
  for (const Renamed& renamed : kRenamed) {
    if (renamed.old != code) continue;
    CodeReading reading = economy_reading(renamed.code, std::string(renamed.note));
    if (find_economy(renamed.code) == nullptr) reading.kind = CodeReading::Kind::kFormer;
    return reading;
  }
  for (const FormerState& state : kFormer) {
    if (state.code == code) return former_reading(state);
  }
  if (std::find(std::begin(kAggregates), std::end(kAggregates), code) != std::end(kAggregates)) {
    return {CodeReading::Kind::kAggregate, code, "a group or a remainder, not one economy"};
  }
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return read_number(number);
  const std::string name = name_key(text);
  if (name == "world" || name == "european union" || name == "areas, nes" ||
      name == "unspecified") {
    return {CodeReading::Kind::kAggregate, std::string(text), "a group, not one economy"};
  }
  if (const auto found = codes_by_name().find(name); found != codes_by_name().end()) {
    return economy_reading(found->second, "by name");
  }
  return {};
}

void fail_unknown_economy(std::string_view text, const std::string& where) {
  std::vector<std::string> codes;
  std::vector<std::string> names;
  const bool cyrillic = std::any_of(text.begin(), text.end(), [](char c) { return c < 0; });
  for (const Economy& economy : economies()) {
    codes.emplace_back(economy.code);
    names.emplace_back(cyrillic ? economy.name_russian : economy.name);
  }
  const std::vector<std::string>& candidates = text.size() > 4 ? names : codes;
  std::vector<std::string> near;
  for (const std::string& entry : nearest_names(text, candidates, 3)) {
    const auto place = static_cast<std::size_t>(
        std::find(candidates.begin(), candidates.end(), entry) - candidates.begin());
    near.push_back(fmt::format("{} ({})", codes[place], names[place]));
  }
  throw InputError({.code = "unknown-economy",
                    .what = fmt::format("\"{}\" is no code or name of an economy", text),
                    .where = where,
                    .context = {fmt::format("nearest: {}", fmt::join(near, ", "))},
                    .why = "trade of an economy that is not recognised would be lost or misplaced",
                    .fixes = {"use ISO 3166-1 codes of three letters, such as KAZ",
                              fmt::format("leave its rows out: --drop {}, or --unknown-economies "
                                          "leave_out where a data set is imported",
                                          text)}});
}

std::string economy_code(std::string_view text, const std::string& where) {
  CodeReading reading = read_economy(text);
  if (reading.kind == CodeReading::Kind::kUnknown) fail_unknown_economy(text, where);
  if (reading.kind == CodeReading::Kind::kAggregate) {
    throw InputError({.code = "not-an-economy",
                      .what = fmt::format("\"{}\" is a group of economies, not one", text),
                      .where = where,
                      .why = "its trade is already in that of its members"});
  }
  return std::move(reading.code);
}

}  // namespace altyn::data
