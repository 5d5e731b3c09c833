#include "altyn/attribution/claim_words.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "altyn/data/country_codes.h"

namespace altyn::attribution {
namespace {

/// Words in small letters; a star stands for any ending.
struct Entry {
  Tag tag;
  std::string_view value;
  std::string_view patterns;  // separated by '|'
};

constexpr Entry kEntries[] = {
    {Tag::kMeasure, "turnover",
     "trade|turnover|trade turnover|bilateral trade|mutual trade|commerce|trade volume*|volume of "
     "trade|volume of mutual trade|goods trade|trade in goods|foreign trade|merchandise trade|"
     "товарооборот*|торговл*|взаимн* торговл*|оборот|оборот торговл*|внешн* торговл*|объем* "
     "торговл*|"
     "внешнеторгов* оборот*|торгов* оборот*"},
    {Tag::kMeasure, "exports", "export|exports|shipments|deliveries|экспорт*|поставк*|вывоз*"},
    {Tag::kMeasure, "imports", "import|imports|purchases|импорт*|закупк*|ввоз*"},
    {Tag::kOtherSubject, "",
     "gdp|gross domestic product|economy|inflation|price*|oil price*|wage*|output|production|"
     "investment*|population|unemployment|tourist*|tourism|passenger*|loan*|loans|budget|revenue*|"
     "revenues|sales|profit*|rouble|ruble|tenge|wheat|harvest|freight|cargo|traffic|remittance*|"
     "turnout|vote*|shares|stock*|index|key rate|rate|rates|tariff*|duty|duties|capacity|jobs|"
     "ввп|экономик* вырос*|инфляц*|цен*|зарплат*|производств*|выпуск*|инвестиц*|населен*|безработ*|"
     "турист*|пассажир*|кредит*|бюджет*|доход*|выручк*|продаж*|прибыл*|рубл*|тенге|урожа*|"
     "перевозк*|грузооборот*|грузопоток*|пассажиропоток*|явк*|акци*|индекс*|ставк*|тариф*|пошлин*|"
     "мощност*|"
     "розничн* торговл*|розничн* товарооборот*|retail trade|retail turnover|оборот* розничн* "
     "торговл*|оборот* розничн*"},
    {Tag::kRise, "",
     "grew|grown|rose|risen|rise|rises|rising|grow|growth|growing|increase|increased|increases|"
     "increasing|up|jump|jumped|surge|surged|climbed|climb|expanded|expansion|gained|gain|soared|"
     "higher|added|advanced|upturn|вырос*|возрос*|рост|роста|росту|ростом|росте|увелич*|прирост*|"
     "подня*|прибавил*|подскоч*|расшир*|растет|растут|росл*|рос|больше чем год*"},
    {Tag::kFall, "",
     "fell|fallen|fall|falls|falling|drop|dropped|decline|declined|declines|decrease|decreased|"
     "down|slump|slumped|shrank|shrunk|contracted|contraction|plunged|lower|lost|dipped|tumbled|"
     "снизи*|снижен*|упал*|паден*|сократи*|сокращен*|уменьши*|уменьшен*|просел*|спад*|обвал*|"
     "рухнул*"},
    {Tag::kTimes, "1", "doubled|twofold|удвоил*|вдвое|в два раза"},
    {Tag::kTimes, "2", "tripled|threefold|втрое|в три раза|утроил*"},
    {Tag::kTimes, "0.5", "in half|by half|halved|наполовину|в полтора раза|полуторакратн*"},
    {Tag::kTimes, "0.33333333", "by a third|на треть"},
    {Tag::kTimes, "0.25", "by a quarter|на четверть"},
    {Tag::kNegation, "",
     "not|never|no|hardly|denied|denies|false|didn|doesn|hasn|не|нет|неверно|"
     "опроверг*|вопреки"},
    {Tag::kFuture, "",
     "will|would|could|should|might|expected|expects|expect|forecast*|forecasts|plan|plans|"
     "planned|target|targets|aim|aims|goal|projected|hopes|hope|potential|by 2020|by 2025|by 2030|"
     "вырастет|увеличится|возрастет|снизится|сократится|увеличить|нарастить|довести|удвоить|может|"
     "могут|мог|"
     "ожида*|прогноз*|планир*|план*|цель|рассчитыва*|намерен*|потенциал*|если"},
    {Tag::kHedge, "nearly",
     "nearly|almost|close to|just under|почти|чуть менее|чуть меньше|без малого"},
    {Tag::kHedge, "about",
     "about|around|roughly|approximately|some|an estimated|circa|около|примерно|порядка|"
     "приблизительно|приблизит*|где то"},
    {Tag::kHedge, "more than",
     "more than|over|above|exceeding|at least|in excess of|upwards of|"
     "более|более чем|свыше|больше|больше чем|не менее"},
    {Tag::kHedge, "less than",
     "less than|under|below|no more than|менее|менее чем|меньше|не более"},
    {Tag::kPercent, "",
     "percent|per cent|pct|процент|процента|процентов|процентами|процентн*|проц"},
    {Tag::kPoints, "", "percentage point*|percentage points|pp|п п|процентн* пункт*"},
    {Tag::kBloc, "EAEU",
     "eaeu|eeu|eurasian economic union|eurasian union|customs union|eurasian customs union|"
     "eurasian integration|еаэс|евразийск* экономическ* союз*|евразийск* союз*|таможенн* союз*|"
     "евразийск* интеграц*"},
    {Tag::kBloc, "EU", "eu|european union|single market|евросоюз*|европейск* союз*"},
    {Tag::kBloc, "CISFTA",
     "cis|commonwealth of independent states|снг|содружеств* независим* государств*"},
    {Tag::kIntegration, "",
     "integration|integration processes|integration process|common market|интеграц*|интеграционн* "
     "процесс*|"
     "единого рынка|общего рынка|единый рынок"},
    {Tag::kCause, "",
     "due to|thanks to|because of|result of|a result of|results of|owing to|linked to|attributed "
     "to|"
     "attributes|driven by|on the back of|fruit of|effect of|product of|credited|credits|explained "
     "by|"
     "благодаря|результат*|вследствие|из за|связан* с|обусловлен*|за счет|следстви*|эффект от|"
     "заслуг*|объясня*|вызван*"},
    {Tag::kStrength, "to a large extent",
     "to a large extent|largely|in large part|to a great extent|to a significant extent|in great "
     "measure|в значительн* степен*|в значительн* мер*|во многом|в больш* степен*|в большой мере|"
     "в немалой степени"},
    {Tag::kStrength, "mainly",
     "mainly|mostly|chiefly|primarily|above all|first and foremost|в основном|главным "
     "образом|прежде "
     "всего|преимущественно|в первую очередь"},
    {Tag::kStrength, "fully",
     "fully|entirely|wholly|solely|exclusively|completely|полностью|целиком|всецело|исключительно"},
    {Tag::kStrength, "partly",
     "partly|partially|in part|to some extent|отчасти|частично|в некоторой степени|в известной "
     "мере"},
    {Tag::kTwo, "",
     "bilateral|two countries|both countries|the two|our countries|our two countries|mutual|"
     "between them|двусторонн*|двух стран|двумя странами|обеих стран|обе страны|наших стран|нашими "
     "странами|"
     "наши страны|между странами|взаимн*"},
    {Tag::kInside, "",
     "within|inside|among members|among member states|between members|member states|members of|in "
     "the framework of|внутри|в рамках|между странами|между участниками|стран|государств|странами"},
    {Tag::kRole, "",
     "minister|foreign minister|prime minister|president|ambassador|deputy|trade minister|economy "
     "minister|premier|leader|envoy|official*|министр*|президент*|посол|посла|премьер*|вице "
     "премьер*|глава|"
     "главы|торгпред*|чиновник*|министерств*|ministry|customs service|таможн*|таможенн* "
     "служб*|государственн* таможенн*"},
    {Tag::kSays, "",
     "said|says|told|stated|noted|according to|announced|reported|stressed|added that|claimed|"
     "recalled|сказал*|заявил*|сообщил*|отметил*|подчеркнул*|по словам|по "
     "данным|рассказал*|напомнил*|"
     "добавил*|указал*|уточнил*"},
    {Tag::kMonth, "1", "january|jan|январ*"},
    {Tag::kMonth, "2", "february|feb|феврал*"},
    {Tag::kMonth, "3", "march|март|марта|марте|марту"},
    {Tag::kMonth, "4", "april|apr|апрел*"},
    {Tag::kMonth, "5", "may|май|мая|мае|маю"},
    {Tag::kMonth, "6", "june|jun|июн*"},
    {Tag::kMonth, "7", "july|jul|июл*"},
    {Tag::kMonth, "8", "august|aug|август*"},
    {Tag::kMonth, "9", "september|sept|sep|сентябр*"},
    {Tag::kMonth, "10", "october|oct|октябр*"},
    {Tag::kMonth, "11", "november|nov|ноябр*"},
    {Tag::kMonth, "12", "december|dec|декабр*"},
    {Tag::kThisYear, "",
     "this year|the current year|этого года|этом году|текущего года|текущем году|"
     "нынешнего года|нынешнем году|с г"},
    {Tag::kLastYear, "",
     "last year|the previous year|past year|прошлого года|прошлом году|"
     "прошлый год|предыдущем году|минувшем году|минувшего года"},
    {Tag::kYearStart, "",
     "since the start of the year|since the beginning of the year|so far this "
     "year|year to date|с начала года|с начала этого года"},
    {Tag::kHalf, "", "half|half year|half of|полугоди*"},
    {Tag::kQuarter, "", "quarter|квартал*"},
    {Tag::kMonths, "", "months|month|месяц*"},
    {Tag::kOrdinal, "1", "first|перв*"},
    {Tag::kOrdinal, "2", "second|two|втор*|два|двух"},
    {Tag::kOrdinal, "3", "third|three|трет*|три|трех"},
    {Tag::kOrdinal, "4", "fourth|four|четверт*|четыре|четырех"},
    {Tag::kOrdinal, "5", "five|пять|пяти"},
    {Tag::kOrdinal, "6", "six|шесть|шести"},
    {Tag::kOrdinal, "7", "seven|семь|семи"},
    {Tag::kOrdinal, "8", "eight|восемь|восьми"},
    {Tag::kOrdinal, "9", "nine|девять|девяти"},
    {Tag::kOrdinal, "10", "ten|десять|десяти"},
    {Tag::kOrdinal, "11", "eleven|одиннадцат*"},
    {Tag::kPast, "", "the past|the last|past|последн*|минувш*"},
    {Tag::kCompared, "",
     "compared with|compared to|against|по сравнению с|по отношению к|относительно"},
    {Tag::kShare, "",
     "accounts for|account for|accounted for|share|a share|makes up|make up|made up|"
     "приходится|приходилось|составляет|составила|составляют|доля|доли"},
};

/// Demonyms and capitals, and stems of Russian names with their cases.
constexpr std::pair<std::string_view, std::string_view> kPlaces[] = {
    {"RUS", "russia|russian|russians|moscow|kremlin|росси*|российск*|москв*|рф"},
    {"KAZ",
     "kazakhstan|kazakhstani|kazakh|astana|almaty|казахстан*|казахстанск*|астан*|нур султан*"},
    {"BLR",
     "belarus|belarusian|minsk|белорус*|беларус*|белорусск*|минск|минска|минску|минске|минском"},
    {"ARM", "armenia|armenian|yerevan|армени*|армянск*|ереван*"},
    {"KGZ", "kyrgyzstan|kyrgyz|bishkek|киргиз*|кыргыз*|бишкек*"},
    {"UKR", "ukraine|ukrainian|kyiv|kiev|украин*|киев|киева|киеву|киеве|киевом"},
    {"CHN", "china|chinese|beijing|китай|китая|китаю|китаем|китае|китайск*|пекин*|кнр"},
    {"DEU", "germany|german|berlin|герман*|немецк*|берлин*|фрг"},
    {"TUR", "turkey|turkish|türkiye|ankara|турци*|турецк*|анкар*"},
    {"USA", "us|u.s|u.s.|usa|united states|american|washington|сша|американск*|вашингтон*"},
    {"UZB", "uzbekistan|uzbek|tashkent|узбекистан*|узбекск*|ташкент*"},
    {"POL", "poland|polish|warsaw|польш*|польск*|варшав*"},
    {"VNM", "vietnam|vietnamese|viet nam|hanoi|вьетнам*|ханой|ханоя|ханою"},
    {"JPN", "japan|japanese|tokyo|япони*|японск*|токио"},
    {"KOR", "south korea|korean|seoul|южн* коре*|республик* коре*|сеул*"},
    {"IND", "india|indian|new delhi|delhi|инди|индия|индии|индию|индией|индийск*|дели"},
    {"ITA", "italy|italian|rome|итали*|итальянск*|рим|рима|риму|риме"},
    {"FRA", "france|french|paris|франци*|французск*|париж*"},
    {"GBR",
     "britain|british|uk|u.k|united kingdom|london|великобритан*|британи*|британск*|лондон*"},
    {"NLD", "netherlands|dutch|нидерланд*|голланд*"},
    {"FIN", "finland|finnish|helsinki|финлянд*|финск*|хельсинки"},
    {"AZE", "azerbaijan|azerbaijani|baku|азербайджан*|азербайджанск*|баку"},
    {"GEO", "georgia|georgian|tbilisi|грузи*|грузинск*|тбилиси"},
    {"MDA", "moldova|moldovan|chisinau|молдав*|молдов*|кишинев*"},
    {"TJK", "tajikistan|tajik|dushanbe|таджикистан*|таджикск*|душанбе"},
    {"IRN", "iran|iranian|tehran|иран|ирана|ирану|ираном|иране|иранск*|тегеран*"},
    {"SRB", "serbia|serbian|belgrade|серби*|сербск*|белград*"},
    {"CAN", "canada|canadian|ottawa|канад*"},
    {"MEX", "mexico|mexican|мексик*"},
};

struct Word {
  std::string text;
  bool open = false;  // any ending
  [[nodiscard]] bool matches(std::string_view token) const {
    return open ? token.starts_with(text) : token == text;
  }
};

struct Pattern {
  Tag tag;
  std::string value;
  std::vector<Word> words;
};

std::vector<std::string_view> split(std::string_view text, char sign) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(sign, at), text.size());
    if (end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

/// Patterns by the first four bytes of their first word, which is how a token finds its own.
class WordLists {
 public:
  static const WordLists& get() {
    static const WordLists lists;
    return lists;
  }

  [[nodiscard]] const std::vector<Pattern>* starting(std::string_view token) const {
    const auto found = by_start_.find(std::string(token.substr(0, kKey)));
    return found == by_start_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const std::vector<Pattern>& short_words() const { return short_; }
  static constexpr std::size_t kKey = 4;

 private:
  WordLists() {
    for (const Entry& entry : kEntries) add(entry.tag, entry.value, entry.patterns);
    for (const auto& [code, patterns] : kPlaces) add(Tag::kEconomy, code, patterns);
    for (const data::Economy& economy : data::economies()) {
      // Short names stand for other things too often, and the listed ones are done.
      if (economy.name.size() > 3) add_name(economy.code, economy.name);
      if (economy.name_russian.size() > 8) add_name(economy.code, economy.name_russian);
    }
  }

  void add_name(std::string_view code, std::string_view name) {
    const PlainText text = tokenise(name, false);
    Pattern pattern = {Tag::kEconomy, std::string(code), {}};
    for (const Token& token : text.tokens) pattern.words.push_back({token.lower, false});
    if (pattern.words.size() <= 3) keep(std::move(pattern));
  }

  void add(Tag tag, std::string_view value, std::string_view patterns) {
    for (const std::string_view text : split(patterns, '|')) {
      Pattern pattern = {tag, std::string(value), {}};
      for (const std::string_view word : split(text, ' ')) {
        const bool open = word.ends_with('*');
        pattern.words.push_back({std::string(word.substr(0, word.size() - (open ? 1 : 0))), open});
      }
      keep(std::move(pattern));
    }
  }

  void keep(Pattern pattern) {
    const std::string& first = pattern.words.front().text;
    if (first.size() < kKey && pattern.words.front().open) {
      short_.push_back(std::move(pattern));
    } else {
      by_start_[first.substr(0, kKey)].push_back(std::move(pattern));
    }
  }

  std::map<std::string, std::vector<Pattern>> by_start_;
  std::vector<Pattern> short_;  // open words shorter than the key
};

/// The tokens of a pattern from `at` on; hyphens between words are skipped. 0 when it does not fit.
std::size_t length_of(const Pattern& pattern, const std::vector<Token>& tokens, std::size_t at) {
  std::size_t place = at;
  for (std::size_t word = 0; word < pattern.words.size(); ++word) {
    if (word > 0 && place < tokens.size() && tokens[place].lower == "-") ++place;
    if (place >= tokens.size() || tokens[place].sentence != tokens[at].sentence ||
        !pattern.words[word].matches(tokens[place].lower)) {
      return 0;
    }
    ++place;
  }
  return place - at;
}

}  // namespace

std::vector<TaggedRun> tag_words(const PlainText& text) {
  const WordLists& lists = WordLists::get();
  std::vector<TaggedRun> runs;
  const std::vector<Token>& tokens = text.tokens;
  for (std::size_t at = 0; at < tokens.size();) {
    if (tokens[at].kind != Token::Kind::kWord) {
      if (tokens[at].lower == "%") {
        runs.push_back({.tag = Tag::kPercent, .first = at, .last = at});
      }
      ++at;
      continue;
    }
    const Pattern* best = nullptr;
    std::size_t longest = 0;
    for (const auto* patterns : {lists.starting(tokens[at].lower), &lists.short_words()}) {
      if (patterns == nullptr) continue;
      for (const Pattern& pattern : *patterns) {
        const std::size_t length = length_of(pattern, tokens, at);
        if (length > longest) {
          longest = length;
          best = &pattern;
        }
      }
    }
    if (best == nullptr) {
      ++at;
      continue;
    }
    runs.push_back({.tag = best->tag, .value = best->value, .first = at, .last = at + longest - 1});
    at += longest;
  }
  return runs;
}

}  // namespace altyn::attribution
