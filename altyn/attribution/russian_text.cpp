#include "altyn/attribution/russian_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "altyn/attribution/russian_phrases.h"
#include "altyn/data/country_codes.h"

namespace altyn::attribution {
namespace {

constexpr std::string_view kGap = "{}";
constexpr std::string_view kNarrowSpace = "\u00a0";
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kMonths = {
    {{"January", "январь"},
     {"February", "февраль"},
     {"March", "март"},
     {"April", "апрель"},
     {"May", "май"},
     {"June", "июнь"},
     {"July", "июль"},
     {"August", "август"},
     {"September", "сентябрь"},
     {"October", "октябрь"},
     {"November", "ноябрь"},
     {"December", "декабрь"}}};

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
bool is_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (static_cast<unsigned char>(letter) & 0x80U) != 0;
}

/// A phrase cut at its gaps.
struct Pattern {
  std::vector<std::string_view> literals;
  std::string_view russian;
  std::size_t weight = 0;  ///< letters that are given: the most particular one is tried first
};

struct Catalogue {
  std::map<std::string_view, std::string_view> whole;
  std::vector<Pattern> patterns;
};

const Catalogue& catalogue() {
  static const Catalogue built = [] {
    Catalogue made;
    for (const Phrase& phrase : russian_phrases()) {
      if (phrase.english.find(kGap) == std::string_view::npos) {
        made.whole.emplace(phrase.english, phrase.russian);
        continue;
      }
      Pattern pattern{.literals = {}, .russian = phrase.russian};
      std::string_view rest = phrase.english;
      for (std::size_t gap = rest.find(kGap); gap != std::string_view::npos;
           gap = rest.find(kGap)) {
        pattern.literals.push_back(rest.substr(0, gap));
        rest.remove_prefix(gap + kGap.size());
      }
      pattern.literals.push_back(rest);
      for (const std::string_view literal : pattern.literals) pattern.weight += literal.size();
      made.patterns.push_back(std::move(pattern));
    }
    std::stable_sort(made.patterns.begin(), made.patterns.end(),
                     [](const Pattern& a, const Pattern& b) { return a.weight > b.weight; });
    return made;
  }();
  return built;
}

/// Fills `gaps` with what stands between the literals from `next` on; the shortest texts that fit.
/// A gap is not empty and holds no end of a sentence.
bool match(const Pattern& pattern, std::size_t next, std::string_view text,
           std::vector<std::string_view>& gaps) {
  const std::string_view literal = pattern.literals[next];
  const bool last = next + 1 == pattern.literals.size();
  if (last && literal.empty()) {
    if (text.empty() || text.find(". ") != std::string_view::npos) return false;
    gaps.push_back(text);
    return true;
  }
  for (std::size_t at = text.find(literal, 1); at != std::string_view::npos;
       at = text.find(literal, at + 1)) {
    const std::string_view gap = text.substr(0, at);
    if (gap.find(". ") != std::string_view::npos) return false;
    const std::string_view rest = text.substr(at + literal.size());
    if (last && !rest.empty()) continue;
    gaps.push_back(gap);
    if (last || match(pattern, next + 1, rest, gaps)) return true;
    gaps.pop_back();
  }
  return false;
}

/// The economy whose English name starts the text, the longest one; null for none.
const data::Economy* economy_at(std::string_view text) {
  const data::Economy* found = nullptr;
  for (const data::Economy& economy : data::economies()) {
    if (!text.starts_with(economy.name)) continue;
    if (text.size() > economy.name.size() && is_letter(text[economy.name.size()])) continue;
    if (found == nullptr || economy.name.size() > found->name.size()) found = &economy;
  }
  return found;
}

/// Numbers, months, economies and the words between them as Russian writes them.
std::string localised(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const char before = at == 0 ? ' ' : text[at - 1];
    const char letter = text[at];
    const char after = at + 1 < text.size() ? text[at + 1] : ' ';
    if (is_digit(before) && letter == ',' && is_digit(after)) {
      out += kNarrowSpace;
      ++at;
    } else if (is_digit(before) && letter == '.' && is_digit(after)) {
      out += ',';
      ++at;
    } else if (is_digit(before) && letter == '%') {
      out += kNarrowSpace;
      out += '%';
      ++at;
    } else if (is_digit(before) && (rest.starts_with("st") || rest.starts_with("nd") ||
                                    rest.starts_with("rd") || rest.starts_with("th"))) {
      at += 2;
    } else if (rest.starts_with(" and ")) {
      out += " и ";
      at += 5;
    } else if (rest.starts_with(" to ")) {
      out += " – ";
      at += 4;
    } else if (!is_letter(before) && letter >= 'A' && letter <= 'Z') {
      const auto* month = std::find_if(kMonths.begin(), kMonths.end(), [&](const auto& one) {
        return rest.starts_with(one.first);
      });
      if (month != kMonths.end()) {
        out += month->second;
        at += month->first.size();
        if (at < text.size() && text[at] == '-') {
          out += "–";
          ++at;
        } else if (at + 4 < text.size() && text[at] == ' ' && is_digit(text[at + 1])) {
          out += text.substr(at, 5);
          out += kNarrowSpace;
          out += "г.";
          at += 5;
        }
      } else if (const data::Economy* economy = economy_at(rest)) {
        out += economy->name_russian;
        at += economy->name.size();
        if (at < text.size() && text[at] == '-' && economy_at(text.substr(at + 1)) != nullptr) {
          out += " – ";
          ++at;
        }
      } else {
        out += letter;
        ++at;
      }
    } else {
      out += letter;
      ++at;
    }
  }
  return out;
}

