#include "altyn/attribution/claim_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "altyn/attribution/claim_words.h"
#include "altyn/attribution/text_tokens.h"
#include "altyn/data/month.h"

namespace altyn::attribution {
namespace {

using Runs = std::vector<TaggedRun>;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr std::size_t kDateLine = 400;  // tokens in which an article gives its date
constexpr std::size_t kFarthest = 24;   // tokens between a figure and what it is of

struct Day {
  int year = 0, month = 0, day = 0;
  [[nodiscard]] bool known() const { return year > 0; }
};

bool is_year(double number) {
  return number >= 1990.0 && number <= 2100.0 && number == std::floor(number);
}

Day parse_day(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return {};
  const auto part = [&](std::size_t at, std::size_t n) {
    return std::atoi(std::string(text.substr(at, n)).c_str());
  };
  const Day day = {part(0, 4), part(5, 2), part(8, 2)};
  return is_year(day.year) && day.month >= 1 && day.month <= 12 ? day : Day{};
}

/// A growth or share that a sentence states.
struct Figure {
  double value = 0.0;
  std::size_t first = 0, last = 0;  // tokens
  bool is_times = false;            // "doubled": carries its own direction
};

struct FoundWindow {
  data::Window window;
  std::size_t first = 0, last = 0;
  bool is_versus = false;
};

/// A pair or a bloc that the text spoke of.
struct Scope {
  std::string reporter, partner, bloc;
  ReadField reporter_field, partner_field, bloc_field;
};

class Reader {
 public:
  Reader(PlainText text, const std::string& date) : text_(std::move(text)) {
    runs_ = tag_words(text_);
    today_ = parse_day(date);
    if (!today_.known()) today_ = parse_day(text_.published);
    if (!today_.known()) today_ = date_line();
  }

  ReadText run() {
    ReadText read;
    std::size_t token = 0;
    std::size_t run = 0;
    while (token < text_.tokens.size()) {
      const std::size_t sentence = text_.tokens[token].sentence;
      std::size_t end = token;
      while (end < text_.tokens.size() && text_.tokens[end].sentence == sentence) ++end;
      std::size_t run_end = run;
      while (run_end < runs_.size() && runs_[run_end].first < end) ++run_end;
      read_sentence(token, end,
                    Runs(runs_.begin() + static_cast<std::ptrdiff_t>(run),
                         runs_.begin() + static_cast<std::ptrdiff_t>(run_end)));
      token = end;
      run = run_end;
    }
    for (ReadClaim& claim : claims_) name_missing(claim);
    read.claims = std::move(claims_);
    if (today_.known()) {
      read.date = fmt::format("{:04}-{:02}-{:02}", today_.year, today_.month, today_.day);
    }
    read.plain = std::move(text_.text);
    return read;
  }

 private:
  const Token& token(std::size_t at) const { return text_.tokens[at]; }

  ReadField field_of(std::string value, std::size_t first, std::size_t last) const {
    const std::size_t begin = token(first).begin;
    const std::size_t end = token(last).end;
    return {.value = std::move(value),
            .words = std::string(text_.slice(begin, end)),
            .begin = begin,
            .end = end};
  }

