#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace altyn {

/// What went wrong, in the parts that every surface shows: the command line prints them in the
/// order below, the server sends them as JSON, Python raises them.
struct ErrorDetail {
  std::string code{};                  ///< stable name, such as "trade-not-square"
  std::string what{};                  ///< one sentence with the offending value
  std::string where{};                 ///< file, row and column, or the field of an option
  std::vector<std::string> context{};  ///< the offending lines, as the user wrote them
  std::string why{};                   ///< why it matters
  std::vector<std::string> fixes{};    ///< at most three, as commands where possible
};

/// Base of everything the engine throws. Numerics that did not finish are no exception: they are a
/// status in the result (status.h).
class Error : public std::runtime_error {
 public:
  explicit Error(ErrorDetail detail)
      : std::runtime_error(detail.what), detail_(std::move(detail)) {}
  [[nodiscard]] const ErrorDetail& detail() const { return detail_; }

 private:
  ErrorDetail detail_;
};

/// The caller's file, field or option is wrong.
class InputError : public Error {
 public:
  using Error::Error;
};

/// The world failed: disk full, unreadable file, database error.
class SystemError : public Error {
 public:
  using Error::Error;
};

/// Our own bug: a broken invariant.
class InternalError : public Error {
 public:
  using Error::Error;
};

/// The caller asked to stop (Ctrl-C, a closed browser tab).
class Cancelled : public Error {
 public:
  Cancelled() : Error({.code = "cancelled", .what = "stopped on request"}) {}
};

/// The error as text of several lines:
///   error[code]: what
///     --> where
///      | context
///      = why it matters: ...
///      = fix 1: ...
[[nodiscard]] std::string format_error(const ErrorDetail& detail);

/// The candidate closest to `word` in edit distance, or "" when nothing is near.
/// Cost: O(|word| * total candidate length).
[[nodiscard]] std::string nearest_name(std::string_view word,
                                       const std::vector<std::string>& candidates);

/// The `count` nearest candidates, nearest first, near or not.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view word,
                                                     const std::vector<std::string>& candidates,
                                                     std::size_t count);

namespace internal {
[[noreturn]] void fail_check(const char* condition, const char* file, int line,
                             const std::string& message);
}  // namespace internal

}  // namespace altyn

/// Always on: an invariant of ours, never something that input can break.
#define ALTYN_CHECK(condition, message)                                         \
  do {                                                                          \
    if (!(condition)) [[unlikely]]                                              \
      ::altyn::internal::fail_check(#condition, __FILE__, __LINE__, (message)); \
  } while (false)
