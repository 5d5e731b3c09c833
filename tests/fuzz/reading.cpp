#include "reading.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "altyn/core/errors.h"

namespace altyn::fuzz {
namespace {

namespace fs = std::filesystem;

void check(const ErrorDetail& detail) {
  if (detail.code.empty() || detail.what.empty() || detail.where.empty()) {
    fail("a refusal that does not say what and where:\n" + format_error(detail));
  }
}

/// Made once, removed with the process.
class WorkFolder {
 public:
  WorkFolder() {
    std::string pattern = (fs::temp_directory_path() / "altyn-fuzz-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) fail("no folder to work in");
    path_ = pattern;
    fs::current_path(path_);
    ::setenv("TMPDIR", path_.c_str(), 1);
  }
  ~WorkFolder() {
    std::error_code ignored;
    fs::current_path(fs::temp_directory_path().root_path(), ignored);
    fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const std::string& work_folder() {
  static const WorkFolder folder;
  return folder.path();
}

}  // namespace

void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

void accept_or_refuse(const std::function<void()>& read) {
  try {
    read();
  } catch (const InputError& error) {
    check(error.detail());
  } catch (const SystemError& error) {
    check(error.detail());
  } catch (const Cancelled&) {  // a study that was asked to stop once it is read
  }
}

InputBytes::InputBytes(std::string_view bytes, std::string_view name)
    : path_((fs::path(work_folder()) / name).string()) {
  std::ofstream(path_, std::ios::binary).write(bytes.data(), std::ssize(bytes));
}

InputBytes::~InputBytes() {
  std::error_code ignored;
  fs::remove(path_, ignored);
  for (const fs::directory_entry& left : fs::directory_iterator(work_folder())) {
    fail("the reader left a file: " + left.path().string());
  }
}

}  // namespace altyn::fuzz