  /// The first full date of the article's opening: 6 October 2017, October 6, 2017, 2017-10-06.
  Day date_line() const {
    const auto number = [&](std::size_t at) {
      return at < text_.tokens.size() && token(at).kind == Token::Kind::kNumber ? token(at).number
                                                                                : -1.0;
    };
    const auto is_day = [](double value) { return value >= 1 && value <= 31; };
    for (std::size_t at = 0; at + 4 < std::min(text_.tokens.size(), kDateLine); ++at) {
      if (is_year(number(at)) && token(at + 1).lower == "-" && token(at + 3).lower == "-" &&
          number(at + 2) >= 1 && number(at + 2) <= 12 && is_day(number(at + 4))) {
        return {static_cast<int>(number(at)), static_cast<int>(number(at + 2)),
                static_cast<int>(number(at + 4))};
      }
      // 06.10.2017 reads as the numbers 6.10, a sign and 2017.
      if (number(at) > 0 && token(at).lower.size() == 5 && token(at).lower[2] == '.' &&
          token(at + 1).lower == "." && is_year(number(at + 2))) {
        const int day = std::atoi(token(at).lower.c_str());
        const int month = std::atoi(token(at).lower.c_str() + 3);
        if (is_day(day) && month >= 1 && month <= 12) {
          return {static_cast<int>(number(at + 2)), month, day};
        }
      }
    }
    for (const TaggedRun& run : runs_) {
      if (run.first > kDateLine) break;
      if (run.tag != Tag::kMonth) continue;
      const int month = std::atoi(run.value.c_str());
      std::size_t after = run.last + 1;
      if (after < text_.tokens.size() && token(after).lower == ".") ++after;
      if (run.first > 0 && is_day(number(run.first - 1)) && is_year(number(after))) {
        return {static_cast<int>(number(after)), month, static_cast<int>(number(run.first - 1))};
      }
      if (is_day(number(after))) {
        const std::size_t year = after + 1 < text_.tokens.size() && token(after + 1).lower == ","
                                     ? after + 2
                                     : after + 1;
        if (is_year(number(year))) {
          return {static_cast<int>(number(year)), month, static_cast<int>(number(after))};
        }
      }
    }
    return {};
  }

  std::vector<Figure> figures_in(const Runs& runs) const {
    std::vector<Figure> figures;
    for (std::size_t k = 0; k < runs.size(); ++k) {
      const TaggedRun& run = runs[k];
      if (run.tag == Tag::kTimes) {
        figures.push_back({std::atof(run.value.c_str()), run.first, run.last, true});
        continue;
      }
      if (run.tag != Tag::kPercent || run.first == 0) continue;
      std::size_t number = run.first - 1;
      if (token(number).lower == "-" && number > 0) --number;  // 40-процентный
      if (token(number).kind != Token::Kind::kNumber) continue;
      Figure figure = {0.01 * token(number).number, number, run.last, false};
      if (number > 0 && token(number - 1).end == token(number).begin) {
        const std::string& sign = token(number - 1).lower;
        const bool after_word = number > 1 && token(number - 2).end == token(number - 1).begin;
        if ((sign == "-" || sign == "\xE2\x88\x92") && !after_word) figure.value = -figure.value;
      }
      figures.push_back(figure);
    }
    return figures;
  }

  int year_of(const Runs& runs, std::size_t at, std::size_t reach) const {
    for (std::size_t place = at; place < std::min(at + reach, text_.tokens.size()); ++place) {
      if (token(place).kind == Token::Kind::kNumber && is_year(token(place).number)) {
        return static_cast<int>(token(place).number);
      }
    }
    for (const TaggedRun& run : runs) {
      if (run.first < at || run.first >= at + reach + 1) continue;
      if (run.tag == Tag::kThisYear && today_.known()) return today_.year;
      if (run.tag == Tag::kLastYear && today_.known()) return today_.year - 1;
    }
    return 0;
  }

  /// The latest year in which the month had ended by the article's date; 0 without a date.
  int latest_year(int month) const {
    if (!today_.known()) return 0;
    return month < today_.month ? today_.year : today_.year - 1;
  }

