#include "altyn/equilibrium/multi_sector_batch.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector_check.h"
#include "altyn/equilibrium/sector_answer.h"
#include "altyn/equilibrium/sector_precondition.h"

namespace altyn::equilibrium {
namespace {

using kernels::kProblems;
using sector::Block;
using sector::EconomyBlock;
using sector::System;
using sector::World;

// One of the eight problems under way.
struct Lane {
  Index number = -1;  // of its shock; -1 when idle
  MultiSectorShock shock;
  System system;
  std::vector<std::size_t> first_row;  // [J] of the own rows of a sector in gross and net
  sector::CoarseCorrection::Factors factors;
  std::vector<double> x;
  numerics::FixedPointWorkspace workspace;
  std::optional<numerics::FixedPointSearch> search;
  bool inside = false;  // the last sweep was within the domain
};

class Batch {
 public:
  Batch(const MultiSectorModel& model, Context& context)
      : model_(model), world_(model.world()), context_(context), taxed_(world_.n_sectors, 0) {
    const MultiSectorBase& base = model.base();
    if (base.tariff.empty() && base.export_tax.empty()) return;
    net_ = world_.share;
    for (std::size_t cell = 0; cell < base.trade_share.size(); ++cell) {
      double wedge = base.tariff.empty() ? 1.0 : 1.0 + base.tariff[cell];
      if (!base.export_tax.empty()) wedge *= 1.0 + base.export_tax[cell];
      if (wedge == 1.0 || base.trade_share[cell] == 0.0) continue;
      net_[cell / world_.n * world_.row + cell % world_.n] /= wedge;
      taxed_[cell / world_.n / world_.n] = 1;
    }
  }

  void load(Lane& lane) {
    System& system = lane.system;
    system.prepare_own_rows(world_, lane.shock);
    lane.first_row.assign(world_.n_sectors, 0);
    std::size_t count = 0;
    for (std::size_t j = 0; j < world_.n_sectors; ++j) {
      lane.first_row[j] = count;
      count += system.own_rows[j].size();
      if (taxed_[j] != 0) system.taxed[j] = 1;
    }
    model_.coarse_correction().factorise(world_, system.cost_power, lane.factors);
    sector::start_at_base(world_, lane.x);
    lane.search.emplace(
        lane.x,
        numerics::FixedPointOptions{.tolerance = model_.options().tolerance,
                                    .max_iterations = model_.options().max_iterations,
                                    .history = 8},
        lane.workspace);
  }

  // One sweep of every lane.
  void sweep(std::vector<Lane*>& lanes) {
    for (Lane* lane : lanes) lane->system.begin_sweep(lane->x);
    context_.pool->for_each_shard(static_cast<Index>(world_.n_sectors), [&](Index j) {
      sweep_sector(lanes, static_cast<std::size_t>(j));
    });
    for (Lane* lane : lanes) lane->inside = lane->system.close_income();
    context_.pool->for_each_shard(static_cast<Index>(world_.row / System::kLanes), [&](Index b) {
      sweep_block(lanes, static_cast<std::size_t>(b));
    });
    for (Lane* lane : lanes) lane->system.finish_sweep();
  }

  // The search's next point. True while it goes on.
  bool advance(Lane& lane) {
    double residual = std::numeric_limits<double>::infinity();
    const std::span<double> image = lane.search->image();
    if (lane.inside) {
      residual = sector::largest_gap(lane.x, lane.system.next);
      for (std::size_t i = 0; i < image.size(); ++i) image[i] = lane.system.next[i] - lane.x[i];
      model_.coarse_correction().apply(world_, lane.factors, image);
      for (std::size_t i = 0; i < image.size(); ++i) image[i] += lane.x[i];
    }
    lane.search->take(residual);
    return lane.search->running();
  }

