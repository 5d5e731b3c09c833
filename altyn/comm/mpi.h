#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "altyn/comm/communicator.h"

namespace altyn::comm {

/// The processes that mpirun started. Before every exchange the ranks agree that all of them go on:
/// where one has failed, the exchanges of the others throw PeerFailed and nobody waits for ever.
/// Linked into altyn-mpi alone. One thread makes the calls.
class MpiRanks final : public Communicator {
 public:
  /// Starts MPI, which may take arguments of its own off the command line.
  MpiRanks(int& argc, char**& argv);
  ~MpiRanks() override;
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;

  [[nodiscard]] int rank() const override { return rank_; }
  [[nodiscard]] int size() const override { return size_; }
  void sum(std::span<double> values) override;
  void max(std::span<double> values) override;
  [[nodiscard]] std::vector<std::string> gather(std::string_view own) override;

  /// Every rank ends with this, once: `own` is what went wrong here, "" when nothing did or another
  /// rank failed. Returns what went wrong on each rank; empty when all is well.
  [[nodiscard]] std::vector<std::string> end(bool failed, std::string_view own);

 private:
  void agree();
  [[nodiscard]] std::vector<std::string> exchange(std::string_view own);
  int rank_ = 0;
  int size_ = 1;
  bool knows_of_failure_ = false;  // the ranks have agreed that one failed
};

}  // namespace altyn::comm
