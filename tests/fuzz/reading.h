#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace altyn::fuzz {

/// Runs a reader: it may return, or throw InputError or SystemError with code, what and where.
/// Any other exception leaves; a refusal that does not say these three aborts.
void accept_or_refuse(const std::function<void()>& read);

/// Ends the test with a message.
[[noreturn]] void fail(const std::string& what);

/// Bytes in a file of this name in a folder of this process, which is also its working folder and
/// the one for temporary files.
class InputBytes {
 public:
  InputBytes(std::string_view bytes, std::string_view name);
  /// Removes the file; aborts when the reader left any other.
  ~InputBytes();
  InputBytes(const InputBytes&) = delete;
  InputBytes& operator=(const InputBytes&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace altyn::fuzz