  std::vector<FoundWindow> windows_in(std::size_t first, std::size_t end, const Runs& runs) const {
    std::vector<FoundWindow> windows;
    const auto add = [&](int month0, int month1, int year, std::size_t from, std::size_t to) {
      if (year == 0) year = latest_year(month1);
      if (year == 0 || month0 < 1 || month1 > 12) return;
      const int year0 = month0 <= month1 ? year : year - 1;
      windows.push_back({{data::Month::of(year0, month0), data::Month::of(year, month1)},
                         from,
                         std::min(to, end - 1)});
    };
    const auto span_end = [&](std::size_t after) {
      for (std::size_t place = after; place < std::min(after + 3, end); ++place) {
        if (token(place).kind == Token::Kind::kNumber && is_year(token(place).number)) return place;
      }
      return after > first ? after - 1 : after;
    };
    std::vector<bool> used(end - first, false);
    const auto use = [&](std::size_t from, std::size_t to) {
      for (std::size_t at = from; at <= std::min(to, end - 1); ++at) used[at - first] = true;
    };
    for (std::size_t k = 0; k < runs.size(); ++k) {
      const TaggedRun& run = runs[k];
      if (used[run.first - first]) continue;
      const TaggedRun* next = k + 1 < runs.size() ? &runs[k + 1] : nullptr;
      if (run.tag == Tag::kMonth) {
        int last_month = std::atoi(run.value.c_str());
        std::size_t last = run.last;
        if (next != nullptr && next->tag == Tag::kMonth && next->first <= run.last + 3) {
          last_month = std::atoi(next->value.c_str());
          last = next->last;
        } else if (run.first > first && token(run.first - 1).kind == Token::Kind::kNumber &&
                   token(run.first - 1).number <= 31.0) {
          continue;  // a day, not a month
        }
        // A bare "may" or "march" is a verb.
        const bool verb = last == run.last && !token(run.first).capital &&
                          (token(run.first).lower == "may" || token(run.first).lower == "march");
        if (verb) continue;
        add(std::atoi(run.value.c_str()), last_month, year_of(runs, last + 1, 4), run.first,
            span_end(last + 1));
        use(run.first, span_end(last + 1));
      } else if (run.tag == Tag::kOrdinal && next != nullptr && next->first <= run.last + 2) {
        const int ordinal = std::atoi(run.value.c_str());
        std::size_t unit = k + 1;
        int count = ordinal;
        if (next->tag == Tag::kOrdinal && k + 2 < runs.size()) {  // first nine months
          count = std::atoi(next->value.c_str());
          unit = k + 2;
        }
        const TaggedRun& what = runs[unit];
        const int year = year_of(runs, what.last + 1, 5);
        const int this_year = year != 0 ? year : today_.year;
        const bool past = k > 0 && runs[k - 1].tag == Tag::kPast;
        if (what.tag == Tag::kHalf) {
          add(6 * ordinal - 5, 6 * ordinal, year, run.first, span_end(what.last + 1));
        } else if (what.tag == Tag::kQuarter) {
          add(3 * ordinal - 2, 3 * ordinal, year, run.first, span_end(what.last + 1));
        } else if (what.tag == Tag::kMonths && past) {
          add_past(windows, count, run.first, what.last);
        } else if (what.tag == Tag::kMonths && this_year > 0) {
          add(1, count, year, run.first, span_end(what.last + 1));
        } else {
          continue;
        }
        use(run.first, span_end(what.last + 1));
      } else if (run.tag == Tag::kMonths && run.first > first &&
                 token(run.first - 1).kind == Token::Kind::kNumber) {
        const double count = token(run.first - 1).number;
        if (count < 1.0 || count > 12.0) continue;
        const bool past = k > 0 && runs[k - 1].tag == Tag::kPast;
        if (past) {
          add_past(windows, static_cast<int>(count), run.first - 1, run.last);
        } else {
          add(1, static_cast<int>(count), year_of(runs, run.last + 1, 5), run.first - 1,
              span_end(run.last + 1));
        }
        use(run.first - 1, span_end(run.last + 1));
      } else if (run.tag == Tag::kYearStart && today_.known() && today_.month > 1) {
        add(1, today_.month - 1, today_.year, run.first, run.last);
        use(run.first, run.last);
      } else if ((run.tag == Tag::kLastYear || run.tag == Tag::kThisYear) && today_.known()) {
        const bool of_months = !windows.empty() && windows.back().last + 2 >= run.first;
        if (of_months) continue;
        if (run.tag == Tag::kLastYear) {
          add(1, 12, today_.year - 1, run.first, run.last);
        } else if (today_.month > 1) {
          add(1, today_.month - 1, today_.year, run.first, run.last);
        }
        use(run.first, run.last);
      }
    }
    for (std::size_t at = first; at < end; ++at) {
      if (used[at - first] || token(at).kind != Token::Kind::kNumber ||
          !is_year(token(at).number)) {
        continue;
      }
      const int year = static_cast<int>(token(at).number);
      if (!today_.known() || year < today_.year) add(1, 12, year, at, at);
    }
    for (FoundWindow& window : windows) {
      for (const TaggedRun& run : runs) {
        if (run.tag == Tag::kCompared && run.last < window.first && run.last + 5 >= window.first) {
          window.is_versus = true;
        }
      }
    }
    std::sort(windows.begin(), windows.end(),
              [](const FoundWindow& a, const FoundWindow& b) { return a.first < b.first; });
    return windows;
  }

