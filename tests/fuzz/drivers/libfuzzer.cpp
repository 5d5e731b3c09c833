#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "fuzz/targets.h"

namespace {

/// ALTYN_FUZZ_TARGET names the reader; one program holds all, so that the engine is linked once.
const altyn::fuzz::Target& chosen() {
  const char* name = std::getenv("ALTYN_FUZZ_TARGET");
  for (const altyn::fuzz::Target& target : altyn::fuzz::targets()) {
    if (name != nullptr && target.name == name) return target;
  }
  std::fprintf(stderr, "ALTYN_FUZZ_TARGET must be one of:\n");
  for (const altyn::fuzz::Target& target : altyn::fuzz::targets()) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(target.name.size()), target.name.data());
  }
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const altyn::fuzz::Target& target = chosen();
  target.read(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
