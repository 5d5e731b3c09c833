#pragma once

#include <string>
#include <string_view>

#include "altyn/attribution/check_result.h"
#include "altyn/data/country_codes.h"

namespace altyn::attribution {

struct TextOptions {
  int width = 90;       ///< columns, at least 60
  bool colour = false;  ///< ANSI colours; the caller knows whether a terminal shows them
};

/// The verdict for a terminal: both dials, range bars with the claim's zone shaded, windows, what
/// would change it. UTF-8.
[[nodiscard]] std::string report_text(const CheckResult& result, const TextOptions& options = {});

/// The report as one Markdown page with every table of a page or less; a result in Russian
/// (russian_text.h) has Russian headings.
[[nodiscard]] std::string report_markdown(const CheckResult& result,
                                          data::Language language = data::Language::kEnglish);

/// One table as Markdown under a heading of the third level; `yes` is how a true cell is written.
[[nodiscard]] std::string markdown_table(const ResultTable& table, std::string_view yes = "yes");

}  // namespace altyn::attribution