  void add_past(std::vector<FoundWindow>& windows, int count, std::size_t from,
                std::size_t to) const {
    if (!today_.known()) return;
    const data::Month last = data::Month::of(today_.year, today_.month).plus(-1);
    windows.push_back({{last.plus(1 - count), last}, from, to});
  }

  static std::size_t distance(const TaggedRun& run, const Figure& figure) {
    return run.last < figure.first ? figure.first - run.last : run.first - figure.last;
  }

  /// The nearest run of some tags; runs after the figure count `behind` tokens farther.
  template <class Wanted>
  static const TaggedRun* nearest(const Runs& runs, const Figure& figure, Wanted wanted,
                                  std::size_t behind) {
    const TaggedRun* best = nullptr;
    std::size_t least = kFarthest;
    for (const TaggedRun& run : runs) {
      if (!wanted(run) || (run.first <= figure.last && run.last >= figure.first)) continue;
      const std::size_t far = distance(run, figure) + (run.first > figure.last ? behind : 0);
      if (far < least) {
        least = far;
        best = &run;
      }
    }
    return best;
  }

  /// What grew by the figure: right after it ("40% rise in trade", "70% of turnover"), else before.
  const TaggedRun* subject_of(const Runs& runs, const Figure& figure) const {
    const auto is_subject = [](const TaggedRun& run) {
      return run.tag == Tag::kMeasure || run.tag == Tag::kOtherSubject;
    };
    const std::size_t next = figure.last + 1;
    if (next < text_.tokens.size() && token(figure.last).sentence == token(next).sentence) {
      const bool linked = token(next).lower == "of";
      for (const TaggedRun& run : runs) {
        if (run.first <= figure.last) continue;
        const bool direction = run.tag == Tag::kRise || run.tag == Tag::kFall;
        if (direction && run.first <= next + 1) {
          for (const TaggedRun& other : runs) {
            if (is_subject(other) && other.first > run.last && other.first <= run.last + 4) {
              return &other;
            }
          }
        }
        if (is_subject(run) && run.first <= next + (linked ? 4 : 0) && !comma_between(next, run)) {
          return &run;
        }
      }
    }
    return nearest(runs, figure, is_subject, 6);
  }

  bool comma_between(std::size_t from, const TaggedRun& run) const {
    for (std::size_t at = from; at < run.first; ++at) {
      if (token(at).lower == "," || token(at).lower == ";") return true;
    }
    return false;
  }

  /// The word of rising or falling that belongs to the figure. Another figure's word serves only
  /// where no unknown verb stands before this one ("exports rose 34% and imports 41%").
  const TaggedRun* direction_of(const Runs& runs, const Figure& figure, std::size_t from,
                                std::size_t to) const {
    const auto is_direction = [](const TaggedRun& run) {
      return run.tag == Tag::kRise || run.tag == Tag::kFall;
    };
    const TaggedRun* own = nearest(
        runs, figure,
        [&](const TaggedRun& run) {
          return is_direction(run) && run.first >= from && run.last < to;
        },
        1);
    if (own != nullptr) return own;
    std::size_t at = figure.first;
    while (at > from) {
      --at;
      const std::string& word = token(at).lower;
      if (token(at).kind != Token::Kind::kWord || word == "by" || word == "на" || word == "of") {
        continue;
      }
      const auto tagged = std::find_if(runs.begin(), runs.end(), [at](const TaggedRun& run) {
        return run.first <= at && run.last >= at;
      });
      if (tagged == runs.end()) return nullptr;
      if (tagged->tag != Tag::kHedge) break;
    }
    return nearest(runs, figure, is_direction, 1);
  }

