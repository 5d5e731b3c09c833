#include "altyn/numerics/raw_vector.h"

#include <cstdlib>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace altyn::numerics {

void* allocate_raw(std::size_t n_bytes) {
  constexpr std::size_t kHugePage = std::size_t{1} << 21;
  const std::size_t alignment = n_bytes >= kHugePage ? kHugePage : 64;
  // aligned_alloc wants a multiple of the alignment; the tail of the last huge page is never touched.
  const std::size_t rounded = (n_bytes + alignment - 1) / alignment * alignment;
  void* block = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (block == nullptr) throw std::bad_alloc();
#ifdef __linux__
  if (alignment == kHugePage) madvise(block, rounded, MADV_HUGEPAGE);  // a wish, not a need
#endif
  return block;
}

void free_raw(void* block) noexcept { std::free(block); }

}  // namespace altyn::numerics
