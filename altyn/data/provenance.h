#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace altyn::data {

/// SHA-256 of bytes that come in pieces. Source: FIPS 180-4.
class Sha256 {
 public:
  void add(std::string_view bytes);
  /// The digest of everything added, as 64 hexadecimal digits. Ends the hash.
  [[nodiscard]] std::string finish();

 private:
  void compress(const unsigned char* block);
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> block_{};
  std::size_t filled_ = 0;
  std::uint64_t n_bytes_ = 0;
};

[[nodiscard]] std::string sha256_of_text(std::string_view text);

/// Reads the file in pieces, so that its size does not matter. Errors: InputError "file-not-found",
/// SystemError "cannot-read".
[[nodiscard]] std::string sha256_of_file(const std::string& path);

}  // namespace altyn::data