 private:
  void sweep_sector(const std::vector<Lane*>& lanes, std::size_t j) {
    const std::size_t n = world_.n;
    const std::size_t row = world_.row;
    const std::size_t start = j * row;
    // [place][lane]; idle lanes spend nothing and supply ones.
    Block supply(row * kProblems, 1.0), sums(row * kProblems, 0.0), spending(n * kProblems, 0.0);
    Block q(n * kProblems), phi(n * kProblems), z(n * kProblems);
    std::vector<unsigned char> skip(n, 0);
    for (std::size_t p = 0; p < lanes.size(); ++p) {
      System& system = lanes[p]->system;
      system.begin_sector(j, lanes[p]->x);
      for (std::size_t e = 0; e < row; ++e) supply[e * kProblems + p] = system.scale[start + e];
      for (std::size_t e = 0; e < n; ++e) spending[e * kProblems + p] = system.spending[start + e];
      for (const std::size_t importer : system.own_rows[j]) {
        skip[importer] = static_cast<unsigned char>(skip[importer] | 1U << p);
      }
    }
    const double* gross = &world_.share[j * n * row];
    const double* net = taxed_[j] != 0 ? &net_[j * n * row] : gross;
    kernels::share_pass_together({gross, net, n, row}, supply.data(), spending.data(), skip.data(),
                                 q.data(), phi.data(), z.data(), sums.data());
    for (std::size_t p = 0; p < lanes.size(); ++p) {
      System& system = lanes[p]->system;
      for (std::size_t e = 0; e < n; ++e) {
        system.gross_dot[start + e] = q[e * kProblems + p];
        system.net_dot[start + e] = phi[e * kProblems + p];
        system.per_share[start + e] = z[e * kProblems + p];
      }
      for (std::size_t e = 0; e < row; ++e) system.received[start + e] = sums[e * kProblems + p];
      own_rows(*lanes[p], j);
      system.finish_sector(j, lanes[p]->x);
    }
  }

  // The rows that a shock does not share with the base.
  void own_rows(Lane& lane, std::size_t j) const {
    System& system = lane.system;
    const std::vector<std::size_t>& importers = system.own_rows[j];
    if (importers.empty()) return;
    const std::size_t start = j * world_.row;
    const std::size_t from = lane.first_row[j] * world_.row;
    const std::size_t count = importers.size();
    std::vector<double> spending(count), q(count), phi(count), z(count);
    for (std::size_t r = 0; r < count; ++r) spending[r] = system.spending[start + importers[r]];
    kernels::share_pass({&system.gross[from], &system.net[from], count, world_.row},
                        &system.scale[start], spending.data(), q.data(), phi.data(), z.data(),
                        &system.received[start]);
    for (std::size_t r = 0; r < count; ++r) {
      system.gross_dot[start + importers[r]] = q[r];
      system.net_dot[start + importers[r]] = phi[r];
      system.per_share[start + importers[r]] = z[r];
    }
  }

  void sweep_block(const std::vector<Lane*>& lanes, std::size_t b) {
    const std::size_t first = b * System::kLanes;
    const std::size_t count = std::min(System::kLanes, world_.n - first);
    const std::size_t n_sectors = world_.n_sectors;
    const std::size_t io_row = world_.io_row;
    std::vector<EconomyBlock> blocks;
    for (Lane* lane : lanes) {
      blocks.push_back(lane->system.economy_block(b));
      lane->system.gather(first, count, blocks.back());
    }
    Block output(n_sectors * kProblems, 0.0), price(n_sectors * kProblems, 0.0);
    Block use(n_sectors * kProblems), cost(n_sectors * kProblems);
    for (std::size_t l = 0; l < count; ++l) {
      for (std::size_t p = 0; p < lanes.size(); ++p) {
        for (std::size_t j = 0; j < n_sectors; ++j) {
          output[j * kProblems + p] = blocks[p].output[l * io_row + j];
          price[j * kProblems + p] = blocks[p].price[l * io_row + j];
        }
      }
      kernels::two_products_together(&world_.input_share[(first + l) * n_sectors * io_row],
                                     n_sectors, n_sectors, io_row, output.data(), price.data(),
                                     use.data(), cost.data());
      for (std::size_t p = 0; p < lanes.size(); ++p) {
        for (std::size_t j = 0; j < n_sectors; ++j) {
          blocks[p].use[l * io_row + j] = use[j * kProblems + p];
          blocks[p].cost[l * io_row + j] = cost[j * kProblems + p];
        }
      }
    }
    for (std::size_t p = 0; p < lanes.size(); ++p) {
      lanes[p]->system.scatter(first, count, blocks[p]);
    }
  }

