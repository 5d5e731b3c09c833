#include "altyn/numerics/scratch_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include "altyn/core/errors.h"

#ifdef __linux__
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace altyn::numerics {

#ifdef __linux__

namespace {

constexpr std::size_t kLeastBytes = std::size_t{1} << 24;
constexpr double kShareInUse = 0.75;  // of the limit, at which pages go back
constexpr std::size_t kWorthIt = std::size_t{1} << 25;
constexpr std::chrono::milliseconds kLook(5);

/// Every block in a file, of all scratch memories that there were.
struct Blocks {
  std::mutex mutex;
  std::map<void*, std::size_t> sizes;
  std::size_t total = 0;
  std::size_t most = 0;
  std::string folder;  // "" when there is no scratch memory
};

Blocks& blocks() {
  static auto* all = new Blocks;  // outlives every static vector
  return *all;
}
std::atomic<bool> in_use{false};

/// An empty file without a name.
int open_scratch(const std::string& folder) {
  int file = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  // File systems without nameless files: made and unlinked.
  std::string name = folder + "/altyn-scratch-XXXXXX";
  file = mkstemp(name.data());
  if (file >= 0) unlink(name.c_str());
  return file;
}

/// Resident bytes of the process, and those among them that belong to files.
struct Resident {
  std::size_t all = 0;
  std::size_t files = 0;
};

Resident resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return {};
  std::size_t size = 0;
  std::size_t resident = 0;
  std::size_t shared = 0;
  const int found = std::fscanf(file, "%zu %zu %zu", &size, &resident, &shared);
  std::fclose(file);
  if (found != 3) return {};
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return {.all = resident * page, .files = shared * page};
}

}  // namespace

struct ScratchMemory::State {
  std::size_t limit = 0;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread keeper;

  /// Looks at the resident memory and gives pages back. Their contents stay in the file, so whoever
  /// works on them meanwhile only finds them a little later.
  void keep(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      wake.wait_for(lock, stop, kLook, [] { return false; });
      const Resident now = resident_bytes();
      if (static_cast<double>(now.all) < kShareInUse * static_cast<double>(limit)) continue;
      if (now.files < kWorthIt) continue;
      const std::lock_guard all(blocks().mutex);
      for (const auto& [block, size] : blocks().sizes) madvise(block, size, MADV_DONTNEED);
    }
  }
};

ScratchMemory::ScratchMemory(const std::string& folder, std::size_t limit_bytes)
    : state_(std::make_unique<State>()) {
  ALTYN_CHECK(!in_use.load(), "one scratch memory at a time");
  const int file = open_scratch(folder);
  if (file < 0) {
    throw SystemError(
        {.code = "no-scratch",
         .what = fmt::format("no file can be made in {}: {}", folder, std::strerror(errno)),
         .where = folder,
         .why = "rows that do not fit in memory are kept in files there",
         .fixes = {"name another folder with --scratch"}});
  }
  close(file);
  blocks().folder = folder;
  blocks().most = blocks().total;
  in_use = true;
  state_->limit = limit_bytes;
  if (limit_bytes > 0) {
    state_->keeper =
        std::jthread([state = state_.get()](const std::stop_token& stop) { state->keep(stop); });
  }
}

ScratchMemory::~ScratchMemory() {
  in_use = false;
  state_->keeper.request_stop();
}

std::size_t ScratchMemory::most_bytes() const {
  const std::lock_guard lock(blocks().mutex);
  return blocks().most;
}

namespace internal {

void* allocate_scratch(std::size_t n_bytes) {
  if (!in_use.load(std::memory_order_relaxed) || n_bytes < kLeastBytes) return nullptr;
  Blocks& all = blocks();
  const std::lock_guard lock(all.mutex);
  const int file = open_scratch(all.folder);
  // Space is reserved here: a page that finds no room later would be a signal, not an error.
  const int failed = file < 0 ? errno : posix_fallocate(file, 0, static_cast<off_t>(n_bytes));
  void* block = MAP_FAILED;
  if (failed == 0) {
    block = mmap(nullptr, n_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  const int reason = failed != 0 ? failed : errno;
  if (file >= 0) close(file);
  if (block == MAP_FAILED) {
    throw SystemError(
        {.code = "scratch-full",
         .what = fmt::format("no room for {:.1f} GB in {}: {}", static_cast<double>(n_bytes) / 1e9,
                             all.folder, std::strerror(reason)),
         .where = all.folder,
         .why = "rows that do not fit in memory are kept in files there",
         .fixes = {"name a folder with more room with --scratch", "raise --memory-limit-gb"}});
  }
  all.sizes[block] = n_bytes;
  all.total += n_bytes;
  all.most = std::max(all.most, all.total);
  return block;
}

bool free_scratch(void* block) noexcept {
  Blocks& all = blocks();
  const std::lock_guard lock(all.mutex);
  const auto found = all.sizes.find(block);
  if (found == all.sizes.end()) return false;
  munmap(block, found->second);
  all.total -= found->second;
  all.sizes.erase(found);
  return true;
}

}  // namespace internal

#else  // no mapped files: everything stays in memory

struct ScratchMemory::State {};
ScratchMemory::ScratchMemory(const std::string& folder, std::size_t) {
  throw SystemError({.code = "no-scratch",
                     .what = "memory limits need Linux",
                     .where = folder,
                     .why = "rows are kept in mapped files"});
}
ScratchMemory::~ScratchMemory() = default;
std::size_t ScratchMemory::most_bytes() const { return 0; }
namespace internal {
void* allocate_scratch(std::size_t) { return nullptr; }
bool free_scratch(void*) noexcept { return false; }
}  // namespace internal

#endif

}  // namespace altyn::numerics
