#include "altyn/data/output_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "altyn/core/errors.h"

namespace altyn::data {
namespace {

namespace fs = std::filesystem;

/// A hidden name beside `path` that no other writer uses; the ending stays.
std::string sibling(const std::string& path, std::string_view purpose) {
  static std::atomic<unsigned> counter = 0;
  const fs::path target(path);
  return (target.parent_path() /
          fmt::format(".{}-{}-{}-{}", purpose, ::getpid(), counter++, target.filename().string()))
      .string();
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
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"),
                                                             std::fclose);
  if (file == nullptr) fail_write(path, std::strerror(errno));
  // Without a buffer of its own the stream reports every failure here, not at closing.
  std::setvbuf(file.get(), nullptr, _IONBF, 0);
  if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) {
    fail_write(path, std::strerror(errno));
  }
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
  outputs_.push_back({path, sibling(path, "partial")});
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
      step.old = sibling(output.path, "old");
      fs::rename(output.path, step.old, error);
      if (error) failed = &output;
    }
    if (failed == nullptr) {
      fs::rename(output.staged, output.path, error);
      if (error) {
        failed = &output;
        std::error_code ignored;
        if (!step.old.empty()) fs::rename(step.old, output.path, ignored);
      }
    }
    if (failed != nullptr) break;
    moved.push_back(std::move(step));
  }
  std::error_code ignored;
  if (failed != nullptr) {
    for (const Moved& step : moved) {
      fs::remove(step.output->path, ignored);
      if (!step.old.empty()) fs::rename(step.old, step.output->path, ignored);
    }
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
