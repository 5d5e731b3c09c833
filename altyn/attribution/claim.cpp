#include "altyn/attribution/claim.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::attribution {
namespace {

constexpr std::array<std::string_view, 5> kHedges = {"", "nearly", "about", "more than",
                                                     "less than"};

template <std::size_t kCount>
std::vector<std::string> names(const std::array<std::string_view, kCount>& list) {
  return {list.begin(), list.end()};
}

[[noreturn]] void fail_field(std::string code, std::string_view field, std::string what,
                             const std::string& where, std::string why,
                             std::vector<std::string> fixes) {
  throw InputError({.code = std::move(code),
                    .what = std::move(what),
                    .where = fmt::format("{} {}", where, field),
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

}  // namespace

std::string_view to_string(Hedge hedge) { return kHedges[static_cast<std::size_t>(hedge)]; }

std::vector<Field<Claim>> Claim::fields() {
  return {
      make_field(&Claim::id, {.name = "id", .doc = "short name of the claim, used in file names"}),
      make_field(&Claim::title, {.name = "title", .doc = "the question the report answers"}),
      make_field(&Claim::title_ru, {.name = "title_ru", .doc = "the question in Russian"}),
      make_field(&Claim::title_kk, {.name = "title_kk", .doc = "the question in Kazakh"}),
      make_field(&Claim::in_our_words,
                 {.name = "in_our_words", .doc = "what was said, not in the outlet's words"}),
      make_field(&Claim::in_our_words_ru,
                 {.name = "in_our_words_ru", .doc = "what was said, in Russian"}),
      make_field(&Claim::in_our_words_kk,
                 {.name = "in_our_words_kk", .doc = "what was said, in Kazakh"}),
      make_field(&Claim::speaker, {.name = "speaker", .doc = "who said it"}),
      make_field(&Claim::speaker_role, {.name = "speaker_role", .doc = "in what office"}),
      make_field(&Claim::date, {.name = "date", .doc = "day of the statement, as 2017-10-06"}),
      make_field(&Claim::outlet, {.name = "outlet", .doc = "where it was printed"}),
      make_field(&Claim::address, {.name = "address", .doc = "address of the page"}),
      make_field(&Claim::second_outlet,
                 {.name = "second_outlet", .doc = "another outlet that printed the same"}),
      make_field(&Claim::second_address, {.name = "second_address", .doc = "address of its page"}),
      make_field(&Claim::reporter,
                 {.name = "reporter", .doc = "ISO3 code; exports and imports are seen from here"}),
      make_field(&Claim::partner, {.name = "partner", .doc = "ISO3 code of the other country"}),
      make_enum_field<&Claim::measure>({.name = "measure", .doc = "what grew"},
                                       {"exports", "imports", "turnover"}),
      make_field(&Claim::window,
                 {.name = "window", .doc = "the months the figure is about, 2017-02..2017-07"}),
      make_field(&Claim::versus,
                 {.name = "versus", .doc = "the months compared with; blank: a year earlier"}),
      make_field(&Claim::figure, {.name = "figure",
                                  .doc = "the growth stated; a fall is negative",
                                  .unit = "fraction",
                                  .minimum = -1.0,
                                  .maximum = 100.0}),
      make_enum_field<&Claim::hedge>({.name = "hedge", .doc = "the rounding word of the figure"},
                                     names(kHedges)),
      make_field(&Claim::agreement,
                 {.name = "agreement", .doc = "id of the agreement named as the cause"}),
      make_field(&Claim::cause, {.name = "cause", .doc = "the cause, in our words"}),
      make_field(&Claim::alternatives, {.name = "alternatives",
                                        .doc = "other causes that may have done it, in our words"}),
      make_field(&Claim::strength, {.name = "strength",
                                    .doc = "how much of the growth the cause is said to explain"}),
      make_field(&Claim::threshold,
                 {.name = "threshold",
                  .doc = "share of the growth that the strength word stands for; 0: by the word",
                  .unit = "share",
                  .minimum = 0.0,
                  .maximum = 1.0}),
  };
}

ClaimWindows check_claim(const Claim& claim, const std::string& where) {
  for (const auto& [field, value] :
       {std::pair<std::string_view, const std::string&>{"reporter", claim.reporter},
        {"partner", claim.partner},
        {"window", claim.window}}) {
    if (value.empty()) {
      fail_field("claim-incomplete", field, fmt::format("the claim has no {}", field), where,
                 "a pair and a window are what the claim is about; they are never guessed",
                 {fmt::format("add a line {} = \"...\"", field)});
    }
  }
  if (claim.reporter == claim.partner) {
    fail_field("claim-pair", "partner",
               fmt::format("reporter and partner are both {}", claim.partner), where,
               "trade is checked between two countries", {});
  }
  if (claim.figure == 0.0 || !std::isfinite(claim.figure)) {
    fail_field("claim-incomplete", "figure", "the claim states no growth", where,
               "the stated growth is what the number is checked against",
               {"write a fraction: figure = 0.40 for 40%"});
  }
  if (std::abs(claim.figure) > 10.0) {
    fail_field("claim-figure", "figure",
               fmt::format("a growth of {} means {:.0f}%", claim.figure, 100.0 * claim.figure),
               where, "figures are fractions",
               {fmt::format("write figure = {} for {}%", claim.figure / 100.0, claim.figure)});
  }
  ClaimWindows windows;
  windows.claimed = data::Window::parse(claim.window, where + " window");
  windows.versus = claim.versus.empty() ? windows.claimed.shifted(-12)
                                        : data::Window::parse(claim.versus, where + " versus");
  if (windows.versus.n_months() != windows.claimed.n_months()) {
    fail_field("claim-window", "versus",
               fmt::format("the window has {} months and the one compared with has {}",
                           windows.claimed.n_months(), windows.versus.n_months()),
               where, "growth compares equal lengths of time",
               {fmt::format("write versus = \"{}\"", windows.claimed.shifted(-12).to_string())});
  }
  if (windows.lag_months() <= 0 || windows.lag_months() % 12 != 0) {
    fail_field("claim-window", "versus",
               fmt::format("{} is not the same months of an earlier year as {}",
                           windows.versus.to_string(), windows.claimed.to_string()),
               where, "months of another season differ for reasons of their own",
               {fmt::format("write versus = \"{}\"", windows.claimed.shifted(-12).to_string())});
  }
  if (windows.claimed.n_months() > 12) {
    fail_field("claim-window", "window",
               fmt::format("the window {} is longer than a year", windows.claimed.to_string()),
               where, "the two windows would overlap", {"check the claim year by year"});
  }
  return windows;
}

}  // namespace altyn::attribution
