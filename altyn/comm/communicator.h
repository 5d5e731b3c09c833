#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/errors.h"
#include "altyn/core/types.h"

namespace altyn::comm {

/// What went between the ranks, as one rank sees it.
struct Traffic {
  Index calls = 0;
  double bytes = 0.0;    ///< of this rank's part of every exchange
  double seconds = 0.0;  ///< spent in exchanges, waiting for other ranks included
};

/// Several processes, the ranks, that work on parts of the same rows. Every rank makes the same
/// calls in the same order, from one thread at a time; when one rank cannot go on, the next call of
/// each of the others throws (PeerFailed).
class Communicator {
 public:
  virtual ~Communicator() = default;
  [[nodiscard]] virtual int rank() const = 0;
  [[nodiscard]] virtual int size() const = 0;
  /// Sums over ranks, element by element; the same bits on every rank.
  virtual void sum(std::span<double> values) = 0;
  /// The largest over ranks, element by element.
  virtual void max(std::span<double> values) = 0;
  /// Every rank's bytes, in the order of ranks.
  [[nodiscard]] virtual std::vector<std::string> gather(std::string_view own) = 0;
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }

 protected:
  Traffic traffic_;
};

/// Thrown by an exchange when another rank has failed: this one has nothing to say of its own.
class PeerFailed : public Error {
 public:
  PeerFailed() : Error({.code = "peer-failed", .what = "another rank failed"}) {}
};

/// The ranks that share a model's rows, and what keeps them together: all rows with the same values
/// of these keys lie on one rank.
struct Ranks {
  Communicator* communicator = nullptr;  ///< null: all rows are here
  std::vector<Index> keys{};             ///< positions in the model's list of keys

  [[nodiscard]] bool several() const { return communicator != nullptr; }
  [[nodiscard]] bool first() const { return communicator == nullptr || communicator->rank() == 0; }
  /// Whether levels of a combination of keys lie on one rank each.
  [[nodiscard]] bool keep_together(std::span<const Index> combination) const;

  void sum(std::span<double> values) const {
    if (communicator != nullptr) communicator->sum(values);
  }
  [[nodiscard]] double sum(double value) const {
    sum(std::span(&value, 1));
    return value;
  }
  [[nodiscard]] Index sum(Index value) const {
    return static_cast<Index>(sum(static_cast<double>(value)));
  }
  [[nodiscard]] double max(double value) const {
    if (communicator != nullptr) communicator->max(std::span(&value, 1));
    return value;
  }
  /// Whether it holds on any rank.
  [[nodiscard]] bool any(bool holds) const { return max(holds ? 1.0 : 0.0) > 0.0; }
  /// Every rank's bytes; those given when there is one process.
  [[nodiscard]] std::vector<std::string> gather(std::string_view own) const;
};

}  // namespace altyn::comm
