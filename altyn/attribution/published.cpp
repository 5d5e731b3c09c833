#include "altyn/attribution/published.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/attribution/wording.h"

namespace altyn::attribution {
namespace {

constexpr double kSameFigurePoints = 0.05;

bool is_about_pair(const Statement& statement, const Claim& claim) {
  return (statement.reporter == claim.reporter && statement.partner == claim.partner) ||
         (statement.reporter == claim.partner && statement.partner == claim.reporter);
}

bool is_the_claim(const Statement& statement, const Claim& claim) {
  return statement.date == claim.date && statement.window == claim.window;
}

std::optional<Growth> growth_then(const PairSeries* series, const std::string& window_text) {
  if (series == nullptr || window_text.empty()) return std::nullopt;
  const data::Window window = data::Window::parse(window_text, "statement window");
  return growth_between(*series, Measure::kTurnover, window.shifted(-12), window);
}

/// The day or, without one, the end of the months a statement is about: for the order of rows.
std::string sort_key(const Statement& statement) {
  if (!statement.date.empty()) return statement.date;
  return statement.window.size() < 7 ? "" : statement.window.substr(statement.window.size() - 7);
}

}  // namespace

std::vector<Field<Study>> Study::fields() {
  return {
      make_field(&Study::id, {.name = "id", .doc = "short name"}),
      make_field(&Study::study, {.name = "study", .doc = "authors and year"}),
      make_field(&Study::sample, {.name = "sample", .doc = "countries and years"}),
      make_field(&Study::method, {.name = "method", .doc = "how it was estimated"}),
      make_field(&Study::finding, {.name = "finding", .doc = "what it found, in our words"}),
      make_field(&Study::low, {.name = "low",
                               .doc = "lowest effect on the level of trade it states",
                               .unit = "fraction",
                               .minimum = -1.0}),
      make_field(&Study::high, {.name = "high",
                                .doc = "highest effect on the level of trade it states",
                                .unit = "fraction",
                                .minimum = -1.0}),
      make_field(&Study::reading,
                 {.name = "reading", .doc = "positive, nil, negative or mixed, without a number"}),
      make_field(&Study::second_hand,
                 {.name = "second_hand", .doc = "the number is from somebody else's summary"}),
      make_field(&Study::source, {.name = "source", .doc = "where it was read"}),
      make_field(&Study::address, {.name = "address", .doc = "address of the page"}),
      make_field(&Study::note, {.name = "note", .doc = "what a reader should know"}),
  };
}

std::vector<Field<Statement>> Statement::fields() {
  using S = Statement;
  return {
      make_field(&S::date, {.name = "date", .doc = "day or month of the statement"}),
      make_field(&S::who, {.name = "who", .doc = "who said it"}),
      make_field(&S::role, {.name = "role", .doc = "in what office"}),
      make_field(&S::said, {.name = "said", .doc = "what was said, in our words"}),
      make_field(&S::reporter, {.name = "reporter", .doc = "ISO3 of the first country"}),
      make_field(&S::partner, {.name = "partner", .doc = "ISO3 of the second country"}),
      make_field(&S::bloc, {.name = "bloc", .doc = "agreement whose trade it is about"}),
      make_field(&S::growth,
                 {.name = "growth", .doc = "growth stated", .unit = "fraction", .minimum = -1.0}),
      make_field(&S::share, {.name = "share",
                             .doc = "share of trade stated",
                             .unit = "share",
                             .minimum = 0.0,
                             .maximum = 1.0}),
      make_field(&S::hedge, {.name = "hedge", .doc = "rounding word"}),
      make_field(
          &S::value_busd,
          {.name = "value_busd", .doc = "value stated", .unit = "billion USD", .minimum = 0.0}),
      make_field(&S::window, {.name = "window", .doc = "months it is about"}),
      make_field(&S::window_stated,
                 {.name = "window_stated", .doc = "false when the months are our reading"}),
      make_field(&S::relation, {.name = "relation", .doc = "how it bears on the claim"}),
      make_field(&S::outlet, {.name = "outlet", .doc = "where it was printed"}),
      make_field(&S::address, {.name = "address", .doc = "address of the page"}),
      make_field(&S::note, {.name = "note", .doc = "what a reader should know"}),
  };
}

LineResult literature_line(const ClaimCase& claim_case, const std::vector<Study>& studies) {
  LineOfEvidence line = {
      .id = "L7",
      .title = "Published estimates",
      .question = "What have others found?",
      .bound = "upper",
      .limits =
          "Effects on the level of trade in earlier years. The range is what they would explain if "
          "all of it had come inside the claimed window; none of the studies says so.",
      .data = "published abstracts, in our words",
      .method =
          "A level effect x counts as ln(1 + x) of the log growth. Numbers at second hand are "
          "shown and not counted in the range."};
  if (studies.empty()) {
    return left_out(std::move(line), "no published estimate of this agreement's effect is on file");
  }
  ResultTable table = {.id = "literature",
                       .title = "Published estimates of the effect on the level of trade",
                       .note = "Effects on the level, not on growth inside the claimed window.",
                       .columns = {{"study", "Study", ""},
                                   {"sample", "Sample", ""},
                                   {"method", "Method", ""},
                                   {"finding", "Finding", ""},
                                   {"low", "Low", "fraction"},
                                   {"high", "High", "fraction"},
                                   {"second_hand", "At second hand", ""},
                                   {"address", "Address", ""}},
                       .rows = {}};
  std::vector<double> effects;
  Index n_positive = 0;
  Index n_other = 0;
  for (const Study& study : studies) {
    table.add({study.study, study.sample, study.method, study.finding, study.low, study.high,
               study.second_hand, study.address.empty() ? study.source : study.address});
    if (study.second_hand) continue;
    if (!std::isnan(study.low)) effects.push_back(study.low);
    if (!std::isnan(study.high)) effects.push_back(study.high);
    if (study.reading == "nil" || study.reading == "negative") effects.push_back(0.0);
    const bool positive = study.reading == "positive" || study.low > 0.0;
    (positive ? n_positive : n_other) += 1;
  }
  line.available = true;
  line.tables = {"literature"};
  line.period = "as each study states";
  line.checks.push_back(
      {n_positive == 0 || n_other == 0,
       fmt::format("of {} published findings {} are positive and {} are nil, negative or mixed",
                   n_positive + n_other, n_positive, n_other)});
  if (!effects.empty()) {
    const auto [low, high] = std::minmax_element(effects.begin(), effects.end());
    line.finding = fmt::format(
        "Published estimates for the level of trade among members run from {} to {}; none is an "
        "effect on growth inside the window.",
        *low == 0.0 ? "about nil" : signed_percent_text(*low, 0), signed_percent_text(*high, 0));
    if (claim_case.has_growth_to_explain()) {
      const double gamma = claim_case.growth.log_growth();
      const double from = std::log1p(*low) / gamma;
      const double to = std::log1p(*high) / gamma;
      line.share = Interval{std::min(from, to), data::kMissing, std::max(from, to)};
    }
  } else {
    line.finding = fmt::format("{} published findings, none with a number.", studies.size());
  }
  return {.line = std::move(line), .tables = {std::move(table)}};
}

LineResult history_line(const ClaimCase& claim_case, const PairSeries* series,
                        const std::vector<Statement>& statements, const std::string& bound_since) {
  const Claim& claim = claim_case.claim;
  LineOfEvidence line = {
      .id = "L8",
      .title = "The same claim at other times",
      .question = "Were such figures heard before, and what did trade do then?",
      .limits =
          "Statements on file, not all that were made. Shows that such growth needs no agreement; "
          "not what this agreement did.",
      .data = series == nullptr ? "statements on file" : "statements on file; " + series->source,
      .method =
          "Statements on the same pair, each beside the growth of turnover that the data show for "
          "the months it is about against a year earlier."};
  std::vector<const Statement*> kept;
  for (const Statement& statement : statements) {
    const bool says_a_rate = !std::isnan(statement.growth) || !std::isnan(statement.share);
    if (is_about_pair(statement, claim) && !is_the_claim(statement, claim) && says_a_rate) {
      kept.push_back(&statement);
    }
  }
  if (kept.empty()) {
    return left_out(std::move(line), fmt::format("no other statement on {} trade is on file",
                                                 claim_case.pair_name()));
  }
  std::stable_sort(kept.begin(), kept.end(), [](const Statement* a, const Statement* b) {
    return sort_key(*a) < sort_key(*b);
  });
  ResultTable table = {
      .id = "history",
      .title = fmt::format("What was said of {} trade at other times", claim_case.pair_name()),
      .note =
          "Growth then: turnover in the months the statement is about, against a year earlier; "
          "blank when it names none or the data lack them.",
      .columns = {{"date", "Date", ""},
                  {"who", "Who", ""},
                  {"said", "Said", ""},
                  {"window", "Months", ""},
                  {"growth_said", "Growth said", "fraction"},
                  {"growth_then", "Growth then", "fraction"},
                  {"outlet", "Outlet", ""},
                  {"address", "Address", ""}},
      .rows = {}};
  const Statement* earliest_same = nullptr;
  for (const Statement* statement : kept) {
    const std::optional<Growth> growth = growth_then(series, statement->window);
    table.add({statement->date, statement->who, statement->said, statement->window,
               statement->growth, growth ? Cell(growth->growth()) : Cell(), statement->outlet,
               statement->address});
    if (earliest_same == nullptr && !statement->date.empty() && statement->date < claim.date &&
        std::abs(statement->growth - claim.figure) <= kSameFigurePoints) {
      earliest_same = statement;
    }
  }
  line.available = true;
  line.tables = {"history"};
  line.period = fmt::format("{} statements", kept.size());
  if (earliest_same != nullptr) {
    const std::optional<Growth> growth = growth_then(series, earliest_same->window);
    line.finding = fmt::format(
        "Much the same figure ({}) was quoted on {}{}{}.",
        signed_percent_text(earliest_same->growth, 0), earliest_same->date,
        growth ? fmt::format(", when the data show {}", signed_percent_text(growth->growth())) : "",
        !bound_since.empty() && earliest_same->date < bound_since
            ? fmt::format(", before any step of the agreement bound the pair ({})", bound_since)
            : "");
  } else {
    line.finding = fmt::format(
        "{} other statements on the pair's trade are on file, none with much the same figure "
        "before this one.",
        kept.size());
  }
  return {.line = std::move(line), .tables = {std::move(table)}};
}

}  // namespace altyn::attribution
