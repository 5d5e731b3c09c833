#include "altyn/attribution/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "altyn/attribution/russian_text.h"
#include "altyn/attribution/wording.h"

namespace altyn::attribution {
namespace {

// ---- text of a given width

/// Columns a UTF-8 text takes, one per code point.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t have = columns_of(text);
  if (have < width) text.append(width - have, ' ');
  return text;
}

/// Breaks a paragraph at spaces; every line starts with `indent` spaces.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::string line(indent, ' ');
  std::size_t used = indent;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = text.find(' ', begin);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view word = text.substr(begin, end - begin);
    const std::size_t need = columns_of(word);
    if (need > 0) {
      if (used > indent && used + 1 + need > width) {
        out += line + "\n";
        line.assign(indent, ' ');
        used = indent;
      }
      if (used > indent) {
        line += ' ';
        ++used;
      }
      line += word;
      used += need;
    }
    begin = end + 1;
  }
  return out + line + "\n";
}

// ---- colour

enum class Tone { kPlain, kBold, kDim, kGood, kBad, kUnsure, kZone };

class Painter {
 public:
  explicit Painter(bool on) : on_(on) {}
  [[nodiscard]] std::string operator()(Tone tone, std::string_view text) const {
    if (!on_ || tone == Tone::kPlain) return std::string(text);
    constexpr std::array<std::string_view, 7> kCodes = {"0",    "1",    "2", "1;32",
                                                        "1;31", "1;33", "34"};
    return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<std::size_t>(tone)], text);
  }

 private:
  bool on_;
};

Tone tone_of(NumberKey key) {
  switch (key) {
    case NumberKey::kRight:
      return Tone::kGood;
    case NumberKey::kWrong:
      return Tone::kBad;
    case NumberKey::kRightForThisWindowOnly:
    case NumberKey::kCannotBeChecked:
      break;
  }
  return Tone::kUnsure;
}

Tone tone_of(CauseKey key) {
  switch (key) {
    case CauseKey::kSupported:
      return Tone::kGood;
    case CauseKey::kContradicted:
    case CauseKey::kNotSupported:
      return Tone::kBad;
    case CauseKey::kPossibleNotShown:
    case CauseKey::kNotTestable:
      break;
  }
  return Tone::kUnsure;
}

std::string upper(std::string text) {
  for (char& letter : text) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return text;
}

// ---- range bars

constexpr double kAxisLow = -0.5;
constexpr double kAxisHigh = 1.5;
constexpr std::size_t kLabelWidth = 31;
constexpr std::size_t kNumbersWidth = 21;

/// One bar on an axis of `width` columns, the claim's zone shaded behind it.
std::string bar(const Interval& share, double threshold, std::size_t width, bool heavy,
                const Painter& paint) {
  const auto place = [width](double value) {
    const double part =
        (std::clamp(value, kAxisLow, kAxisHigh) - kAxisLow) / (kAxisHigh - kAxisLow);
    return static_cast<std::size_t>(std::lround(part * static_cast<double>(width - 1)));
  };
  const bool has_mid = std::isfinite(share.mid);
  const std::size_t low = place(share.low);
  const std::size_t high = place(share.high);
  const std::size_t zone = place(threshold);
  const std::size_t zone_end = place(1.0);
  const std::size_t nil = place(0.0);
  std::string out;
  for (std::size_t column = 0; column < width; ++column) {
    if (has_mid && column == place(share.mid)) {
      out += paint(Tone::kBold, heavy ? "◆" : "●");
    } else if (column == low && share.low < kAxisLow) {
      out += "◂";
    } else if (column == high && share.high > kAxisHigh) {
      out += "▸";
    } else if (column == low && low != high) {
      out += heavy ? "┣" : "├";
    } else if (column == high && low != high) {
      out += heavy ? "┫" : "┤";
    } else if (column > low && column < high) {
      out += heavy ? "━" : has_mid ? "─" : "┄";
    } else if (column == nil) {
      out += paint(Tone::kDim, "│");
    } else if (column >= zone && column <= zone_end) {
      out += paint(Tone::kZone, "░");
    } else {
      out += " ";
    }
  }
  return out;
}

