#include "altyn/attribution/key_results.h"

namespace altyn::attribution {
ResultTable range_bars(const CheckResult& result) {
  ResultTable table = {.id = "range_bars",
                       .title = "Share of the growth that each line of evidence allows the cause",
                       .note =
                           "90% intervals. Published estimates are effects on the level of trade, "
                           "shown as if all of it had come inside the window.",
                       .columns = {{"line", "Line", ""},
                                   {"label", "Evidence", ""},
                                   {"kind", "Kind", ""},
                                   {"low", "Low", "share"},
                                   {"mid", "Middle", "share"},
                                   {"high", "High", "share"},
                                   {"bound", "Bound", ""},
                                   {"note", "What it cannot show", ""}},
                       .rows = {}};
  for (const LineOfEvidence& line : result.lines) {
    if (!line.available || !line.share) continue;
    const std::string kind = line.id == "L7" ? "literature" : line.is_main ? "main" : "other";
    table.add({line.id, line.title, kind, line.share->low, line.share->mid, line.share->high,
               line.bound, line.limits});
  }
  if (result.synthesis.share) {
    const Interval& share = *result.synthesis.share;
    table.add({std::string("synthesis"), std::string("All main lines together"),
               std::string("synthesis"), share.low, share.mid, share.high, std::string(),
               result.synthesis.sentence});
  }
  return table;
}

ResultTable key_results(const CheckResult& result) {
  ResultTable table = {.id = "key_results",
                       .title = "Key results",
                       .note = "",
                       .columns = {{"name", "Name", ""},
                                   {"label", "What", ""},
                                   {"value", "Value", ""},
                                   {"low", "Low", ""},
                                   {"high", "High", ""},
                                   {"unit", "Unit", ""},
                                   {"line", "Line", ""},
                                   {"text", "In words", ""}},
                       .rows = {}};
  const auto add = [&table](std::string name, std::string label, Cell value, const Interval* range,
                            std::string unit, std::string line, std::string text = "") {
    table.add({std::move(name), std::move(label), std::move(value),
               range != nullptr ? Cell(range->low) : Cell(),
               range != nullptr ? Cell(range->high) : Cell(), std::move(unit), std::move(line),
               std::move(text)});
  };
  const std::string number = "number";
  add("base_musd", "Trade in the months compared with", result.growth.base_musd, nullptr,
      "million USD", number);
  add("value_musd", "Trade in the claimed months", result.growth.value_musd, nullptr, "million USD",
      number);
  add("growth", "Growth", result.growth.growth(), nullptr, "fraction", number);
  add("log_growth", "Log growth", result.growth.log_growth(), nullptr, "log", number);
  add("stated_growth", "Growth stated", result.claim.figure, nullptr, "fraction", number);
  add("number_verdict", "Verdict on the number", Cell(), nullptr, "", number,
      std::string(to_string(result.verdict.number.key)));
  for (const LineOfEvidence& line : result.lines) {
    if (!line.available || !line.share) continue;
    add("share_" + line.id, "Share of the growth: " + line.title, line.share->mid, &*line.share,
        "share", line.id, line.bound == "upper" ? "at most" : "");
    if (line.probability_at_threshold) {
      add("probability_" + line.id, "Chance of the claimed share: " + line.title,
          *line.probability_at_threshold, nullptr, "probability", line.id);
    }
  }
  const std::string synthesis = "synthesis";
  add("threshold", "Share that the claim's words stand for", result.threshold, nullptr, "share",
      synthesis, result.claim.strength);
  if (result.synthesis.share) {
    add("share", "Share of the growth, all main lines", result.synthesis.share->mid,
        &*result.synthesis.share, "share", synthesis);
    add("probability", "Chance of the claimed share, all main lines",
        *result.synthesis.probability_at_threshold, nullptr, "probability", synthesis,
        result.verdict.cause.likelihood);
  }
  add("cause_verdict", "Verdict on the cause", Cell(), nullptr, "", synthesis,
      std::string(to_string(result.verdict.cause.key)));
  return table;
}

}  // namespace altyn::attribution
