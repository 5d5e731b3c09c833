#include "altyn/equilibrium/optimal_tariff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "altyn/core/errors.h"
#include "altyn/numerics/box_search.h"

namespace altyn::equilibrium {
namespace {

// A penalty beyond this has priced everything else out: the constraints contradict each other.
constexpr double kLargestPenalty = 1e6;

// The measure as a function of the logs of one plus each instrument's rate.
class TariffProblem {
 public:
  TariffProblem(const MultiSectorModel& model, const MultiSectorShock& start,
                std::span<const TariffInstrument> instruments,
                std::span<const Participation> participation, Context& context)
      : model_(model),
        instruments_(instruments),
        participation_(participation),
        context_(context),
        shock_(start),
        multiplier_(participation.size(), 0.0) {
    if (shock_.tariff.empty()) {
      const MultiSectorBase& base = model.base();
      shock_.tariff =
          base.tariff.empty() ? std::vector<double>(base.trade_share.size(), 0.0) : base.tariff;
    }
    for (std::size_t k = 0; k < instruments.size(); ++k) {
      for (const std::size_t cell : instruments[k].cells) {
        cells_.push_back(cell);
        owner_.push_back(k);
      }
    }
    if (cells_.empty()) {
      throw InputError({.code = "no-instruments",
                        .what = "there is no tariff to choose",
                        .where = "instruments",
                        .why = "an optimum needs something that can move",
                        .fixes = {"name an economy that imports something"}});
    }
    slopes_.resize(cells_.size());
  }

  // The instruments' present rates, averaged where their cells differ.
  [[nodiscard]] std::vector<double> start() const {
    std::vector<double> u(instruments_.size(), 0.0);
    for (std::size_t k = 0; k < instruments_.size(); ++k) {
      for (const std::size_t cell : instruments_[k].cells) {
        u[k] += std::log1p(shock_.tariff[cell]) / static_cast<double>(instruments_[k].cells.size());
      }
    }
    return u;
  }

  // Natural unit of each instrument: curvature grows with the trade it taxes and its elasticity.
  [[nodiscard]] std::vector<double> units(const SectorMeasure& measure) const {
    const MultiSectorBase& base = model_.base();
    const std::size_t n = base.economies.size();
    const std::vector<double>& expenditure = model_.base_levels().expenditure;
    double income = 0.0;
    for (std::size_t e = 0; e < n; ++e) {
      const bool counts = measure.welfare_log.empty() || measure.welfare_log[e] != 0.0;
      if (counts) income += model_.base_levels().income[e];
    }
    std::vector<double> unit(instruments_.size());
    for (std::size_t k = 0; k < instruments_.size(); ++k) {
      double curvature = 0.0;
      for (const std::size_t cell : instruments_[k].cells) {
        curvature += (1.0 + base.theta[cell / n / n]) * base.trade_share[cell] *
                     expenditure[cell / n] / income;
      }
      unit[k] = 1.0 / std::sqrt(std::max(curvature, 1e-10));
    }
    return unit;
  }

  bool solve(std::span<const double> u) {
    for (std::size_t c = 0; c < cells_.size(); ++c) {
      shock_.tariff[cells_[c]] = std::expm1(u[owner_[c]]);
    }
    // A neighbour's solution is a good start, but not one that failed.
    const bool warm = answer_.status == SolveStatus::kConverged;
    model_.solve(shock_, workspace_, answer_, context_, {.warm = warm, .trade_share = false});
    return answer_.status == SolveStatus::kConverged;
  }

  // Minus the augmented Lagrangian and its slope.
  double operator()(const SectorMeasure& measure, std::span<const double> u,
                    std::span<double> slope) {
    if (!solve(u)) return std::numeric_limits<double>::infinity();
    SectorMeasure weighed = measure;
    double value = measure_value(measure, answer_);
    if (!participation_.empty()) weighed.welfare_log.resize(model_.base().economies.size(), 0.0);
    for (std::size_t k = 0; k < participation_.size(); ++k) {
      const double force = std::max(0.0, multiplier_[k] - penalty_ * slack(k));
      value -= (force * force - multiplier_[k] * multiplier_[k]) / (2.0 * penalty_);
      weighed.welfare_log[participation_[k].economy] += force;
    }
    std::fill(slope.begin(), slope.end(), 0.0);
    ++n_gradients_;
    if (tariff_slopes(model_, workspace_, weighed, cells_, slopes_, context_) !=
        SolveStatus::kConverged) {
      return std::numeric_limits<double>::infinity();
    }
    for (std::size_t c = 0; c < cells_.size(); ++c) slope[owner_[c]] -= slopes_[c];
    return -value;
  }

