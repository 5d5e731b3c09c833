#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "altyn/equilibrium/sector_kernels.h"
#include "altyn/equilibrium/sector_world.h"

/// The equations of one shock in the order of one sweep, their linear version and its transpose.
/// Internal to the model's own files. Equation numbers: docs/models/multi-sector.md.
namespace altyn::equilibrium::sector {

/// Positions of the parts of the unknown.
struct StateView {
  const World& world;
  template <class T>
  [[nodiscard]] T* input_cost(std::span<T> x) const {
    return x.data();
  }
  template <class T>
  [[nodiscard]] T* spending(std::span<T> x) const {
    return x.data() + world.block();
  }
  template <class T>
  [[nodiscard]] T* wage(std::span<T> x) const {
    return x.data() + 2 * world.block();
  }
  template <class T>
  [[nodiscard]] T* output(std::span<T> x) const {
    return x.data() + 2 * world.block() + world.n_factors * world.row;
  }
};

/// A cell whose duties need more than the importer's sum: it pays export tax, or duty inside a
/// pool.
struct TaxCell {
  std::size_t importer = 0;
  std::size_t exporter = 0;
  double landed = 0.0;       ///< a / tau' - b: export tax part of the landed value, per unit of s
  double inside_duty = 0.0;  ///< a - a / tau': duty that a member keeps, per unit of s
};

/// Economies are handled in blocks of eight, so that sector-major rows are read and written in
/// whole cache lines. What one block works on, economy-major.
struct EconomyBlock {
  double* output;  ///< [8][io_row]
  double* price;   ///< [8][io_row]
  double* use;     ///< [8][io_row]
  double* cost;    ///< [8][io_row]
  double* lanes;   ///< [io_row][8]
};

/// Where a solve cannot go on.
enum class Trouble { kNothing, kIncomeNotPositive, kNotFinite };

/// Adjoints of what one sweep computes: derivatives of a scalar with respect to each quantity,
/// everything else held. Sector-major blocks and vectors of n.
struct Seeds {
  Block price;                      ///< of log price indices [J][row]
  Block output;                     ///< of output [J][row]
  Block spending;                   ///< of spending [J][row]
  std::vector<double> income;       ///< [n]
  std::vector<double> duty;         ///< of collected duty [n]
  std::vector<double> received;     ///< of duty received from a pool [n]
  std::vector<double> export_duty;  ///< [n]
  Block wage;                       ///< of log wages [F][row]
  void reset(const World& world);
};

struct System {
  const World* world = nullptr;

  // The shock.
  Block gross, net;                         ///< a, b [J][n][row]; empty rows for closed sectors
  std::vector<double> theta;                ///< [J]
  std::vector<double> wedge_power;          ///< theta + selection [J]: of tariffs in trade shares
  std::vector<double> cost_power;           ///< theta + selection + entry [J]: of unit cost
  std::vector<char> taxed;                  ///< [J] net differs from gross
  std::vector<std::vector<TaxCell>> cells;  ///< [J]
  Block productivity_log;                   ///< [J][row]; empty when unchanged
  std::vector<double> deficit;              ///< [n]
  std::vector<double> spending_ratio;       ///< phi = 1 + D / wL [n], multiplicative closure
  std::vector<PoolPlaces> pools;
  std::vector<int> pool_of;  ///< [n] -1 without

  /// Whether the importer keeps its duties on the exporter's goods out of its pool.
  [[nodiscard]] bool keeps_inside(std::size_t importer, std::size_t exporter) const {
    const int pool = pool_of[importer];
    return pool >= 0 && importer != exporter && pool == pool_of[exporter] &&
           !pools[static_cast<std::size_t>(pool)].duties_inside_too;
  }

  std::vector<double> export_tax;  ///< new rates [sector, importer, exporter]; empty = none