std::string axis_line(std::size_t width) {
  std::string line(width + 4, ' ');
  for (const double tick : {-0.5, 0.0, 0.5, 1.0, 1.5}) {
    const double part = (tick - kAxisLow) / (kAxisHigh - kAxisLow);
    const std::string text = fmt::format("{:.0f}%", 100.0 * tick);
    const auto centre =
        static_cast<std::ptrdiff_t>(std::lround(part * static_cast<double>(width - 1)));
    const auto begin =
        std::max<std::ptrdiff_t>(0, centre - static_cast<std::ptrdiff_t>(text.size()) / 2);
    line.replace(static_cast<std::size_t>(begin), text.size(), text);
  }
  return line;
}

std::string numbers_text(const Interval& share, bool at_most) {
  const std::string mid = std::isfinite(share.mid) ? percent_text(share.mid, 0) : "";
  return fmt::format("{:>2}{:>5}  {} to {}", at_most ? "≤" : "", mid, percent_text(share.low, 0),
                     percent_text(share.high, 0));
}

/// Cuts a text at a word, with an ellipsis, when it is longer than `width` columns.
std::string shortened(const std::string& text, std::size_t width) {
  if (columns_of(text) <= width) return text;
  return text.substr(0, text.rfind(' ', width - 1)) + "…";
}

std::string range_bars(const CheckResult& result, std::size_t width, const Painter& paint) {
  const std::size_t axis = width - 2 - kLabelWidth - kNumbersWidth - 2;
  std::string out = fmt::format("  {}{}\n", std::string(kLabelWidth, ' '), axis_line(axis));
  const auto row = [&](const std::string& label, const Interval& share, bool heavy, bool at_most) {
    out +=
        fmt::format("  {}{}  {}\n", padded(label, kLabelWidth),
                    bar(share, result.threshold, axis, heavy, paint), numbers_text(share, at_most));
  };
  for (const LineOfEvidence& line : result.lines) {
    if (!line.available || !line.share) continue;
    row(shortened(fmt::format("{} {}", line.id, line.title), kLabelWidth - 1), *line.share, false,
        line.bound == "upper");
  }
  if (result.synthesis.share)
    row("   All main lines together", *result.synthesis.share, true, false);
  return out;
}

// ---- windows

/// Growth of every window of the claimed length as one row of blocks, the claimed one marked below.
std::string window_strip(const CheckResult& result, const Painter& paint) {
  const ResultTable* table = result.find_table("windows");
  if (table == nullptr) return "";
  constexpr std::array<std::string_view, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  struct Entry {
    std::string last;
    double growth;
    bool claimed;
  };
  double months = 0.0;
  for (const auto& row : table->rows) {
    if (std::get<bool>(row[6])) months = std::get<double>(row[0]);
  }
  std::vector<Entry> entries;
  for (const auto& row : table->rows) {
    if (std::get<double>(row[0]) != months) continue;
    entries.push_back(
        {std::get<std::string>(row[2]), std::get<double>(row[3]), std::get<bool>(row[6])});
  }
  if (entries.size() < 2) return "";
  const auto [low, high] =
      std::minmax_element(entries.begin(), entries.end(),
                          [](const Entry& a, const Entry& b) { return a.growth < b.growth; });
  const double span = std::max(high->growth - low->growth, 1e-9);
  std::string blocks;
  std::string marks;
  for (const Entry& entry : entries) {
    const auto step = static_cast<std::size_t>(
        std::min(7.0, std::floor(8.0 * (entry.growth - low->growth) / span)));
    blocks += entry.claimed ? paint(Tone::kBold, kBlocks[step]) : std::string(kBlocks[step]);
    marks += entry.claimed ? "▲" : " ";
  }
  return fmt::format("  {} {} {}   lowest {} (to {}), highest {} (to {})\n  {}{}\n",
                     entries.front().last, blocks, entries.back().last,
                     signed_percent_text(low->growth), low->last, signed_percent_text(high->growth),
                     high->last, std::string(entries.front().last.size() + 1, ' '), marks);
}

/// The claimed months against the same months of the latest earlier years.
std::string base_strip(const CheckResult& result) {
  constexpr std::size_t kYears = 6;
  const ResultTable* table = result.find_table("base_effect");
  if (table == nullptr || table->rows.empty()) return "";
  std::string out;
  const std::size_t n = table->rows.size();
  for (std::size_t k = n > kYears ? n - kYears : 0; k < n; ++k) {
    out += fmt::format("  {:.0f} {:<7}", std::get<double>(table->rows[k][0]),
                       signed_percent_text(std::get<double>(table->rows[k][2]), 0));
  }
  return out + "\n";
}

