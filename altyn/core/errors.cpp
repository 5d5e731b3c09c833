#include "altyn/core/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>

namespace altyn {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = std::tolower(static_cast<unsigned char>(a[i - 1])) ==
                        std::tolower(static_cast<unsigned char>(b[j - 1]));
      const std::size_t next = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (same ? 0U : 1U)});
      diagonal = row[j];
      row[j] = next;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string format_error(const ErrorDetail& detail) {
  std::string text = fmt::format("error[{}]: {}\n", detail.code, detail.what);
  if (!detail.where.empty()) text += fmt::format("  --> {}\n", detail.where);
  for (const std::string& line : detail.context) text += fmt::format("   | {}\n", line);
  if (!detail.why.empty()) text += fmt::format("   = why it matters: {}\n", detail.why);
  for (std::size_t i = 0; i < detail.fixes.size(); ++i) {
    const std::string number = detail.fixes.size() == 1 ? "" : fmt::format(" {}", i + 1);
    text += fmt::format("   = fix{}: {}\n", number, detail.fixes[i]);
  }
  return text;
}

std::vector<std::string> nearest_names(std::string_view word,
                                       const std::vector<std::string>& candidates,
                                       std::size_t count) {
  std::vector<std::pair<std::size_t, std::size_t>> order;  // distance, position
  order.reserve(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    order.emplace_back(edit_distance(word, candidates[i]), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(count, order.size()); ++i) {
    names.push_back(candidates[order[i].second]);
  }
  return names;
}

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string> names = nearest_names(word, candidates, 1);
  if (names.empty()) return "";
  // Beyond a third of the word's length a suggestion misleads more than it helps.
  const std::size_t limit = std::max<std::size_t>(2, word.size() / 3);
  return edit_distance(word, names[0]) <= limit ? names[0] : "";
}

namespace internal {
void fail_check(const char* condition, const char* file, int line, const std::string& message) {
  const std::string_view path(file);
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  throw InternalError({.code = "internal",
                       .what = fmt::format("{} ({})", message, condition),
                       .where = fmt::format("{}:{}", name, line),
                       .why = "this is a bug in Altyn, not in your input",
                       .fixes = {"report it with the command and the files you ran"}});
}
}  // namespace internal

}  // namespace altyn
