#include "altyn/comm/mpi.h"

#include <mpi.h>

#include <algorithm>
#include <chrono>

#include "altyn/core/errors.h"

namespace altyn::comm {
namespace {

constexpr std::size_t kAtOnce = std::size_t{1} << 27;  // numbers: MPI counts with 32 bits

/// Counts an exchange of so many bytes, and its time.
class Measured {
 public:
  Measured(Traffic& traffic, std::size_t n_bytes) : traffic_(traffic) {
    ++traffic.calls;
    traffic.bytes += static_cast<double>(n_bytes);
  }
  ~Measured() {
    traffic_.seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  Measured(const Measured&) = delete;
  Measured& operator=(const Measured&) = delete;

 private:
  Traffic& traffic_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

bool any_failed(bool failed) {
  int one = failed ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &one, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return one != 0;
}

void reduce(std::span<double> values, MPI_Op operation) {
  for (std::size_t begin = 0; begin < values.size(); begin += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, values.size() - begin);
    MPI_Allreduce(MPI_IN_PLACE, values.data() + begin, static_cast<int>(count), MPI_DOUBLE,
                  operation, MPI_COMM_WORLD);
  }
}

}  // namespace

MpiRanks::MpiRanks(int& argc, char**& argv) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
}

MpiRanks::~MpiRanks() { MPI_Finalize(); }

void MpiRanks::agree() {
  if (!any_failed(false)) return;
  knows_of_failure_ = true;
  throw PeerFailed();
}

void MpiRanks::sum(std::span<double> values) {
  const Measured measured(traffic_, values.size_bytes());
  agree();
  reduce(values, MPI_SUM);
}

void MpiRanks::max(std::span<double> values) {
  const Measured measured(traffic_, values.size_bytes());
  agree();
  reduce(values, MPI_MAX);
}

std::vector<std::string> MpiRanks::gather(std::string_view own) {
  const Measured measured(traffic_, own.size());
  agree();
  return exchange(own);
}

std::vector<std::string> MpiRanks::exchange(std::string_view own) {
  const auto ranks = static_cast<std::size_t>(size_);
  std::vector<int> sizes(ranks);
  const int mine = static_cast<int>(own.size());
  MPI_Allgather(&mine, 1, MPI_INT, sizes.data(), 1, MPI_INT, MPI_COMM_WORLD);
  std::vector<int> places(ranks);
  std::int64_t total = 0;
  for (std::size_t r = 0; r < ranks; ++r) {
    places[r] = static_cast<int>(total);
    total += sizes[r];
  }
  ALTYN_CHECK(total < (std::int64_t{1} << 31), "ranks gather less than 2 GB");
  std::string all(static_cast<std::size_t>(total), '\0');
  MPI_Allgatherv(own.data(), mine, MPI_CHAR, all.data(), sizes.data(), places.data(), MPI_CHAR,
                 MPI_COMM_WORLD);
  std::vector<std::string> result;
  for (std::size_t r = 0; r < ranks; ++r) {
    result.push_back(
        all.substr(static_cast<std::size_t>(places[r]), static_cast<std::size_t>(sizes[r])));
  }
  return result;
}

std::vector<std::string> MpiRanks::end(bool failed, std::string_view own) {
  if (!knows_of_failure_ && !any_failed(failed)) return {};
  return exchange(own);
}

}  // namespace altyn::comm