std::string byline(const Claim& claim) {
  std::string text = claim.speaker;
  const auto add = [&text](const std::string& part, std::string_view separator) {
    if (!part.empty()) text += (text.empty() ? "" : std::string(separator)) + part;
  };
  add(claim.speaker_role, ", ");
  add(claim.date, ", ");
  if (!claim.outlet.empty()) text += fmt::format(" ({})", claim.outlet);
  return text;
}

std::string cell_text(const Cell& cell, const std::string& unit, std::string_view yes) {
  if (const std::string* text = std::get_if<std::string>(&cell)) {
    std::string escaped;
    for (const char letter : *text)
      escaped += letter == '|' ? std::string("\\|") : std::string(1, letter);
    return escaped;
  }
  if (const bool* truth = std::get_if<bool>(&cell)) return *truth ? std::string(yes) : "";
  const double* value = std::get_if<double>(&cell);
  if (value == nullptr || !std::isfinite(*value)) return "";
  if (unit == "fraction") return signed_percent_text(*value);
  if (unit == "share") return percent_text(*value, std::abs(*value) < 0.1 ? 1 : 0);
  if (unit == "million USD") return musd_text(*value);
  if (unit == "count") return count_text(*value);
  if (unit == "log") return fmt::format("{:+.4f}", *value);
  return fmt::format("{:g}", *value);
}

constexpr std::size_t kLongestMarkdownTable = 60;

}  // namespace

std::string markdown_table(const ResultTable& table, std::string_view yes) {
  std::string out = fmt::format("### {}\n\n", table.title);
  std::string rule;
  for (const ResultColumn& column : table.columns) {
    out += "| " + column.label + " ";
    rule += column.unit.empty() ? "|---" : "|---:";
  }
  out += "|\n" + rule + "|\n";
  for (const auto& row : table.rows) {
    for (std::size_t k = 0; k < row.size(); ++k) {
      out += "| " + cell_text(row[k], table.columns[k].unit, yes) + " ";
    }
    out += "|\n";
  }
  if (!table.note.empty()) out += "\n" + table.note + "\n";
  return out + "\n";
}

std::string report_text(const CheckResult& result, const TextOptions& options) {
  const auto width = static_cast<std::size_t>(std::max(options.width, 60));
  const Painter paint(options.colour);
  const Verdict& verdict = result.verdict;
  std::string out;
  const auto heading = [&](std::string_view text) {
    out += "\n" + paint(Tone::kDim, upper(std::string(text))) + "\n";
  };
  out += "\n" + paint(Tone::kBold, result.title) + "\n";
  out += byline(result.claim) + "\n";

  heading("What was claimed");
  out += wrapped(result.claim.in_our_words.empty() ? result.title : result.claim.in_our_words,
                 width, 2);

  heading("Verdict");
  out += fmt::format("  The number  {}\n",
                     paint(tone_of(verdict.number.key), upper(verdict.number.label)));
  out += wrapped(verdict.number.sentence, width, 14);
  out += fmt::format("  The cause   {}\n",
                     paint(tone_of(verdict.cause.key), upper(verdict.cause.label)));
  out += wrapped(verdict.cause.sentence, width, 14);
  out += fmt::format("  Confidence  {}\n", to_string(verdict.confidence.key));

  if (std::any_of(result.lines.begin(), result.lines.end(),
                  [](const LineOfEvidence& line) { return line.available && line.share; })) {
    heading("Share of the growth that each line allows the cause, 90% intervals");
    out += range_bars(result, width, paint);
    out += fmt::format("  {} what the claim says: {} of the growth or more\n",
                       paint(Tone::kZone, "░░"), percent_text(result.threshold, 0));
  }
  const std::string strip = window_strip(result, paint);
  if (!strip.empty()) {
    heading("Growth in windows of the same length, by last month");
    out += strip;
  }
  const std::string years = base_strip(result);
  if (!years.empty()) {
    heading("The claimed months against the same months of earlier years");
    out += years;
  }
  heading("Evidence");
  for (const LineOfEvidence& line : result.lines) {
    const std::string text = line.available ? line.finding : "left out: " + line.missing + ".";
    std::string block = wrapped(text, width, 5);
    block.replace(2, line.id.size(), line.id);
    out += block;
  }
  if (!result.calibration.empty()) {
    heading("How often this method would mislead");
    out += wrapped(result.calibration, width, 2);
  }
  if (!verdict.would_change.empty()) {
    heading("What would change this");
    for (const std::string& item : verdict.would_change) {
      std::string block = wrapped(item, width, 4);
      block.replace(2, 1, "-");
      out += block;
    }
  }
  return out + "\n";
}