/// Nothing when no phrase fits the whole text.
std::optional<std::string> phrase_of(std::string_view text);

std::string gap_in_russian(std::string_view gap) {
  if (auto known = phrase_of(gap)) return *std::move(known);
  return localised(gap);
}

std::optional<std::string> phrase_of(std::string_view text) {
  const Catalogue& known = catalogue();
  if (const auto whole = known.whole.find(text); whole != known.whole.end()) {
    return std::string(whole->second);
  }
  for (const Pattern& pattern : known.patterns) {
    std::vector<std::string_view> gaps;
    if (!text.starts_with(pattern.literals.front())) continue;
    if (!match(pattern, 1, text.substr(pattern.literals.front().size()), gaps)) continue;
    std::string out;
    std::size_t next = 0;
    std::string_view rest = pattern.russian;
    for (std::size_t at = rest.find(kGap); at != std::string_view::npos; at = rest.find(kGap)) {
      out += rest.substr(0, at);
      out += gap_in_russian(gaps[next++]);
      rest.remove_prefix(at + kGap.size());
    }
    out += rest;
    return out;
  }
  return std::nullopt;
}

/// Where a sentence ends: after its stop, before the space; the end of the text otherwise.
std::size_t sentence_end(std::string_view text) {
  for (std::size_t at = text.find(". "); at != std::string_view::npos;
       at = text.find(". ", at + 1)) {
    if (at + 2 < text.size() && text[at + 2] >= 'A' && text[at + 2] <= 'Z') return at + 1;
    if (at + 2 < text.size() && is_digit(text[at + 2])) return at + 1;
  }
  return text.size();
}

void translate(std::string& text) { text = in_russian(std::string_view(text)); }
void translate(std::vector<std::string>& texts) {
  for (std::string& text : texts) translate(text);
}

/// Keys such as "main" and "claimed" are single words in small letters; charts know them.
bool is_key(std::string_view cell) {
  return std::none_of(cell.begin(), cell.end(), [](char letter) {
    return letter == ' ' || (letter >= 'A' && letter <= 'Z');
  });
}

/// Whether a word of `least` Latin letters or more is left that no name or code begins.
bool has_english(std::string_view text, std::size_t least) {
  std::size_t run = 0;
  bool small = false;
  for (const char letter : text) {
    const bool latin = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    if (latin && run == 0) small = letter >= 'a';
    run = latin ? run + 1 : 0;
    if (run >= least && small) return true;
  }
  return false;
}

/// A cell in Russian, where all of it has a Russian form: what a source says in its own words
/// stays.
std::string cell_in_russian(const std::string& cell) {
  const data::Economy* economy = economy_at(cell);
  if (economy != nullptr && economy->name == cell) return std::string(economy->name_russian);
  if (auto known = phrase_of(cell); known && !has_english(*known, 3)) return *std::move(known);
  std::string local = localised(cell);
  const bool latin = std::any_of(local.begin(), local.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  });
  return latin ? cell : local;
}

void translate(ResultTable& table) {
  translate(table.title);
  translate(table.note);
  for (ResultColumn& column : table.columns) translate(column.label);
  for (std::vector<Cell>& row : table.rows) {
    for (Cell& cell : row) {
      std::string* text = std::get_if<std::string>(&cell);
      if (text != nullptr && !is_key(*text)) *text = cell_in_russian(*text);
    }
  }
}

}  // namespace

std::string in_russian(std::string_view english) {
  if (auto known = phrase_of(english)) return *std::move(known);
  const std::size_t end = sentence_end(english);
  if (end == english.size()) return std::string(english);
  return in_russian(english.substr(0, end)) + " " + in_russian(english.substr(end + 1));
}

CheckResult in_russian(CheckResult result) {
  if (!result.claim.title_ru.empty()) {
    result.title = result.claim.title_ru;
  } else {
    translate(result.title);
  }
  if (!result.claim.in_our_words_ru.empty()) {
    result.claim.in_our_words = result.claim.in_our_words_ru;
  }
  translate(result.claim.strength);
  result.reporter_name = data::economy_name(result.claim.reporter, data::Language::kRussian);
  result.partner_name = data::economy_name(result.claim.partner, data::Language::kRussian);
  translate(result.agreement_name);
  Verdict& verdict = result.verdict;
  for (std::string* text : {&verdict.number.label, &verdict.number.sentence, &verdict.number.rule,
                            &verdict.cause.label, &verdict.cause.sentence, &verdict.cause.rule,
                            &result.synthesis.sentence, &result.calibration}) {
    translate(*text);
  }
  translate(verdict.confidence.reasons);
  translate(verdict.summary);
  translate(verdict.would_change);
  for (LineOfEvidence& line : result.lines) {
    for (std::string* text :
         {&line.title, &line.question, &line.missing, &line.finding, &line.limits, &line.data,
          &line.period, &line.controls, &line.method}) {
      translate(*text);
    }
  }
  for (ResultTable& table : result.tables) translate(table);
  for (DataFinding& finding : result.findings) {
    translate(finding.sentence);
    translate(finding.where);
  }
  return result;
}

}  // namespace altyn::attribution