  void read_sentence(std::size_t first, std::size_t end, const Runs& runs) {
    const std::vector<Figure> figures = figures_in(runs);
    const std::vector<FoundWindow> windows = windows_in(first, end, runs);
    const std::size_t claims_before = claims_.size();
    for (std::size_t k = 0; k < figures.size(); ++k) {
      const std::size_t from = k == 0 ? first : figures[k - 1].last + 1;
      const std::size_t to = k + 1 < figures.size() ? figures[k + 1].first : end;
      read_figure(first, end, from, to, figures[k], runs, windows);
    }
    // "This is largely the result of integration" speaks of the sentence before.
    if (claims_.size() == claims_before && !claims_.empty() && figures.empty() &&
        last_claim_sentence_ + 1 == token(first).sentence) {
      for (auto claim = claims_.rbegin(); claim != claims_.rend(); ++claim) {
        if (claim->end != last_claim_end_) break;
        add_cause(*claim, runs);
      }
    }
    remember_scope(runs);
  }

  void read_figure(std::size_t first, std::size_t end, std::size_t from, std::size_t to,
                   const Figure& figure, const Runs& runs,
                   const std::vector<FoundWindow>& windows) {
    const TaggedRun* subject = subject_of(runs, figure);
    if (subject == nullptr || subject->tag != Tag::kMeasure) return;
    const auto tagged = [](Tag tag) {
      return [tag](const TaggedRun& run) { return run.tag == tag; };
    };
    for (const TaggedRun& run : runs) {
      if (run.tag == Tag::kPoints && run.first > figure.first && run.first <= figure.last + 2)
        return;
    }
    const TaggedRun* direction = direction_of(runs, figure, from, to);
    const TaggedRun* share = nearest(runs, figure, tagged(Tag::kShare), 3);
    const bool of_it = subject->first > figure.last &&
                       (token(figure.last + 1).lower == "of" || subject->first == figure.last + 1);
    const bool is_share =
        !figure.is_times && figure.value > 0.0 && of_it &&
        (direction == nullptr ||
         (share != nullptr && distance(*share, figure) < distance(*direction, figure)));
    if (!is_share && direction == nullptr && !figure.is_times && figure.value > 0.0) return;
    for (const TaggedRun& run : runs) {
      if (run.tag != Tag::kNegation && run.tag != Tag::kFuture) continue;
      const std::size_t at =
          direction != nullptr ? std::min(direction->first, figure.first) : figure.first;
      const std::size_t reach = run.tag == Tag::kNegation ? 3 : 8;
      if (run.last < at && run.last + reach >= at) return;
      if (run.tag == Tag::kFuture && run.first >= from && run.first < figure.first) return;
    }

    ReadClaim claim;
    claim.begin = token(first).begin;
    claim.end = token(end - 1).end;
    claim.sentence = std::string(text_.slice(claim.begin, claim.end));
    claim.is_share = is_share;
    claim.growth = figure.value;
    if (direction != nullptr && direction->tag == Tag::kFall && figure.value > 0.0 && !is_share) {
      claim.growth = -figure.value;
    }
    claim.figure = field_of(fmt::format("{:g}", claim.growth), figure.first, figure.last);
    claim.measure =
        field_of(is_share ? std::string("share") : subject->value, subject->first, subject->last);
    for (const TaggedRun& run : runs) {
      const bool before = run.last + 1 == figure.first || run.last + 2 == figure.first;
      if (run.tag == Tag::kHedge && before) {
        claim.hedge = field_of(run.value, run.first, run.last);
      }
    }
    read_scope(claim, from, to, figure, subject->value, runs);
    read_window(claim, figure, windows);
    add_cause(claim, runs);
    read_speaker(claim, first, end, runs);
    last_claim_sentence_ = token(first).sentence;
    last_claim_end_ = claim.end;
    claims_.push_back(std::move(claim));
  }

