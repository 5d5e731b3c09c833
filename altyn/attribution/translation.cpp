#include "altyn/attribution/translation.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "altyn/attribution/claim_labels.h"
#include "altyn/attribution/claim_phrases.h"
#include "altyn/attribution/study_phrases.h"
#include "altyn/data/country_codes.h"

namespace altyn::attribution {
namespace {

constexpr std::string_view kGap = "{}";
constexpr std::string_view kInner = "…";
constexpr std::size_t kLeastShare = 10;  // of a text must be its phrase's own words, one in so many
constexpr std::string_view kNarrowSpace = "\u00a0";
using MonthWords = std::array<std::string_view, 3>;
constexpr std::array<MonthWords, 12> kMonthWords = {{
    {"January", "январь", "қаңтар"},
    {"February", "февраль", "ақпан"},
    {"March", "март", "наурыз"},
    {"April", "апрель", "сәуір"},
    {"May", "май", "мамыр"},
    {"June", "июнь", "маусым"},
    {"July", "июль", "шілде"},
    {"August", "август", "тамыз"},
    {"September", "сентябрь", "қыркүйек"},
    {"October", "октябрь", "қазан"},
    {"November", "ноябрь", "қараша"},
    {"December", "декабрь", "желтоқсан"},
}};

bool is_numeral(char letter) { return letter >= '0' && letter <= '9'; }
bool in_word(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (static_cast<unsigned char>(letter) & 0x80U) != 0;
}

/// A phrase cut at its gaps.
struct PhrasePattern {
  std::vector<std::string_view> literals;
  std::string_view said;
  bool inner = false;      ///< holds inside other phrases alone
  std::size_t weight = 0;  ///< letters that are given: the most particular one is tried first
};

struct Catalogue {
  std::map<std::string_view, std::string_view> whole;
  std::vector<PhrasePattern> patterns;