  [[nodiscard]] double slack(std::size_t k) const {
    return std::log(answer_.welfare_hat[participation_[k].economy]) -
           participation_[k].least_welfare_log;
  }
  // The constraint that is missed most.
  [[nodiscard]] std::size_t shortest() const {
    std::size_t worst = 0;
    for (std::size_t k = 1; k < participation_.size(); ++k) {
      if (slack(k) < slack(worst)) worst = k;
    }
    return worst;
  }
  [[nodiscard]] double penalty() const { return penalty_; }
  // After an inner search; returns the largest violation.
  double update_multipliers() {
    double violation = 0.0;
    for (std::size_t k = 0; k < participation_.size(); ++k) {
      violation = std::max(violation, -slack(k));
      multiplier_[k] = std::max(0.0, multiplier_[k] - penalty_ * slack(k));
    }
    if (violation > 0.25 * last_violation_) penalty_ *= 4.0;
    last_violation_ = violation;
    return violation;
  }

  [[nodiscard]] const MultiSectorResult& answer() const { return answer_; }
  [[nodiscard]] const MultiSectorShock& shock() const { return shock_; }
  [[nodiscard]] const std::vector<double>& multiplier() const { return multiplier_; }
  [[nodiscard]] Index n_gradients() const { return n_gradients_; }

 private:
  const MultiSectorModel& model_;
  std::span<const TariffInstrument> instruments_;
  std::span<const Participation> participation_;
  Context& context_;
  MultiSectorShock shock_;
  std::vector<double> multiplier_;
  double penalty_ = 10.0;  // welfare enters in logs, its multipliers are of order one
  double last_violation_ = std::numeric_limits<double>::infinity();
  std::vector<std::size_t> cells_, owner_;
  std::vector<double> slopes_;
  MultiSectorWorkspace workspace_;
  MultiSectorResult answer_;
  Index n_gradients_ = 0;
};

// Largest slope that the bounds leave, in units.
double projected_slope(std::span<const double> u, std::span<const double> slope,
                       std::span<const double> unit, double low, double high) {
  double largest = 0.0;
  for (std::size_t k = 0; k < u.size(); ++k) {
    const bool held = (u[k] <= low && slope[k] > 0.0) || (u[k] >= high && slope[k] < 0.0);
    if (!held) largest = std::max(largest, std::abs(slope[k]) * unit[k]);
  }
  return largest;
}

std::string cells_name(const MultiSectorBase& base, std::size_t sector, std::size_t importer,
                       std::size_t exporter, bool one_partner) {
  return one_partner ? fmt::format("{} from {} in {}", base.sectors[sector],
                                   base.economies[exporter], base.economies[importer])
                     : fmt::format("{} in {}", base.sectors[sector], base.economies[importer]);
}

}  // namespace

std::vector<TariffInstrument> own_tariffs(const MultiSectorBase& base, std::size_t economy,
                                          bool by_partner) {
  const std::size_t n = base.economies.size();
  std::vector<TariffInstrument> instruments;
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    TariffInstrument all{.name = cells_name(base, j, economy, 0, false)};
    for (std::size_t exporter = 0; exporter < n; ++exporter) {
      const std::size_t cell = base.cell(j, economy, exporter);
      if (exporter == economy || base.trade_share[cell] == 0.0) continue;
      if (by_partner) {
        instruments.push_back({cells_name(base, j, economy, exporter, true), {cell}});
      } else {
        all.cells.push_back(cell);
      }
    }
    if (!all.cells.empty()) instruments.push_back(std::move(all));
  }
  return instruments;
}

std::vector<TariffInstrument> common_tariffs(const MultiSectorBase& base,
                                             std::span<const std::size_t> members) {
  const std::size_t n = base.economies.size();
  const auto is_member = [&](std::size_t e) {
    return std::find(members.begin(), members.end(), e) != members.end();
  };
  std::vector<TariffInstrument> instruments;
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    TariffInstrument common{.name = base.sectors[j]};
    for (const std::size_t importer : members) {
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        const std::size_t cell = base.cell(j, importer, exporter);
        if (!is_member(exporter) && base.trade_share[cell] > 0.0) common.cells.push_back(cell);
      }
    }
    if (!common.cells.empty()) instruments.push_back(std::move(common));
  }
  return instruments;
}