  /// a / tau' of a cell (MultiSectorBase::cell): its landed value per unit of s and z.
  [[nodiscard]] double landed(std::size_t cell) const {
    const double producer = net[cell / world->n * world->row + cell % world->n];
    return export_tax.empty() ? producer : producer * (1.0 + export_tax[cell]);
  }
  /// New over old cost of delivery of a cell, wedges included.
  [[nodiscard]] double cost_change(const MultiSectorShock& shock, std::size_t cell) const;

  // What the last sweep computed.
  Block unit_cost, scale;                         ///< ln c, s [J][row]
  Block spending, made;                           ///< X as taken from the state, Y [J][row]
  Block gross_dot, net_dot, per_share, received;  ///< q, phi, z, sum z b [J][row]
  Block local_received;                           ///< sum z nu b, closure endogenous [J][row]
  Block price;                                    ///< ln P [J][row]
  Block next;                                     ///< new state before preconditioning
  Block wage_level;                               ///< exp(ln w) [F][row]
  Block factor_demand;                            ///< V [F][row]
  std::vector<double> duty, inside_duty, export_duty, received_duty;  ///< [n]
  std::vector<double> earned, before_deficit, income;                 ///< wL, wL and duties, I [n]
  double deficit_scalar = 1.0;
  Trouble trouble = Trouble::kNothing;
  std::size_t troubled = 0;

  /// Builds a and b for a shock. Cost: one pass over the shares, powers where costs change.
  void prepare(const World& w, const MultiSectorShock& shock, ThreadPool& pool);
  /// The same for a sweep that shares the base's rows with other shocks (sector_batch.h): `gross`
  /// and `net` hold `own_rows` alone, one after the other in order of sector.
  void prepare_own_rows(const World& w, const MultiSectorShock& shock);
  std::vector<std::vector<std::size_t>> own_rows;  ///< [J] importers whose row the shock changes

  // One sweep, in the parts that a batch puts together in its own way.
  void begin_sweep(std::span<const double> x);
  void begin_sector(std::size_t j, std::span<const double> x);   ///< unit cost, s, X
  void finish_sector(std::size_t j, std::span<const double> x);  ///< from q, phi and sum z b: Y, P
  void pass_local(std::size_t j);                                ///< sum z nu b; after pass_sector
  bool close_income();
  void gather(std::size_t first, std::size_t count, const EconomyBlock& block);
  void scatter(std::size_t first, std::size_t count, const EconomyBlock& block);
  void finish_sweep();
  [[nodiscard]] EconomyBlock economy_block(std::size_t b) {
    const std::size_t width = kLanes * world->io_row;
    double* start = &gathered_[b * 5 * width];
    return {start, start + width, start + 2 * width, start + 3 * width, start + 4 * width};
  }
  static constexpr std::size_t kLanes = 8;  ///< economies per block

  /// One sweep from `x` into `next`; false when x is outside the domain (`trouble` says why).
  bool sweep(std::span<const double> x, ThreadPool& pool);
  /// The sweep's derivative at its last point, in direction dx.
  void linear_sweep(std::span<const double> dx, std::span<double> out, ThreadPool& pool);
  /// The transpose: `weight` on the sweep's outputs plus `seeds` on what it computes, pulled back
  /// to the state. Leaves the adjoints that parameter_gradient needs. `seeds` may be null.
  void transposed_sweep(std::span<const double> weight, const Seeds* seeds, std::span<double> out,
                        ThreadPool& pool);

  // Adjoints left by transposed_sweep.
  Block gross_weight, net_weight, received_weight;  ///< of q, phi and sum z b [J][row]
  Block scale_weight, cost_weight, price_weight;    ///< of ln s, ln c, ln P [J][row]
  Block spending_weight, output_weight;             ///< of X, Y [J][row]
  std::vector<double> income_weight, duty_weight, inside_weight, export_weight;  ///< [n]