  void add(std::string_view english, std::string_view said) {
    if (english.find(kGap) == std::string_view::npos) {
      whole.emplace(english, said);
      return;
    }
    PhrasePattern pattern{.literals = {}, .said = said};
    pattern.inner = english.starts_with(kInner);
    std::string_view rest = english;
    if (pattern.inner) rest.remove_prefix(kInner.size());
    for (std::size_t gap = rest.find(kGap); gap != std::string_view::npos; gap = rest.find(kGap)) {
      pattern.literals.push_back(rest.substr(0, gap));
      rest.remove_prefix(gap + kGap.size());
    }
    pattern.literals.push_back(rest);
    for (const std::string_view literal : pattern.literals) pattern.weight += literal.size();
    patterns.push_back(std::move(pattern));
  }
};

Catalogue catalogue_of(Tongue tongue) {
  Catalogue made;
  for (const std::span<const Phrase> phrases : {claim_phrases(), claim_labels(), study_phrases()}) {
    for (const Phrase& phrase : phrases) {
      made.add(phrase.english, tongue == Tongue::kRussian ? phrase.russian : phrase.kazakh);
    }
  }
  std::stable_sort(
      made.patterns.begin(), made.patterns.end(),
      [](const PhrasePattern& a, const PhrasePattern& b) { return a.weight > b.weight; });
  return made;
}

const Catalogue& catalogue(Tongue tongue) {
  static const Catalogue russian = catalogue_of(Tongue::kRussian);
  static const Catalogue kazakh = catalogue_of(Tongue::kKazakh);
  return tongue == Tongue::kRussian ? russian : kazakh;
}

bool balanced(std::string_view text) {
  int open = 0;
  for (const char letter : text) {
    open += letter == '(' ? 1 : letter == ')' ? -1 : 0;
    if (open < 0) return false;
  }
  return open == 0;
}

/// Fills `gaps` with what stands between the literals from `next` on; the shortest texts that fit.
/// A gap is not empty and holds no end of a sentence; one of a list's parts closes what it opens.
bool match(const PhrasePattern& pattern, std::size_t next, std::string_view text,
           std::vector<std::string_view>& gaps) {
  const std::string_view literal = pattern.literals[next];
  const bool last = next + 1 == pattern.literals.size();
  if (last && literal.empty()) {
    if (text.empty() || text.find(". ") != std::string_view::npos) return false;
    if (pattern.inner && !balanced(text)) return false;
    gaps.push_back(text);
    return true;
  }
  for (std::size_t at = text.find(literal, 1); at != std::string_view::npos;
       at = text.find(literal, at + 1)) {
    const std::string_view gap = text.substr(0, at);
    if (gap.find(". ") != std::string_view::npos) return false;
    const std::string_view rest = text.substr(at + literal.size());
    if (last && !rest.empty()) continue;
    if (pattern.inner && !balanced(gap)) continue;
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
    if (text.size() > economy.name.size() && in_word(text[economy.name.size()])) continue;
    if (found == nullptr || economy.name.size() > found->name.size()) found = &economy;
  }
  return found;
}

/// The month whose English name starts the text; null for none.
const MonthWords* month_at(std::string_view text) {
  const auto* found = std::find_if(kMonthWords.begin(), kMonthWords.end(),
                                   [text](const auto& one) { return text.starts_with(one[0]); });
  return found == kMonthWords.end() ? nullptr : found;
}

/// Numbers, months, economies and the words between them as the language writes them.
std::string localised(std::string_view text, Tongue tongue) {
  const bool russian = tongue == Tongue::kRussian;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const char before = at == 0 ? ' ' : text[at - 1];
    const char letter = text[at];
    const char after = at + 1 < text.size() ? text[at + 1] : ' ';
    if (is_numeral(before) && letter == ',' && is_numeral(after)) {
      out += kNarrowSpace;
      ++at;
    } else if (is_numeral(before) && letter == '.' && is_numeral(after)) {
      out += ',';
      ++at;
    } else if (is_numeral(before) && letter == '%') {
      out += kNarrowSpace;
      out += '%';
      ++at;
    } else if (is_numeral(before) && (rest.starts_with("st") || rest.starts_with("nd") ||
                                      rest.starts_with("rd") || rest.starts_with("th"))) {
      at += 2;
    } else if (rest.starts_with(" and ")) {
      out += russian ? " и " : " және ";
      at += 5;
    } else if (rest.starts_with(" to ")) {
      out += " – ";
      at += 4;
    } else if (!in_word(before) && letter >= 'A' && letter <= 'Z') {
      if (const MonthWords* month = month_at(rest)) {
        std::string months{(*month)[russian ? 1 : 2]};
        at += (*month)[0].size();
        if (at < text.size() && text[at] == '-') {
          months += "–";
          ++at;
          if (const MonthWords* last = month_at(text.substr(at))) {
            months += (*last)[russian ? 1 : 2];
            at += (*last)[0].size();
          }
        }
        if (at + 4 < text.size() && text[at] == ' ' && is_numeral(text[at + 1])) {
          const std::string year = std::string(text.substr(at + 1, 4)).append(kNarrowSpace);
          months = russian ? months + " " + year + "г." : year + "ж. " + months;
          at += 5;
        }
        out += months;
      } else if (const data::Economy* economy = economy_at(rest)) {
        // Names in Kazakh are those of who shows the text.
        out += russian ? economy->name_russian : economy->name;
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

/// Nothing when no phrase fits the whole text.
std::optional<std::string> phrase_of(std::string_view text, Tongue tongue, bool inside);

std::string gap_of(std::string_view gap, Tongue tongue) {
  if (auto known = phrase_of(gap, tongue, true)) return *std::move(known);
  return localised(gap, tongue);
}

std::optional<std::string> phrase_of(std::string_view text, Tongue tongue, bool inside) {
  const Catalogue& known = catalogue(tongue);
  if (const auto whole = known.whole.find(text); whole != known.whole.end()) {
    return std::string(whole->second);
  }
  for (const PhrasePattern& pattern : known.patterns) {
    std::vector<std::string_view> gaps;
    if (pattern.inner && !inside) continue;
    if (!text.starts_with(pattern.literals.front())) continue;
    if (!match(pattern, 1, text.substr(pattern.literals.front().size()), gaps)) continue;
    std::string out;
    std::size_t next = 0;
    std::string_view rest = pattern.said;
    for (std::size_t at = rest.find(kGap); at != std::string_view::npos; at = rest.find(kGap)) {
      out += rest.substr(0, at);
      out += gap_of(gaps[next++], tongue);
      rest.remove_prefix(at + kGap.size());
    }
    out += rest;
    // A word or two in common say nothing of a text that stays English between them.
    if (!inside && kLeastShare * pattern.weight < text.size() && has_english(out, 3)) continue;
    return out;
  }
  return std::nullopt;
}

/// Where a sentence ends: after its stop, before the space; the end of the text otherwise.
std::size_t sentence_end(std::string_view text) {
  for (std::size_t at = text.find(". "); at != std::string_view::npos;
       at = text.find(". ", at + 1)) {
    if (at + 2 < text.size() && text[at + 2] >= 'A' && text[at + 2] <= 'Z') return at + 1;
    if (at + 2 < text.size() && is_numeral(text[at + 2])) return at + 1;
  }
  return text.size();
}

}  // namespace

std::string translated(std::string_view english, Tongue tongue) {
  if (auto known = phrase_of(english, tongue, false)) return *std::move(known);
  const std::size_t end = sentence_end(english);
  if (end == english.size()) return std::string(english);
  return translated(english.substr(0, end), tongue) + " " +
         translated(english.substr(end + 1), tongue);
}

std::string translated_cell(std::string_view cell, Tongue tongue) {
  const data::Economy* economy = economy_at(cell);
  if (economy != nullptr && economy->name == cell) return localised(cell, tongue);
  if (auto known = phrase_of(cell, tongue, false); known && !has_english(*known, 3)) {
    return *std::move(known);
  }
  std::string local = localised(cell, tongue);
  const bool latin = std::any_of(local.begin(), local.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  });
  return latin ? std::string(cell) : local;
}

}  // namespace altyn::attribution