std::vector<Field<OptimalTariffOptions>> OptimalTariffOptions::fields() {
  using S = OptimalTariffOptions;
  return {
      make_field(&S::least_rate,
                 {.name = "least_rate",
                  .doc = "Lowest rate that may be chosen; below 0 subsidises imports.",
                  .minimum = -0.9}),
      make_field(&S::most_rate,
                 {.name = "most_rate", .doc = "Highest rate that may be chosen.", .minimum = 0.0}),
      make_field(&S::tolerance,
                 {.name = "tolerance",
                  .doc = "Largest slope of the measure in any instrument, in units of its trade.",
                  .minimum = 1e-12}),
      make_field(&S::participation_tolerance,
                 {.name = "participation_tolerance",
                  .doc = "Log points by which a participation constraint may be missed.",
                  .minimum = 1e-12}),
      make_field(&S::max_iterations,
                 {.name = "max_iterations", .doc = "Steps of one search.", .minimum = 1}),
  };
}

std::vector<Field<NashOptions>> NashOptions::fields() {
  using S = NashOptions;
  return {
      make_field(&S::tolerance,
                 {.name = "tolerance",
                  .doc = "Largest slope of any player's own measure at the joint tariffs.",
                  .minimum = 1e-12}),
      make_field(&S::max_rounds, {.name = "max_rounds",
                                  .doc = "Rounds of best responses before giving up.",
                                  .minimum = 1}),
  };
}

OptimalTariffs optimal_tariffs(const MultiSectorModel& model, const MultiSectorShock& start,
                               std::span<const TariffInstrument> instruments,
                               const SectorMeasure& measure,
                               std::span<const Participation> participation,
                               const OptimalTariffOptions& options, Context& context) {
  TariffProblem problem(model, start, instruments, participation, context);
  std::vector<double> u = problem.start();
  const std::vector<double> unit = problem.units(measure);
  const std::vector<double> low(u.size(), std::log1p(options.least_rate));
  const std::vector<double> high(u.size(), std::log1p(options.most_rate));
  OptimalTariffs found;
  if (!problem.solve(u)) {
    found.status = problem.answer().status;
    found.message = problem.answer().message;
    return found;
  }
  found.value_before = measure_value(measure, problem.answer());

  numerics::BoxSearchResult search;
  Index short_of = -1;  // the participation that is missed most
  const int rounds = participation.empty() ? 1 : 25;
  for (int round = 0; round < rounds; ++round) {
    search = numerics::minimise_in_box(
        [&](std::span<const double> x, std::span<double> slope) {
          return problem(measure, x, slope);
        },
        u, low, high, unit,
        {.tolerance = options.tolerance,
         .max_iterations = options.max_iterations,
         .value_noise = 10.0 * model.options().tolerance},
        context.stop);
    if (search.status == SolveStatus::kCancelled || search.status == SolveStatus::kNotFinite) break;
    problem.solve(u);
    if (participation.empty()) break;
    if (problem.update_multipliers() <= options.participation_tolerance) {
      short_of = -1;
      break;
    }
    short_of = static_cast<Index>(problem.shortest());
    if (problem.penalty() > kLargestPenalty) break;
  }
  // The search may have ended on a point that is not its last evaluation.
  const bool solved = problem.solve(u);
  found.status = solved ? search.status : problem.answer().status;
  found.slope = search.slope;
  found.shock = problem.shock();
  MultiSectorWorkspace workspace;
  model.solve(found.shock, workspace, found.result, context);
  found.message = found.result.message;
  if (solved && found.status != SolveStatus::kConverged) {
    found.message = fmt::format("the search ended with a slope of {:.2g}, above {:.2g}",
                                search.slope, options.tolerance);
  }
  if (solved && short_of >= 0 && search.status != SolveStatus::kCancelled) {
    const Participation& missed = participation[static_cast<std::size_t>(short_of)];
    const std::string& name = model.base().economies[missed.economy];
    found.status = SolveStatus::kNoSolution;
    found.message = fmt::format(
        "no tariffs found that leave {} with {:+.4f}% of real income; the nearest leave {:+.4f}%",
        name, 100.0 * std::expm1(missed.least_welfare_log),
        100.0 * (found.result.welfare_hat[missed.economy] - 1.0));
  }
  found.value_after = measure_value(measure, found.result);
  found.multiplier = problem.multiplier();
  found.n_gradients = problem.n_gradients();
  for (const double value : u) found.rate.push_back(std::expm1(value));
  return found;
}

