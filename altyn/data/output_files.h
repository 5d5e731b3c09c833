#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace altyn::data {

/// A set of output files that appears whole or not at all, each written to a hidden sibling first.
/// commit() moves them into place in the order they were announced, and puts the old ones back when
/// one cannot be moved. What was not committed is removed by the destructor, or the next writer.
class OutputFiles {
 public:
  OutputFiles() = default;
  ~OutputFiles();
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;

  /// Announces an output and returns the path to write it to; missing folders are made. The ending
  /// stays, so that writers that go by it work. Errors: InputError "output-is-a-folder",
  /// SystemError "cannot-write".
  [[nodiscard]] std::string stage(const std::string& path);

  /// Errors: SystemError "cannot-write"; no output has then changed.
  void commit();

 private:
  struct Output {
    std::string path;
    std::string staged;
  };
  std::vector<Output> outputs_;
  std::vector<std::string> made_folders_;  // outermost first
};

/// Writes bytes to a file in one go: the whole file or none. Errors: as OutputFiles.
void write_text(std::string_view text, const std::string& path);

namespace internal {
/// Writes bytes to exactly this path. Errors: SystemError "cannot-write".
void write_bytes(std::string_view bytes, const std::string& path);
[[noreturn]] void fail_write(const std::string& path, const std::string& reason);
}  // namespace internal

}  // namespace altyn::data