  /// Whether an economy stands for its speaker: "Russia's foreign minister".
  bool is_speakers(const Runs& runs, const TaggedRun& economy) const {
    return std::any_of(runs.begin(), runs.end(), [&](const TaggedRun& run) {
      const bool after = run.first > economy.last && run.first <= economy.last + 4;
      const bool before = run.last < economy.first && run.last + 2 >= economy.first;
      return run.tag == Tag::kRole && (after || before) &&
             !(after && token(economy.last + 1).lower == ",");
    });
  }

  struct Place {
    std::string code;
    const TaggedRun* run;
  };

  std::vector<Place> economies_in(const Runs& runs, std::size_t from, std::size_t to,
                                  bool speakers) const {
    std::vector<Place> places;
    for (const TaggedRun& run : runs) {
      if (run.tag != Tag::kEconomy || run.first < from || run.last >= to) continue;
      if (is_speakers(runs, run) != speakers) continue;
      const bool known = std::any_of(places.begin(), places.end(),
                                     [&](const Place& one) { return one.code == run.value; });
      if (!known) places.push_back({run.value, &run});
    }
    return places;
  }

  ReadField place_field(const Place& place) const {
    return field_of(place.code, place.run->first, place.run->last);
  }

  /// Puts the trading pair in the order that exports or imports are seen in.
  void set_pair(ReadClaim& claim, const Place& one, const Place& other,
                const std::string& measure) const {
    bool swap = false;
    const auto led_by = [&](const Place& place, std::initializer_list<std::string_view> words) {
      if (place.run->first == 0) return false;
      const std::string& before = token(place.run->first - 1).lower;
      return std::find(words.begin(), words.end(), before) != words.end();
    };
    if (measure == "exports")
      swap = led_by(one, {"to", "в", "на"}) || led_by(other, {"from", "из"});
    if (measure == "imports") {
      swap = led_by(one, {"from", "из"}) || led_by(other, {"to", "into", "by", "в"});
    }
    claim.reporter = place_field(swap ? other : one);
    claim.partner = place_field(swap ? one : other);
  }

  void read_scope(ReadClaim& claim, std::size_t from, std::size_t to, const Figure& figure,
                  const std::string& measure, const Runs& runs) {
    const std::size_t first = runs.front().first;
    const std::size_t end = runs.back().last + 1;
    std::vector<Place> near = economies_in(runs, from, figure.first, false);
    if (near.size() < 2) {
      const bool only = from <= first && to >= end;
      if (near.empty() || only) near = economies_in(runs, from, to, false);
    }
    const std::vector<Place> all = economies_in(runs, 0, end, false);
    if (near.size() >= 2) {
      set_pair(claim, near[0], near[1], measure);
      return;
    }
    const TaggedRun* bloc = bloc_as_place(runs);
    if (near.size() == 1) {
      for (const Place& other : all) {
        if (other.code != near[0].code && other.run->first < near[0].run->first) {
          set_pair(claim, other, near[0], measure);
          return;
        }
      }
      const std::vector<Place> speakers = economies_in(runs, 0, end, true);
      for (const Place& other : speakers) {
        if (other.code != near[0].code) {
          set_pair(claim, other, near[0], measure);
          return;
        }
      }
      if (!scope_.reporter.empty() &&
          (scope_.reporter == near[0].code || scope_.partner == near[0].code)) {
        take_scope(claim);
        return;
      }
      if (!scope_.reporter.empty()) {
        claim.reporter = scope_.reporter_field;
        claim.partner = place_field(near[0]);
        return;
      }
      if (!last_economy_.empty() && last_economy_ != near[0].code) {
        claim.reporter = last_economy_field_;
        claim.partner = place_field(near[0]);
        return;
      }
      claim.reporter = place_field(near[0]);
      return;
    }
    if (bloc != nullptr) {
      claim.bloc = field_of(bloc->value, bloc->first, bloc->last);
      return;
    }
    if (!scope_.reporter.empty() || !scope_.bloc.empty()) take_scope(claim);
  }

  /// A bloc whose trade is spoken of, not one that is given as the cause.
  const TaggedRun* bloc_as_place(const Runs& runs) const {
    const TaggedRun* cause = nullptr;
    for (const TaggedRun& run : runs) {
      if (run.tag == Tag::kCause || run.tag == Tag::kStrength) cause = &run;
      if (run.tag == Tag::kBloc && cause == nullptr) return &run;
    }
    return nullptr;
  }

