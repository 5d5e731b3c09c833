#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace altyn::numerics {

/// While it lives, raw vectors of 16 MB and more lie in files that are mapped into memory, and the
/// pages of these files that are in memory go back to the system whenever the process comes near
/// its limit. What works on raw vectors then works on data larger than the limit, at the price of
/// reading pages again. Files carry no name: nothing stays behind, whatever happens.
///
/// One at a time in a process; vectors may outlive it. A limit of zero bytes limits nothing.
class ScratchMemory {
 public:
  /// Errors: SystemError "no-scratch" when files cannot be made in `folder`; InternalError for a
  /// second one. A disk that runs full later is a SystemError "scratch-full" of the vector.
  ScratchMemory(const std::string& folder, std::size_t limit_bytes);
  ~ScratchMemory();
  ScratchMemory(const ScratchMemory&) = delete;
  ScratchMemory& operator=(const ScratchMemory&) = delete;

  /// Most bytes that lay in files at one time.
  [[nodiscard]] std::size_t most_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

namespace internal {
/// A block in a file; null when there is no scratch memory or the block is small.
[[nodiscard]] void* allocate_scratch(std::size_t n_bytes);
/// Whether the block was one of these, and is freed now.
bool free_scratch(void* block) noexcept;
}  // namespace internal

}  // namespace altyn::numerics