  const MultiSectorModel& model_;
  const World& world_;
  Context& context_;
  Block net_;                // pi / (tau eps) of the base; empty without wedges
  std::vector<char> taxed_;  // [J] net differs from the shares
};

// Endogenous deficits weigh every market's row by itself, and workers who move are found by solves
// of their own, so nothing is shared between shocks.
BatchSummary solve_in_turn(const MultiSectorModel& model, Index n_shocks,
                           const std::function<void(Index, MultiSectorShock&)>& make_shock,
                           const std::function<void(Index, const MultiSectorResult&)>& take_result,
                           Context& context) {
  BatchSummary summary;
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  MultiSectorShock shock;
  for (; summary.n_solved < n_shocks; ++summary.n_solved) {
    context.throw_if_stopped();
    make_shock(summary.n_solved, shock);
    model.solve(shock, workspace, result, context, {.trade_share = false});
    if (result.status != SolveStatus::kConverged && ++summary.n_failed == 1) {
      summary.first_failure = result.message;
    }
    take_result(summary.n_solved, result);
    context.report({.step = "batch", .iteration = summary.n_solved + 1, .total = n_shocks});
  }
  return summary;
}

}  // namespace

BatchSummary solve_batch(const MultiSectorModel& model, Index n_shocks,
                         const std::function<void(Index, MultiSectorShock&)>& make_shock,
                         const std::function<void(Index, const MultiSectorResult&)>& take_result,
                         Context& context) {
  if (model.options().closure == Closure::kEndogenous || !model.base().mobility.empty()) {
    return solve_in_turn(model, n_shocks, make_shock, take_result, context);
  }
  Batch batch(model, context);
  BatchSummary summary;
  Index lowest_failure = n_shocks;
  Index next = 0;
  std::vector<std::unique_ptr<Lane>> lanes;
  for (std::size_t p = 0; p < kProblems; ++p) lanes.push_back(std::make_unique<Lane>());
  MultiSectorResult result;
  MultiSectorWorkspace alone;

  const auto finish = [&](Lane& lane) {
    numerics::FixedPointResult found = lane.search->result();
    if (found.status == SolveStatus::kConverged) {
      sector::fill_result(lane.system, lane.x, false, *context.pool, result);
      sector::certify(lane.system, lane.x, model.options(), found, result);
      result.status = found.status;
      result.message.clear();
    } else {
      model.solve(lane.shock, alone, result, context, {.trade_share = false});
    }
    ++summary.n_solved;
    if (result.status != SolveStatus::kConverged) {
      ++summary.n_failed;
      if (lane.number < lowest_failure) {
        lowest_failure = lane.number;
        summary.first_failure = result.message;
      }
    }
    take_result(lane.number, result);
    lane.number = -1;
  };

  while (true) {
    context.throw_if_stopped();
    // Shocks come one at a time from the caller; preparing them is shared out.
    std::vector<Lane*> fresh;
    for (const auto& lane : lanes) {
      if (lane->number >= 0 || next >= n_shocks) continue;
      lane->number = next++;
      make_shock(lane->number, lane->shock);
      check_shock(model.base(), lane->shock);
      fresh.push_back(lane.get());
    }
    context.pool->for_each_shard(static_cast<Index>(fresh.size()),
                                 [&](Index k) { batch.load(*fresh[static_cast<std::size_t>(k)]); });
    std::vector<Lane*> active;
    for (const auto& lane : lanes) {
      if (lane->number >= 0) active.push_back(lane.get());
    }
    if (active.empty()) break;
    batch.sweep(active);
    std::vector<char> going(active.size(), 0);
    context.pool->for_each_shard(static_cast<Index>(active.size()), [&](Index k) {
      const auto p = static_cast<std::size_t>(k);
      going[p] = batch.advance(*active[p]) ? 1 : 0;
    });
    for (std::size_t p = 0; p < active.size(); ++p) {
      if (going[p] == 0) finish(*active[p]);
    }
    context.report({.step = "batch", .iteration = summary.n_solved, .total = n_shocks});
  }
  return summary;
}

}  // namespace altyn::equilibrium