  void take_scope(ReadClaim& claim) const {
    claim.reporter = scope_.reporter_field;
    claim.partner = scope_.partner_field;
    claim.bloc = scope_.bloc_field;
    if (!earlier_.reporter.empty() &&
        earlier_.reporter + earlier_.partner != scope_.reporter + scope_.partner) {
      claim.reporter.other_readings.push_back(earlier_.reporter);
      claim.partner.other_readings.push_back(earlier_.partner);
    }
  }

  void remember_scope(const Runs& runs) {
    if (runs.empty()) return;
    const std::size_t end = runs.back().last + 1;
    std::vector<Place> all = economies_in(runs, 0, end, false);
    for (const Place& speaker : economies_in(runs, 0, end, true)) {
      const auto same = std::find_if(all.begin(), all.end(),
                                     [&](const Place& one) { return one.code == speaker.code; });
      if (same == all.end()) {
        all.push_back(speaker);
      } else if (speaker.run->first < same->run->first) {
        *same = speaker;
      }
    }
    std::sort(all.begin(), all.end(),
              [](const Place& a, const Place& b) { return a.run->first < b.run->first; });
    if (!all.empty()) {
      last_economy_ = all.front().code;
      last_economy_field_ = place_field(all.front());
    }
    Scope now;
    if (all.size() == 2) {
      now.reporter = all[0].code;
      now.partner = all[1].code;
      now.reporter_field = place_field(all[0]);
      now.partner_field = place_field(all[1]);
    } else if (all.empty() && !claims_.empty() &&
               last_claim_sentence_ == token(runs[0].first).sentence) {
      const ReadClaim& last = claims_.back();
      now.reporter = last.reporter.value;
      now.partner = last.partner.value;
      now.bloc = last.bloc.value;
      now.reporter_field = last.reporter;
      now.partner_field = last.partner;
      now.bloc_field = last.bloc;
    } else {
      return;
    }
    if (now.partner.empty() && now.bloc.empty()) return;
    if (now.reporter + now.partner != scope_.reporter + scope_.partner) earlier_ = scope_;
    scope_ = std::move(now);
  }

  void read_window(ReadClaim& claim, const Figure& figure,
                   const std::vector<FoundWindow>& windows) {
    const auto far = [&](const FoundWindow& window) {
      return window.last < figure.first ? figure.first - window.last : window.first - figure.last;
    };
    const FoundWindow* best = nullptr;
    const FoundWindow* versus = nullptr;
    for (const FoundWindow& window : windows) {
      const FoundWindow*& slot = window.is_versus ? versus : best;
      if (slot == nullptr || far(window) < far(*slot)) slot = &window;
    }
    if (best != nullptr) {
      claim.window = field_of(best->window.to_string(), best->first, best->last);
      last_window_ = claim.window;
      last_window_sentence_ = token(best->first).sentence;
      if (versus != nullptr && versus->window.last < best->window.first) {
        const int years = best->window.last.year() - versus->window.last.year();
        claim.versus =
            field_of(best->window.shifted(-12 * years).to_string(), versus->first, versus->last);
      }
    } else if (!last_window_.value.empty() &&
               token(figure.first).sentence <= last_window_sentence_ + 2) {
      claim.window = last_window_;
      last_window_sentence_ = token(figure.first).sentence;
    }
  }

