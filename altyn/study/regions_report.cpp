#include "altyn/study/regions_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "altyn/attribution/report_text.h"
#include "altyn/attribution/result_json.h"
#include "altyn/attribution/wording.h"

namespace altyn::study {
namespace {

using attribution::Cell;
using attribution::DefinedShare;
using attribution::Region;
using attribution::RegionPairShare;
using attribution::ResultTable;
using attribution::ShareDefinition;
using data::Language;

constexpr std::size_t kPairsOnPage = 100;
constexpr std::size_t kPairsInText = 10;
constexpr std::size_t kBarWidth = 50;

/// Words in the language of an answer.
class Words {
 public:
  explicit Words(Language language) : russian_(language == Language::kRussian) {}

  [[nodiscard]] std::string operator()(const char* english, const char* russian) const {
    return russian_ ? russian : english;
  }
  [[nodiscard]] std::string name(const std::string& economy) const {
    return data::economy_name(economy, russian_ ? Language::kRussian : Language::kEnglish);
  }
  [[nodiscard]] const std::string& name(const Region& region) const {
    return russian_ ? region.name_russian : region.name;
  }
  /// A point in English, a comma in Russian.
  [[nodiscard]] std::string number(double value, int digits) const {
    std::string text = fmt::format("{:.{}f}", value, digits);
    if (russian_) std::replace(text.begin(), text.end(), '.', ',');
    return text;
  }
  [[nodiscard]] std::string percent(double fraction, int digits = 0) const {
    return number(100.0 * fraction, digits) + (russian_ ? "\u00a0%" : "%");
  }
  [[nodiscard]] std::string range(double low, double high, int digits = 0) const {
    return percent(low, digits) + (*this)(" to ", " – ") + percent(high, digits);
  }
  [[nodiscard]] std::string list(const std::vector<std::string>& items) const {
    if (!russian_) return attribution::list_text(items);
    std::string text;
    for (std::size_t k = 0; k < items.size(); ++k) {
      text += k == 0 ? "" : k + 1 == items.size() ? " и " : ", ";
      text += items[k];
    }
    return text;
  }
  /// "3 times", "2,5 раза".
  [[nodiscard]] std::string times(double factor) const {
    const int digits = factor < 10.0 ? 1 : 0;
    if (!russian_) return fmt::format("{} times", number(factor, digits));
    // Fractions take the singular genitive; of whole numbers those that end in 2, 3, 4 do.
    const long whole = std::lround(factor);
    const long last = whole % 10;
    const bool few = digits == 1 || (last >= 2 && last <= 4 && (whole % 100) / 10 != 1);
    return fmt::format("{} {}", number(factor, digits), few ? "раза" : "раз");
  }

