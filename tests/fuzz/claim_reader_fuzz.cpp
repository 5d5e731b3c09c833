#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "altyn/attribution/claim_reader.h"

/// Any bytes must be read without fault, and every position must lie inside the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const altyn::attribution::ReadText read = altyn::attribution::read_claims(bytes);
  for (const altyn::attribution::ReadClaim& claim : read.claims) {
    if (claim.end > read.plain.size() || claim.begin > claim.end) std::abort();
    if (claim.window.end > read.plain.size() || claim.speaker.end > read.plain.size()) std::abort();
  }
  return 0;
}
