#include "altyn/data/leftovers.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <vector>

#include "altyn/data/provenance.h"

namespace altyn::data {
namespace {

namespace fs = std::filesystem;

/// ".partial-1f3c9a02-": process numbers mean nothing on another machine.
std::string machine_mark(std::string_view purpose) {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return fmt::format(".{}-{}-", purpose, sha256_of_text(name.data()).substr(0, 8));
}

}  // namespace

std::string own_mark(std::string_view purpose) {
  return fmt::format("{}{}-", machine_mark(purpose), ::getpid());
}

std::optional<std::string> left_over(std::string_view name, std::string_view purpose) {
  const std::string mark = machine_mark(purpose);
  if (!name.starts_with(mark)) return std::nullopt;
  name.remove_prefix(mark.size());
  pid_t process = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
  const auto n_digits = static_cast<std::size_t>(end - name.data());
  if (error != std::errc{} || process <= 0 || n_digits == name.size() || name[n_digits] != '-') {
    return std::nullopt;
  }
  const bool ended = ::kill(process, 0) != 0 && errno == ESRCH;
  if (!ended) return std::nullopt;
  return std::string(name.substr(n_digits + 1));
}

void remove_leftovers(const std::string& folder, std::string_view purpose) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    struct stat facts{};
    if (left_over(entry->path().filename().string(), purpose) &&
        ::lstat(entry->path().c_str(), &facts) == 0 && facts.st_uid == ::geteuid()) {
      found.push_back(entry->path());
    }
  }
  for (const fs::path& path : found) fs::remove_all(path, error);
}

}  // namespace altyn::data