 private:
  bool russian_;
};

std::string label_of(ShareDefinition definition, const Words& say) {
  switch (definition) {
    case ShareDefinition::kBothOnBorder:
      return say("Both regions on the border", "Оба региона на границе");
    case ShareDefinition::kEitherOnBorder:
      return say("At least one on the border", "Хотя бы один на границе");
    case ShareDefinition::kNeitherCapital:
      break;
  }
  return say("Any two, capitals left out", "Любые два, кроме столиц");
}

/// The definition within a sentence.
std::string trade_of(ShareDefinition definition, const Words& say) {
  switch (definition) {
    case ShareDefinition::kBothOnBorder:
      return say("trade between two border regions", "торговля двух приграничных регионов");
    case ShareDefinition::kEitherOnBorder:
      return say("trade with at least one border region",
                 "торговля с участием хотя бы одного приграничного региона");
    case ShareDefinition::kNeitherCapital:
      break;
  }
  return say("trade between any two regions outside the capitals",
             "торговля любых двух регионов, кроме столиц");
}

std::string claim_words(const RegionQuestion& q, const Words& say) {
  return fmt::format(fmt::runtime(say("“About {}”", "«Около {}»")), say.percent(q.options.figure));
}

std::string capitalised(std::string text) {
  if (text.starts_with('t')) text[0] = 'T';
  if (text.starts_with("т")) text.replace(0, 2, "Т");
  return text;
}

std::string verdict_sentence(const RegionQuestion& q, const Words& say) {
  std::vector<std::string> fits, misses;
  for (const DefinedShare& one : q.shares.definitions) {
    (one.plausible ? fits : misses).push_back(trade_of(one.definition, say));
  }
  const std::string claim = claim_words(q, say);
  if (fits.empty()) {
    return fmt::format(
        fmt::runtime(say("{} is out of range under all three definitions of border trade.",
                         "{} не получается ни при одном из трёх определений.")),
        claim);
  }
  if (misses.empty()) {
    return fmt::format(fmt::runtime(say("{} is plausible under all three definitions.",
                                        "{} правдоподобно при всех трёх определениях.")),
                       claim);
  }
  return fmt::format(
      fmt::runtime(say("{} is plausible only if what counts is {}. It is out of range for {}.",
                       "{} правдоподобно, только если считается {}. Вне диапазона: {}.")),
      claim, say.list(fits), say.list(misses));
}

std::string definition_sentence(const RegionQuestion& q, const DefinedShare& one,
                                const Words& say) {
  std::string text = fmt::format(
      fmt::runtime(say("{}: {} of the total (90% range {}; over all draws {}).",
                       "{}: {} всей торговли (90-процентный интервал {}; по всем розыгрышам {}).")),
      capitalised(trade_of(one.definition, say)), say.percent(one.share.mid),
      say.range(one.share.low, one.share.high), say.range(one.least, one.most));
  if (one.plausible) return text;
  if (one.needed_factor > 1.0) {
    text += fmt::format(
        fmt::runtime(say(" For {} these pairs would have to trade {} as much as their sizes and "
                         "distances say.",
                         " Чтобы вышло {}, такие пары должны торговать в {} больше, чем следует из "
                         "их размера и расстояния.")),
        say.percent(q.options.figure), say.times(one.needed_factor));
  } else {
    text += fmt::format(
        fmt::runtime(say(" For {} these pairs would have to trade {} less than their sizes and "
                         "distances say.",
                         " Чтобы вышло {}, такие пары должны торговать в {} меньше, чем следует из "
                         "их размера и расстояния.")),
        say.percent(q.options.figure), say.times(1.0 / one.needed_factor));
  }
  return text;
}

/// Which matters more: what is counted, or how trade is spread.
std::string spread_sentence(const RegionQuestion& q, const Words& say) {
  double least = 1.0, most = 0.0, widest = 0.0;
  for (const DefinedShare& one : q.shares.definitions) {
    least = std::min(least, one.share.mid);
    most = std::max(most, one.share.mid);
    widest = std::max(widest, one.share.high - one.share.low);
  }
  const char* english =
      most - least > widest
          ? "The answer turns on the definition more than on the elasticities: the middles of the "
            "three are up to {} points apart, the widest 90% range is {} points."
          : "The answer turns on the elasticities at least as much as on the definition: the "
            "middles of the three are up to {} points apart, the widest 90% range is {} points.";
  const char* russian =
      most - least > widest
          ? "Ответ зависит от определения больше, чем от эластичностей: середины трёх оценок "
            "расходятся до {} п.п., самый широкий 90-процентный интервал – {} п.п."
          : "Ответ зависит от эластичностей не меньше, чем от определения: середины трёх оценок "
            "расходятся до {} п.п., самый широкий 90-процентный интервал – {} п.п.";
  return fmt::format(fmt::runtime(say(english, russian)), say.number(100.0 * (most - least), 0),
                     say.number(100.0 * widest, 0));
}

std::string largest_sentence(const RegionQuestion& q, const Words& say) {
  const RegionPairShare& top = q.shares.pairs.front();
  const std::size_t n = std::min(kPairsInText, q.shares.pairs.size());
  double together = 0.0;
  for (std::size_t k = 0; k < n; ++k) together += q.shares.pairs[k].share;
  return fmt::format(
      fmt::runtime(say("The largest pair of regions is {} and {} with {} of the total; the {} "
                       "largest together make {}.",
                       "Крупнейшая пара регионов – {} и {}: {} всей торговли; {} крупнейших пар "
                       "вместе – {}.")),
      say.name(q.shares.first[top.first]), say.name(q.shares.second[top.second]),
      say.percent(top.share, 1), n, say.percent(together));
}

std::vector<std::string> names_where(const std::vector<Region>& regions, bool Region::* flag,
                                     const Words& say) {
  std::vector<std::string> names;
  for (const Region& region : regions) {
    if (region.*flag) names.push_back(say.name(region));
  }
  return names;
}

std::vector<std::string> notes_of(const RegionQuestion& q, const Words& say) {
  std::vector<std::string> notes;
  const auto note = [&](const char* english, const char* russian, bool Region::* flag) {
    std::string text = say(english, russian);
    for (const auto& [economy, regions] :
         {std::pair(q.first, &q.shares.first), std::pair(q.second, &q.shares.second)}) {
      const std::vector<std::string> names = names_where(*regions, flag, say);
      if (names.empty()) continue;
      text += fmt::format(" {} ({}): {}.", say.name(economy), names.size(), say.list(names));
    }
    notes.push_back(std::move(text));
  };
  note("On the common border.", "На общей границе.", &Region::border);
  note("Taken as capitals.", "Считаются столицами.", &Region::capital);
  if (q.tables.products.empty()) {
    notes.push_back(
        say("Regions are sized by population.", "Размер региона – численность населения."));
  } else {
    std::string text =
        say("Regions are sized by population, except where a source states their product.",
            "Размер региона – численность населения; там, где валовой региональный продукт назван "
            "источником, – его доля.");
    std::map<std::string, const Region*> by_code;
    for (const auto* side : {&q.shares.first, &q.shares.second}) {
      for (const Region& region : *side) by_code[region.code] = &region;
    }
    for (const StatedProduct& product : q.tables.products) {
      text += fmt::format(" {}: {} ({}).", say.name(*by_code.at(product.region)),
                          say.percent(product.share, 2), product.source);
    }
    notes.push_back(std::move(text));
  }
  const attribution::RegionShareOptions& o = q.options;
  std::string drawn = fmt::format(
      fmt::runtime(say("{} draws. Elasticity of size {} to {}, for each side apart; of distance {} "
                       "to {}.",
                       "Розыгрышей: {}. Эластичность по размеру {} – {}, у каждой стороны своя; по "
                       "расстоянию {} – {}.")),
      o.n_draws, say.number(o.size_low, 2), say.number(o.size_high, 2),
      say.number(o.distance_low, 2), say.number(o.distance_high, 2));
  if (o.border_low != 0.0 || o.border_high != 0.0) {
    drawn += fmt::format(fmt::runtime(say(" Two border regions trade exp(c) times as much, c {} to "
                                          "{}.",
                                          " Два приграничных региона торгуют в exp(c) раз больше, "
                                          "c {} – {}.")),
                         say.number(o.border_low, 2), say.number(o.border_high, 2));
  }
  notes.push_back(std::move(drawn));
  notes.push_back(
      fmt::format(fmt::runtime(say("“About” reaches {} either side of the figure: {}.",
                                   "«Около» – это {} от числа в обе стороны: {}.")),
                  say.percent(o.rounding),
                  say.range(o.figure * (1.0 - o.rounding), o.figure * (1.0 + o.rounding), 1)));
  return notes;
}

ResultTable shares_table(const RegionQuestion& q, const Words& say) {
  ResultTable table{
      .id = "region_shares",
      .title = say("Share of trade under three definitions", "Доля торговли при трёх определениях"),
      .note = say("Median and 5th to 95th percentile of the draws",
                  "Медиана и интервал от 5-го до 95-го процентиля розыгрышей"),
      .columns = {
          {"definition", say("Id", "Код"), ""},
          {"label", say("What counts", "Что считается"), ""},
          {"mid", say("Share", "Доля"), "share"},
          {"low", "5%", "share"},
          {"high", "95%", "share"},
          {"least", say("Least draw", "Минимум"), "share"},
          {"most", say("Largest draw", "Максимум"), "share"},
          {"at_figure", say("Draws at the claim", "Розыгрыши у заявленного"), "share"},
          {"plausible", say("Claim plausible", "Правдоподобно"), "bool"},
          {"needed_factor", say("Trade it would take, times", "Нужный рост, раз"), "number"}}};
  for (const DefinedShare& one : q.shares.definitions) {
    table.add({std::string(to_string(one.definition)), label_of(one.definition, say), one.share.mid,
               one.share.low, one.share.high, one.least, one.most, one.at_figure, one.plausible,
               one.needed_factor});
  }
  return table;
}

ResultTable elasticities_table(const RegionQuestion& q, const Words& say) {
  ResultTable table{.id = "region_elasticities",
                    .title = say("What each elasticity does to the share",
                                 "Как доля зависит от каждой эластичности"),
                    .note = say("The others stay at the middle of their ranges",
                                "Остальные – в середине своих диапазонов"),
                    .columns = {{"label", say("What counts", "Что считается"), ""},
                                {"elasticity", say("Elasticity", "Эластичность"), ""},
                                {"from", say("From", "От"), "number"},
                                {"to", say("To", "До"), "number"},
                                {"share_at_from", say("Share there", "Доля там"), "share"},
                                {"share_at_to", say("Share there", "Доля там"), "share"}}};
  const std::map<std::string, std::string> names = {
      {"size", say("size", "по размеру")},
      {"distance", say("distance", "по расстоянию")},
      {"border", say("common border", "общая граница")}};
  for (const DefinedShare& one : q.shares.definitions) {
    for (const attribution::ShareEnds& ends : one.ends) {
      table.add({label_of(one.definition, say), names.at(ends.elasticity), ends.low, ends.high,
                 ends.share_at_low, ends.share_at_high});
    }
  }
  return table;
}

ResultTable regions_table(const RegionQuestion& q, const Words& say) {
  ResultTable table{.id = "regions",
                    .title = say("The regions", "Регионы"),
                    .note = say("Share: of the trade of the two economies, at the middle of every "
                                "range",
                                "Доля торговли двух экономик, в середине всех диапазонов"),
                    .columns = {{"region", say("Code", "Код"), ""},
                                {"name", say("Region", "Регион"), ""},
                                {"economy", say("Economy", "Экономика"), ""},
                                {"population", say("Population", "Население"), "count"},
                                {"size_from", say("Sized by", "Размер по"), ""},
                                {"size_share", say("Of the economy", "Доля в экономике"), "share"},
                                {"latitude", say("Latitude", "Широта"), "number"},
                                {"longitude", say("Longitude", "Долгота"), "number"},
                                {"border", say("On the border", "На границе"), "bool"},
                                {"capital", say("Capital", "Столица"), "bool"},
                                {"share", say("Share of trade", "Доля торговли"), "share"}}};
  for (const auto& [economy, regions] :
       {std::pair(q.first, &q.shares.first), std::pair(q.second, &q.shares.second)}) {
    double total = 0.0;
    for (const Region& region : *regions) total += region.size;
    for (const Region& region : *regions) {
      table.add(
          {region.code, say.name(region), say.name(economy), region.population,
           region.size_from == "product" ? say("product", "ВРП") : say("population", "населению"),
           region.size / total, region.latitude_degrees, region.longitude_degrees, region.border,
           region.capital, region.share});
    }
  }
  return table;
}

ResultTable key_results(const RegionQuestion& q, const Words& say) {
  ResultTable table{.id = "key_results",
                    .title = say("Key results", "Главные числа"),
                    .note = "",
                    .columns = {{"name", say("Name", "Имя"), ""},
                                {"label", say("What", "Что"), ""},
                                {"value", say("Value", "Значение"), ""},
                                {"low", "5%", ""},
                                {"high", "95%", ""},
                                {"unit", say("Unit", "Единица"), ""}}};
  for (const DefinedShare& one : q.shares.definitions) {
    const std::string id(to_string(one.definition));
    const std::string label = label_of(one.definition, say);
    table.add(
        {id + "_share", label, one.share.mid, one.share.low, one.share.high, std::string("share")});
    table.add({id + "_plausible",
               fmt::format("{}: {}", label, say("claim plausible", "заявленное правдоподобно")),
               one.plausible ? 1.0 : 0.0, Cell{}, Cell{}, std::string("0 or 1")});
    table.add({id + "_needed_factor",
               fmt::format("{}: {}", label,
                           say("times the trade it would take", "во сколько раз больше нужно")),
               one.needed_factor, Cell{}, Cell{}, std::string("times")});
  }
  return table;
}

}  // namespace

ResultTable region_pairs(const RegionQuestion& q, Language language) {
  const Words say(language);
  ResultTable table{
      .id = "region_pairs",
      .title = say("Pairs of regions", "Пары регионов"),
      .note = "",
      .columns = {{"first", say("Code", "Код"), ""},
                  {"first_name", say.name(q.first), ""},
                  {"second", say("Code", "Код"), ""},
                  {"second_name", say.name(q.second), ""},
                  {"distance_km", say("Distance, km", "Расстояние, км"), "count"},
                  {"share", say("Share of trade", "Доля торговли"), "share"},
                  {"both_on_border", say("Both on the border", "Оба на границе"), "bool"},
                  {"either_on_border", say("At least one", "Хотя бы один"), "bool"},
                  {"neither_capital", say("No capital", "Без столиц"), "bool"}}};
  for (const RegionPairShare& pair : q.shares.pairs) {
    const Region& a = q.shares.first[pair.first];
    const Region& b = q.shares.second[pair.second];
    table.add({a.code, say.name(a), b.code, say.name(b), pair.distance_km, pair.share,
               a.border && b.border, a.border || b.border, !a.capital && !b.capital});
  }
  return table;
}

RegionAnswer answer_of(const RegionQuestion& q, Language language) {
  const Words say(language);
  RegionAnswer answer;
  answer.name = fmt::format("{}-{}-regions", q.first, q.second);
  std::transform(answer.name.begin(), answer.name.end(), answer.name.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  answer.title =
      fmt::format(fmt::runtime(say("Is {} of {}-{} trade between border regions?",
                                   "Приходится ли {} торговли {} – {} на приграничные регионы?")),
                  say.percent(q.options.figure), say.name(q.first), say.name(q.second));
  const auto on_border = [](const std::vector<Region>& regions) {
    return std::count_if(regions.begin(), regions.end(),
                         [](const Region& region) { return region.border; });
  };
  answer.about = fmt::format(
      fmt::runtime(
          say("{}: {} regions, {} on the common border; {}: {} regions, {} on it. Only the "
              "total of their trade is known; it is spread over {} pairs of regions by size "
              "and distance. A share does not depend on the total.",
              "{}: регионов {}, на общей границе {}; {}: регионов {}, на границе {}. "
              "Известен только общий объём торговли; он распределён по {} парам регионов "
              "по их размеру и расстоянию. Доля от общего объёма не зависит.")),
      say.name(q.first), q.shares.first.size(), on_border(q.shares.first), say.name(q.second),
      q.shares.second.size(), on_border(q.shares.second), q.shares.pairs.size());

  answer.summary.push_back(verdict_sentence(q, say));
  for (const DefinedShare& one : q.shares.definitions) {
    answer.summary.push_back(definition_sentence(q, one, say));
  }
  answer.summary.push_back(spread_sentence(q, say));
  answer.summary.push_back(largest_sentence(q, say));
  answer.summary.push_back(say(
      "This says where trade would be expected, not where it was recorded. Customs books put a "
      "trade where the trader is registered, which makes capitals larger.",
      "Это говорит, где торговли следует ожидать, а не где она учтена. Таможня относит сделку к "
      "региону регистрации участника, и доля столиц в её данных выше."));
  answer.notes = notes_of(q, say);

  ResultTable pairs = region_pairs(q, language);
  if (pairs.rows.size() > kPairsOnPage) {
    pairs.note = fmt::format(fmt::runtime(say("The {} largest of {}; pairs.csv has all",
                                              "{} крупнейших из {}; все – в pairs.csv")),
                             kPairsOnPage, pairs.rows.size());
    pairs.rows.resize(kPairsOnPage);
  }
  answer.tables = {shares_table(q, say), elasticities_table(q, say), std::move(pairs),
                   regions_table(q, say), key_results(q, say)};
  return answer;
}

namespace {

double number_of(const Cell& cell) { return std::get<double>(cell); }
const std::string& text_of(const Cell& cell) { return std::get<std::string>(cell); }

const ResultTable& table_of(const RegionAnswer& answer, std::string_view id) {
  return *std::find_if(answer.tables.begin(), answer.tables.end(),
                       [&](const ResultTable& table) { return table.id == id; });
}

/// A range of shares on an axis from nil to all.
std::string bar(double low, double mid, double high) {
  const auto at = [](double share) {
    return static_cast<std::size_t>(std::lround(share * static_cast<double>(kBarWidth - 1)));
  };
  std::string text;
  for (std::size_t column = 0; column < kBarWidth; ++column) {
    text += column == at(mid)                         ? "●"
            : column >= at(low) && column <= at(high) ? "─"
            : column == 0 || column == kBarWidth - 1  ? "│"
                                                      : "·";
  }
  return text;
}

}  // namespace

std::string answer_text(const RegionAnswer& answer) {
  std::string text =
      fmt::format("\033[1m{}\033[0m\n{}\n\n  {:<28}{:>6}{:>14}  0%{:>{}}\n", answer.title,
                  answer.about, "", "share", "5% to 95%", "100%", kBarWidth - 2);
  for (const auto& row : table_of(answer, "region_shares").rows) {
    const double mid = number_of(row[2]), low = number_of(row[3]), high = number_of(row[4]);
    text += fmt::format("  {:<28}{:>5.0f}%{:>14}  {}\n", text_of(row[1]), 100.0 * mid,
                        fmt::format("{:.0f}% to {:.0f}%", 100.0 * low, 100.0 * high),
                        bar(low, mid, high));
  }
  text += fmt::format("\n\033[1m{}\033[0m\n", answer.summary.front());
  for (std::size_t k = 1; k < answer.summary.size(); ++k) text += answer.summary[k] + "\n";
  text += "\n\033[1mLargest pairs of regions\033[0m\n";
  const ResultTable& pairs = table_of(answer, "region_pairs");
  for (std::size_t k = 0; k < std::min(kPairsInText, pairs.rows.size()); ++k) {
    const auto& row = pairs.rows[k];
    text += fmt::format("  {:>5.1f}%  {} - {}, {:.0f} km{}\n", 100.0 * number_of(row[5]),
                        text_of(row[1]), text_of(row[3]), number_of(row[4]),
                        std::get<bool>(row[6]) ? ", both on the border" : "");
  }
  for (const std::string& note : answer.notes) text += fmt::format("\n\033[2m{}\033[0m", note);
  return text + "\n";
}

std::string answer_markdown(const RegionAnswer& answer,
                            const std::vector<attribution::Source>& sources, Language language) {
  const Words say(language);
  std::string text =
      fmt::format("# {}\n\n**{}**\n\n{}\n\n", answer.title, answer.summary.front(), answer.about);
  for (std::size_t k = 1; k < answer.summary.size(); ++k) text += answer.summary[k] + "\n\n";
  for (const ResultTable& table : answer.tables) {
    text += attribution::markdown_table(table, say("yes", "да"));
  }
  text += fmt::format("## {}\n\n", say("What is assumed", "Допущения"));
  for (const std::string& note : answer.notes) text += fmt::format("- {}\n", note);
  text += fmt::format("\n## {}\n\n", say("Sources", "Источники"));
  for (const attribution::Source& source : sources) {
    text += fmt::format("- {}", source.file);
    if (!source.what.empty()) {
      text += fmt::format(": {} ({}; {})", source.what, source.provider, source.licence);
    }
    text += "\n";
  }
  return text;
}

nlohmann::json to_json(const RegionAnswer& answer) {
  nlohmann::json tables = nlohmann::json::object();
  for (const ResultTable& table : answer.tables) tables[table.id] = attribution::to_json(table);
  return {{"name", answer.name},       {"title", answer.title}, {"about", answer.about},
          {"summary", answer.summary}, {"notes", answer.notes}, {"tables", std::move(tables)}};
}

}  // namespace altyn::study