  void add_cause(ReadClaim& claim, const Runs& runs) const {
    const TaggedRun* cause = nullptr;
    const TaggedRun* strength = nullptr;
    for (const TaggedRun& run : runs) {
      if (run.tag == Tag::kCause) cause = &run;
      if (run.tag == Tag::kStrength) strength = &run;
    }
    if (cause == nullptr) return;
    const TaggedRun* general = nullptr;
    for (const TaggedRun& run : runs) {
      if (run.first < cause->first) continue;
      if (run.tag == Tag::kBloc) {
        claim.agreement = field_of(run.value, run.first, run.last);
        general = nullptr;
        break;
      }
      if (run.tag == Tag::kIntegration && general == nullptr) general = &run;
    }
    // "the EAEU explains", "to integration it owes": the cause may stand before the verb.
    if (claim.agreement.value.empty() && general == nullptr) {
      for (const TaggedRun& run : runs) {
        if (run.tag == Tag::kIntegration) general = &run;
      }
    }
    if (claim.agreement.value.empty() && general != nullptr) {
      claim.agreement = field_of(claim.bloc.value, general->first, general->last);
    }
    if (strength != nullptr && (general != nullptr || !claim.agreement.value.empty())) {
      claim.strength = field_of(strength->value, strength->first, strength->last);
    }
  }

  /// Names in capitals next to a word of saying; the last speaker goes on where none is named.
  void read_speaker(ReadClaim& claim, std::size_t first, std::size_t end, const Runs& runs) {
    for (const TaggedRun& run : runs) {
      if (run.tag != Tag::kSays) continue;
      for (const bool after : {true, false}) {
        std::size_t from = kNone;
        std::size_t to = kNone;
        for (std::size_t step = 1; step <= 12; ++step) {
          const std::size_t at = after ? run.last + step : run.first - step;
          if (at < first || at >= end || (!after && run.first < first + step)) break;
          const bool name = token(at).kind == Token::Kind::kWord && token(at).capital &&
                            at != first && !is_tagged(runs, at);
          if (name) {
            if (from == kNone) from = at;
            to = at;
          } else if (from != kNone || token(at).kind != Token::Kind::kWord || (step > 6 && after)) {
            break;
          }
        }
        if (from == kNone) continue;
        speaker_ = field_of("", std::min(from, to), std::max(from, to));
        speaker_.value = speaker_.words;
        claim.speaker = speaker_;
        return;
      }
    }
    claim.speaker = speaker_;
  }

  static bool is_tagged(const Runs& runs, std::size_t at) {
    return std::any_of(runs.begin(), runs.end(),
                       [at](const TaggedRun& run) { return run.first <= at && run.last >= at; });
  }

  static void name_missing(ReadClaim& claim) {
    const auto need = [&claim](const ReadField& field, std::string name) {
      if (field.value.empty()) claim.missing.push_back(std::move(name));
    };
    if (claim.bloc.value.empty()) {
      need(claim.reporter, "reporter");
      need(claim.partner, "partner");
    } else {
      claim.missing.emplace_back("pair");
    }
    need(claim.window, "window");
  }

  PlainText text_;
  Runs runs_;
  Day today_;
  std::vector<ReadClaim> claims_;
  Scope scope_, earlier_;
  std::string last_economy_;
  ReadField last_economy_field_;
  ReadField last_window_;
  std::size_t last_window_sentence_ = 0;
  std::size_t last_claim_sentence_ = kNone - 1;
  std::size_t last_claim_end_ = kNone;
  ReadField speaker_;
};

}  // namespace

bool ReadClaim::can_be_checked() const { return missing.empty() && !is_share && growth != 0.0; }

Claim ReadClaim::to_claim() const {
  Claim claim;
  claim.reporter = reporter.value;
  claim.partner = partner.value;
  claim.measure = measure.value == "exports"   ? Measure::kExports
                  : measure.value == "imports" ? Measure::kImports
                                               : Measure::kTurnover;
  claim.window = window.value;
  claim.versus = versus.value;
  claim.figure = growth;
  for (const Hedge one : {Hedge::kNearly, Hedge::kAbout, Hedge::kMoreThan, Hedge::kLessThan}) {
    if (to_string(one) == hedge.value) claim.hedge = one;
  }
  claim.agreement = agreement.value;
  claim.strength = agreement.value.empty() ? "" : strength.value;
  claim.speaker = speaker.value;
  claim.in_our_words = sentence;
  return claim;
}

ReadText read_claims(std::string_view bytes, const std::string& date) {
  return Reader(tokenise(bytes, looks_like_html(bytes)), date).run();
}

}  // namespace altyn::attribution
