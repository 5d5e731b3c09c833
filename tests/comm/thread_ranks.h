#pragma once

#include <atomic>
#include <barrier>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "altyn/comm/communicator.h"

namespace altyn::comm {

/// Ranks that are threads of one process, for tests: sums in the order of ranks.
class ThreadRanks {
 public:
  explicit ThreadRanks(int size)
      : barrier_(size), doubles_(static_cast<std::size_t>(size)), bytes_(doubles_.size()) {}

  /// Runs work(communicator) on every rank; rethrows the first rank's exception that says
  /// something.
  void run(const std::function<void(Communicator&)>& work) {
    std::vector<std::exception_ptr> failures(doubles_.size());
    std::vector<std::thread> threads;
    for (std::size_t r = 0; r < doubles_.size(); ++r) {
      threads.emplace_back([&, r] {
        Rank rank(*this, static_cast<int>(r));
        try {
          work(rank);
        } catch (const PeerFailed&) {
          return;  // it met the others in the exchange that threw
        } catch (...) {
          failures[r] = std::current_exception();
        }
        rank.end();
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& failure : failures) {
      if (failure) std::rethrow_exception(failure);
    }
  }

 private:
  class Rank final : public Communicator {
   public:
    Rank(ThreadRanks& all, int rank) : all_(all), rank_(rank) {}
    [[nodiscard]] int rank() const override { return rank_; }
    [[nodiscard]] int size() const override { return static_cast<int>(all_.doubles_.size()); }
    void sum(std::span<double> values) override {
      exchange(values, [](double a, double b) { return a + b; });
    }
    void max(std::span<double> values) override {
      exchange(values, [](double a, double b) { return a > b ? a : b; });
    }
    [[nodiscard]] std::vector<std::string> gather(std::string_view own) override {
      start();
      all_.bytes_[static_cast<std::size_t>(rank_)] = std::string(own);
      all_.barrier_.arrive_and_wait();
      std::vector<std::string> result = all_.bytes_;
      all_.barrier_.arrive_and_wait();
      return result;
    }
    /// Comes to one more meeting: where the others are about to exchange, they learn of the end.
    void end() {
      ++all_.ended_;
      all_.barrier_.arrive_and_wait();
      all_.barrier_.arrive_and_wait();
    }

   private:
    /// Every exchange begins here, with as many meetings as an end has.
    void start() {
      all_.barrier_.arrive_and_wait();
      const bool alone = all_.ended_ > 0;
      all_.barrier_.arrive_and_wait();
      if (alone) throw PeerFailed();
    }
    template <class Join>
    void exchange(std::span<double> values, const Join& join) {
      start();
      all_.doubles_[static_cast<std::size_t>(rank_)].assign(values.begin(), values.end());
      all_.barrier_.arrive_and_wait();
      for (std::size_t i = 0; i < values.size(); ++i) {
        double result = all_.doubles_[0].at(i);
        for (std::size_t r = 1; r < all_.doubles_.size(); ++r) {
          result = join(result, all_.doubles_[r].at(i));
        }
        values[i] = result;
      }
      all_.barrier_.arrive_and_wait();
    }
    ThreadRanks& all_;
    int rank_;
  };

  std::barrier<> barrier_;
  std::atomic<int> ended_{0};
  std::vector<std::vector<double>> doubles_;
  std::vector<std::string> bytes_;
};

}  // namespace altyn::comm