std::string report_markdown(const CheckResult& result, data::Language language) {
  const bool russian = language == data::Language::kRussian;
  const auto say = [russian](const std::string& english) {
    return russian ? in_russian(std::string_view(english)) : english;
  };
  const Verdict& verdict = result.verdict;
  std::string out = fmt::format("# {}\n\n{}\n\n", result.title, byline(result.claim));
  out += fmt::format("**{}.** {}\n\n", say("What was claimed"), result.claim.in_our_words);
  out += fmt::format("**{}: {}.** {}\n\n", say("The number"), verdict.number.label,
                     verdict.number.sentence);
  out += fmt::format("**{}: {}.** {} {}\n\n", say("The cause"), verdict.cause.label,
                     verdict.cause.sentence,
                     say(fmt::format("Confidence: {}.", to_string(verdict.confidence.key))));
  out += fmt::format("## {}\n\n", say("Summary"));
  for (const std::string& paragraph : verdict.summary) out += paragraph + "\n\n";
  out += fmt::format("## {}\n\n", say("Lines of evidence"));
  for (const LineOfEvidence& line : result.lines) {
    out += fmt::format("### {} {}\n\n{}\n\n", line.id, line.title, line.question);
    if (!line.available) {
      out += say(fmt::format("Left out: {}.", line.missing)) + "\n\n";
      continue;
    }
    out += line.finding + "\n\n";
    if (line.share && std::isfinite(line.share->mid)) {
      out += say(fmt::format("Share of the growth: {}{}.", line.bound == "upper" ? "at most " : "",
                             share_text(*line.share)));
      if (line.probability_at_threshold) {
        out += " " + say(fmt::format("Chance of {} or more: {}.", percent_text(result.threshold, 0),
                                     probability_text(*line.probability_at_threshold)));
      }
      out += "\n\n";
    }
    out += fmt::format("*{}*\n\n", line.limits);
  }
  if (!result.synthesis.sentence.empty()) {
    out += fmt::format("### {}\n\n{}\n\n", say("Together"), result.synthesis.sentence);
  }
  const auto list = [&](const std::string& title, const std::vector<std::string>& items) {
    if (items.empty()) return;
    out += fmt::format("## {}\n\n", say(title));
    for (const std::string& item : items) out += fmt::format("- {}\n", item);
    out += "\n";
  };
  list("What would change this", verdict.would_change);
  list("Confidence", verdict.confidence.reasons);
  out += fmt::format("## {}\n\n- {}. {}\n- {}. {}\n\n", say("Rules"), say("The number"),
                     verdict.number.rule, say("The cause"), verdict.cause.rule);
  out += fmt::format("## {}\n\n", say("Tables"));
  for (const ResultTable& table : result.tables) {
    if (table.rows.size() <= kLongestMarkdownTable)
      out += markdown_table(table, russian ? "да" : "yes");
  }
  out += fmt::format("## {}\n\n", say("Methods"));
  for (const LineOfEvidence& line : result.lines) {
    out += fmt::format("**{} {}.** {}\n\n", line.id, line.title, line.method);
  }
  if (!result.sources.empty()) {
    out += fmt::format("## {}\n\n", say("Sources"));
    for (const Source& source : result.sources) {
      out += fmt::format("- {}: {} ({}; {})\n", source.file, source.what, source.provider,
                         source.licence);
    }
    out += "\n";
  }
  if (!result.run.command.empty()) {
    out += fmt::format("Altyn {}, seed {}. Reproduce with: `{}`\n", result.run.version,
                       result.run.seed, result.run.command);
  }
  return out;
}

}  // namespace altyn::attribution
