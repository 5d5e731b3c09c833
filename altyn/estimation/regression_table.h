#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

/// What a regression table shows and how.
struct RegressionTableOptions {
  std::string title{};
  std::vector<std::string> headers{};  ///< one per model; numbered (1), (2), ... when empty
  std::vector<std::string> labels{};   ///< "rta=Regional agreement"
  std::vector<std::string> keep{};
  std::vector<std::string> drop{};
  bool stars = true;
  std::vector<double> star_levels{0.01, 0.05, 0.10};
  Index digits = 3;
  bool mean_effect = false;
  double trade_elasticity = 0.0;
  std::vector<std::string> notes{};  ///< sentences under the table; set by whoever renders it
  static std::vector<Field<RegressionTableOptions>> fields();
};

/// The text formats a table can take, by file ending.
enum class TableFormat { kText, kMarkdown, kHtml, kLatex, kTypst, kCsv, kJson, kDocx };

/// The format of a path by its ending: .txt .md .html .tex .typ .csv .json .docx.
/// Errors: InputError "unknown-format" listing the endings.
[[nodiscard]] TableFormat table_format_of(std::string_view path);

/// Estimates side by side: coefficients with stars and standard errors in parentheses below, rows
/// for the absorbed effects, numbers of rows and clusters, fit, and notes that name the kind of
/// standard error, its clusters and its convention. A model without a certificate that holds shows
/// no numbers and a note says so.
///
/// kCsv is tidy (one line per model and coefficient or statistic), kJson carries every number at
/// full precision with covariances and ledgers, kDocx returns the bytes of a Word file; the others
/// are the table as printed, with special characters escaped for their format.
/// Errors: InputError "bad-option" for labels without =, headers of another length, or a keep or
/// drop entry that names no coefficient.
[[nodiscard]] std::string render_table(std::span<const Estimate> estimates,
                                       const RegressionTableOptions& options, TableFormat format);

}  // namespace altyn::estimation
