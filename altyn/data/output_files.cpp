#include "altyn/data/output_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "altyn/core/errors.h"
#include "altyn/data/leftovers.h"

namespace altyn::data {
namespace {

namespace fs = std::filesystem;

// No output is half written or absent at any moment, so a process may be killed at any. Killed
// while it moves several files, it leaves some of the new ones beside the rest of the old: the file
// that holds digests of the others, a run record, is announced last, and readers can tell. Nothing
// is forced to the disk: after a power failure files may be short. Every output can be computed
// again and a record tells by digest, while waiting for the disk would cost short runs more than
// they compute.
constexpr std::string_view kPartial = "partial";
constexpr std::string_view kOld = "old";

/// A hidden name beside `path` that no other writer uses; the ending stays.
std::string sibling(const std::string& path, std::string_view purpose) {
  static std::atomic<unsigned> counter = 0;
  const fs::path target(path);
  return (target.parent_path() /
          fmt::format("{}{}-{}", own_mark(purpose), counter++, target.filename().string()))
      .string();
}

/// Gives a file a second name, so that moving another over the first loses nothing.
void keep_old(const std::string& path, const std::string& old, std::error_code& error) {
  fs::create_hard_link(path, old, error);
  if (error) fs::rename(path, old, error);  // a file system without hard links
}

/// Undoes a move: the old file under its own name again, or no file where there was none.
void put_back(const std::string& old, const std::string& path) {
  std::error_code ignored;
  if (old.empty()) {
    fs::remove(path, ignored);
  } else {
    fs::rename(old, path, ignored);  // does nothing where both names are of one file
    fs::remove(old, ignored);
  }
}

/// Removes what killed processes left in a folder. An old file whose place is empty goes back.
void tidy(const fs::path& folder) {
  std::error_code error;
  const fs::path place = folder.empty() ? fs::path(".") : folder;
  std::vector<std::pair<fs::path, fs::path>> old;
  for (fs::directory_iterator entry(place, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto rest = left_over(entry->path().filename().string(), kOld);
    if (rest && rest->find('-') != std::string::npos) {
      old.emplace_back(entry->path(), place / rest->substr(rest->find('-') + 1));
    }
  }
  for (const auto& [kept, path] : old) {
    if (!fs::exists(path, error)) fs::rename(kept, path, error);
  }
  remove_leftovers(place.string(), kOld);
  remove_leftovers(place.string(), kPartial);
}

}  // namespace

namespace internal {

void fail_write(const std::string& path, const std::string& reason) {
  throw SystemError({.code = "cannot-write",
                     .what = fmt::format("the file cannot be written: {}", reason),
                     .where = path,
                     .why = "no output was changed",
                     .fixes = {"check the folder, its permissions and the free space"}});
}

void write_bytes(std::string_view bytes, const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) fail_write(path, std::strerror(errno));
  // Without a buffer of its own the stream reports a full disk at writing; a server's disk may
  // report it at closing.
  std::setvbuf(file, nullptr, _IONBF, 0);
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  int failed = written ? 0 : errno;
  if (std::fclose(file) != 0 && failed == 0) failed = errno;
  if (failed != 0) fail_write(path, std::strerror(failed));
}

}  // namespace internal

OutputFiles::~OutputFiles() {
  std::error_code ignored;
  for (const Output& output : outputs_) fs::remove(output.staged, ignored);
  for (auto folder = made_folders_.rbegin(); folder != made_folders_.rend(); ++folder) {
    fs::remove(*folder, ignored);  // goes only when empty
  }
}

std::string OutputFiles::stage(const std::string& path) {
  const fs::path target(path);
  std::error_code error;
  if (path.empty() || !target.has_filename() || fs::is_directory(target, error)) {
    throw InputError({.code = "output-is-a-folder",
                      .what = "the output is a folder, not a file",
                      .where = path,
                      .why = "each output is written to one file",
                      .fixes = {"add a file name, such as result.csv"}});
  }
  std::vector<std::string> missing;
  for (fs::path folder = target.parent_path(); !folder.empty() && !fs::exists(folder, error);
       folder = folder.parent_path()) {
    missing.push_back(folder.string());
  }
  for (auto folder = missing.rbegin(); folder != missing.rend(); ++folder) {
    fs::create_directory(*folder, error);
    if (error) internal::fail_write(path, error.message());
    made_folders_.push_back(*folder);
  }
  for (const Output& output : outputs_) {
    if (output.path == path) return output.staged;
  }
  const bool tidied = std::any_of(outputs_.begin(), outputs_.end(), [&](const Output& output) {
    return fs::path(output.path).parent_path() == target.parent_path();
  });
  if (!tidied) tidy(target.parent_path());
  outputs_.push_back({path, sibling(path, kPartial)});
  return outputs_.back().staged;
}

void OutputFiles::commit() {
  struct Moved {
    const Output* output;
    std::string old;  // where the replaced file waits; "" when there was none
  };
  std::vector<Moved> moved;
  std::error_code error;
  const Output* failed = nullptr;
  for (const Output& output : outputs_) {
    Moved step{&output, ""};
    if (fs::exists(output.path, error)) {
      step.old = sibling(output.path, kOld);
      keep_old(output.path, step.old, error);
      if (error) failed = &output;
    }
    if (failed == nullptr) {
      fs::rename(output.staged, output.path, error);
      if (error) {
        failed = &output;
        if (!step.old.empty()) put_back(step.old, output.path);
      }
    }
    if (failed != nullptr) break;
    moved.push_back(std::move(step));
  }
  std::error_code ignored;
  if (failed != nullptr) {
    for (const Moved& step : moved) put_back(step.old, step.output->path);
    internal::fail_write(failed->path, error.message());
  }
  for (const Moved& step : moved) {
    if (!step.old.empty()) fs::remove(step.old, ignored);
  }
  outputs_.clear();
  made_folders_.clear();
}

void write_text(std::string_view text, const std::string& path) {
  OutputFiles outputs;
  internal::write_bytes(text, outputs.stage(path));
  outputs.commit();
}

}  // namespace altyn::data