  /// nu of a market: 0 unless deficits are endogenous.
  [[nodiscard]] double local(std::size_t e) const {
    return world->local_part.empty() ? 0.0 : world->local_part[e];
  }
  /// Adjoint of a market's spending before duties, with the sign of duties.
  [[nodiscard]] double landed_weight(std::size_t e) const {
    return duty_weight[e] - local(e) * income_weight[e];
  }
  /// Adjoint of the export tax part of a sale: the tax, and what the market keeps of it.
  [[nodiscard]] double sale_weight(std::size_t importer, std::size_t exporter) const {
    return export_weight[exporter] - local(importer) * income_weight[exporter];
  }

 private:
  // Log fall of a sector's output at which it counts as closed: a ten-trillionth is left.
  static constexpr double kShutDown = 30.0;
  // Below this many cells a sweep is over before another thread has woken up.
  static constexpr std::size_t kParallelCells = 500'000;

  void prepare_common(const World& w, const MultiSectorShock& shock);
  void prepare_row(std::size_t j, std::size_t importer, const MultiSectorShock& shock,
                   std::span<double> a, std::span<double> b);
  void pass_sector(std::size_t j);
  [[nodiscard]] bool owns_diagonal(std::size_t j) const {
    return world->closed[j] != 0 && taxed[j] == 0;
  }
  // Whether a sector with entry still produces, beyond a trace that stands for nothing.
  [[nodiscard]] bool is_open(std::size_t at) const {
    return made[at] > 0.0 && next[2 * world->block() + world->n_factors * world->row + at] >
                                 world->output_log[at] - kShutDown;
  }
  // One over the new spending of the last sweep.
  [[nodiscard]] double use_inverse(std::size_t at) const {
    return std::exp(-next[world->block() + at]);
  }
  [[nodiscard]] bool endogenous() const { return !world->local_part.empty(); }
  // Adds sum_m nu_m z_m b_m, with z[m] = u[m] + v[m] (a_m . s), to `sums` [row].
  void add_local(std::size_t j, const double* s, const double* u, const double* v,
                 double* sums) const;
  void dot_local(std::size_t j, Block& out) const;
  [[nodiscard]] kernels::SectorMatrices matrices(std::size_t j) const {
    const std::size_t start = j * world->n * world->row;
    return {&gross[start], taxed[j] != 0 ? &net[start] : &gross[start], world->n, world->row};
  }
  template <class F>
  void over_sectors(ThreadPool& pool, const F& work) {
    const std::size_t count = world->n_sectors;
    if (world->n * world->n * count < kParallelCells || pool.n_threads() == 1) {
      for (std::size_t j = 0; j < count; ++j) work(j);
    } else {
      pool.for_each_shard(static_cast<Index>(count),
                          [&](Index j) { work(static_cast<std::size_t>(j)); });
    }
  }
  // work(first economy of the block, how many, buffers)
  template <class F>
  void over_economies(ThreadPool& pool, const F& work) {
    const std::size_t count = world->row / kLanes;
    const auto block = [&](std::size_t b) {
      work(b * kLanes, std::min(kLanes, world->n - b * kLanes), economy_block(b));
    };
    if (world->n * world->n_sectors * world->n_sectors < kParallelCells || pool.n_threads() == 1) {
      for (std::size_t b = 0; b < count; ++b) block(b);
    } else {
      pool.for_each_shard(static_cast<Index>(count),
                          [&](Index b) { block(static_cast<std::size_t>(b)); });
    }
  }

  // Scratch of the linear sweeps [J][row], and of the blocks of economies.
  Block tangent_, tangent_dot_, tangent_net_, tangent_z_, tangent_u_, tangent_v_;
  Block tangent_received_, tangent_output_, tangent_local_;
  Block gathered_;
};

/// Spending that a base implies at its factor income and prices [sector, economy]: the solution of
/// (4), (5) and (6) without hats. Cost: about 15 sweeps.
[[nodiscard]] std::vector<double> implied_expenditure(const MultiSectorBase& base,
                                                      ThreadPool& pool);

}  // namespace altyn::equilibrium::sector