NashTariffs nash_tariffs(const MultiSectorModel& model, const MultiSectorShock& start,
                         std::span<const TariffPlayer> players, const NashOptions& options,
                         Context& context) {
  std::set<std::size_t> taken;
  for (const TariffPlayer& player : players) {
    for (const TariffInstrument& instrument : player.instruments) {
      for (const std::size_t cell : instrument.cells) {
        if (taken.insert(cell).second) continue;
        throw InputError({.code = "shared-instrument",
                          .what = fmt::format("{} sets a tariff that another player sets too ({})",
                                              player.name, instrument.name),
                          .where = fmt::format("player {}", player.name),
                          .why = "in a game every tariff has one owner"});
      }
    }
  }
  NashTariffs nash;
  nash.shock = start;
  nash.rate.resize(players.size());
  nash.slope.assign(players.size(), std::numeric_limits<double>::infinity());
  while (nash.n_rounds < options.max_rounds) {
    ++nash.n_rounds;
    for (std::size_t p = 0; p < players.size(); ++p) {
      if (context.stop.stop_requested()) {
        nash.status = SolveStatus::kCancelled;
        nash.message = "stopped on request";
        return nash;
      }
      const OptimalTariffs response =
          optimal_tariffs(model, nash.shock, players[p].instruments, players[p].measure, {},
                          options.best_response, context);
      nash.n_gradients += response.n_gradients;
      if (response.result.status != SolveStatus::kConverged) {
        nash.status = response.status;
        nash.message = players[p].name + ": " + response.message;
        return nash;
      }
      nash.rate[p] = response.rate;
      nash.shock = response.shock;
    }
    // Does anybody want to move now?
    double largest = 0.0;
    for (std::size_t p = 0; p < players.size(); ++p) {
      TariffProblem problem(model, nash.shock, players[p].instruments, {}, context);
      const std::vector<double> u = problem.start();
      std::vector<double> slope(u.size());
      const double value = problem(players[p].measure, u, slope);
      ++nash.n_gradients;
      ALTYN_CHECK(std::isfinite(value), "a best response has no equilibrium");
      nash.slope[p] = projected_slope(u, slope, problem.units(players[p].measure),
                                      std::log1p(options.best_response.least_rate),
                                      std::log1p(options.best_response.most_rate));
      largest = std::max(largest, nash.slope[p]);
    }
    context.report({.step = "Nash tariffs",
                    .iteration = nash.n_rounds,
                    .total = options.max_rounds,
                    .gap = largest,
                    .target = options.tolerance});
    if (largest <= options.tolerance) {
      nash.status = SolveStatus::kConverged;
      break;
    }
  }
  if (nash.status != SolveStatus::kConverged) {
    nash.status = SolveStatus::kIterationLimit;
    nash.message = fmt::format("players still want to move after {} rounds", nash.n_rounds);
  }
  MultiSectorWorkspace workspace;
  model.solve(nash.shock, workspace, nash.result, context);
  return nash;
}

OptimalTariffs cooperative_tariffs(const MultiSectorModel& model, const MultiSectorShock& start,
                                   std::span<const TariffPlayer> players,
                                   std::span<const Participation> participation,
                                   const OptimalTariffOptions& options, Context& context) {
  std::vector<TariffInstrument> instruments;
  SectorMeasure sum;
  for (const TariffPlayer& player : players) {
    instruments.insert(instruments.end(), player.instruments.begin(), player.instruments.end());
    const SectorMeasure& own = player.measure;
    for (const auto part :
         {&SectorMeasure::welfare_log, &SectorMeasure::wage_log, &SectorMeasure::price_log,
          &SectorMeasure::output, &SectorMeasure::expenditure, &SectorMeasure::duty,
          &SectorMeasure::duty_received, &SectorMeasure::export_duty}) {
      std::vector<double>& to = sum.*part;
      const std::vector<double>& from = own.*part;
      if (to.size() < from.size()) to.resize(from.size(), 0.0);
      for (std::size_t k = 0; k < from.size(); ++k) to[k] += from[k];
    }
  }
  return optimal_tariffs(model, start, instruments, sum, participation, options, context);
}

}  // namespace altyn::equilibrium
