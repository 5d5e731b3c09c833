#include "altyn/corridors/counterfactual.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/numerics/fixed_point.h"

namespace altyn::corridors {
namespace {

// ln tau of terminals before and after to tau-hat of economies.
std::vector<double> hats(const Terminals& terminals, const Routes& before, const Routes& after) {
  const std::size_t n = terminals.of.size();
  const std::size_t s = terminals.nodes.size();
  std::vector<double> hat(n * n, 1.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t cell = terminals.of[i] * s + terminals.of[j];
      hat[i * n + j] = std::exp(after.cost_log()[cell] - before.cost_log()[cell]);
    }
  }
  return hat;
}

CertificateBlock named(CertificateBlock block, const char* name) {
  block.name = name;
  return block;
}

// Trade of a solved world, [n * n] with the exporter's row.
struct SolvedTrade {
  std::vector<double> before, after;
};

// Fills `result` for a world that `solve` solves at given changes of costs: result.equilibrium, and
// its trade unless it did not converge.
template <class Result>
void solve_jointly(
    const CorridorProblem& problem, Result& result,
    const std::function<std::optional<SolvedTrade>(const std::vector<double>&)>& solve,
    Context& context) {
  if (!(problem.congestion >= 0.0)) {
    throw InputError({.code = "bad-congestion",
                      .what = fmt::format("congestion is {:g}", problem.congestion),
                      .where = "congestion",
                      .why = "links cost more, not less, when more passes",
                      .fixes = {"0 for none"}});
  }
  const Network& network = *problem.network;
  const Terminals terminals(problem.node);
  const Routes before(network, problem.cost_log, terminals.nodes, problem.route, context);
  std::vector<double>& cost = result.link_cost_log;
  cost = problem.new_cost_log;

  // Which links respond to traffic: those open before and after.
  std::vector<std::size_t> open;
  for (std::size_t l = 0; l < cost.size(); ++l) {
    if (std::isfinite(cost[l]) && std::isfinite(problem.cost_log[l])) open.push_back(l);
  }
  CertificateBlock routes_after,
      traffic_block{.name = "traffic", .tolerance = 1e-9, .measure = "max |in - out| / all trade"};
  const auto evaluate = [&] {
    const Routes after(network, cost, terminals.nodes, problem.route, context);
    routes_after = after.certificate();
    result.cost_hat = hats(terminals, before, after);
    const std::optional<SolvedTrade> solved = solve(result.cost_hat);
    if (!solved) return false;
    if (result.base_traffic.empty()) {
      result.base_traffic = before.link_sums(terminals.gather(solved->before), context);
    }
    const std::vector<double> trade = terminals.gather(solved->after);
    result.traffic = after.link_sums(trade, context);
    traffic_block.residual = conservation_gap(network, terminals.nodes, trade, result.traffic);
    return true;
  };

  CertificateBlock congestion_block{
      .name = "congestion", .tolerance = 1e-9, .measure = "max |ln t - ln t(traffic)|"};
  if (problem.congestion == 0.0) {
    result.status = evaluate() ? SolveStatus::kConverged : result.equilibrium.status;
  } else {
    std::vector<double> x(open.size());
    for (std::size_t k = 0; k < open.size(); ++k) x[k] = cost[open[k]];
    const auto map = [&](std::span<const double> at, std::span<double> image) {
      for (std::size_t k = 0; k < open.size(); ++k) {
        if (!(at[k] > 0.0)) return std::numeric_limits<double>::infinity();
        cost[open[k]] = at[k];
      }
      if (!evaluate()) return std::numeric_limits<double>::infinity();
      double gap = 0.0;
      for (std::size_t k = 0; k < open.size(); ++k) {
        const std::size_t l = open[k];
        // A link that nobody used keeps its cost.
        const double more = result.base_traffic[l] > 0.0 && result.traffic[l] > 0.0
                                ? std::log(result.traffic[l] / result.base_traffic[l])
                                : 0.0;
        image[k] = problem.new_cost_log[l] + problem.congestion * more;
        gap = std::max(gap, std::abs(image[k] - at[k]));
      }
      return gap;
    };
    numerics::FixedPointWorkspace memory;
    const auto solved = numerics::solve_fixed_point(
        map, x, {.tolerance = 1e-10, .max_iterations = 300}, memory, context.stop);
    for (std::size_t k = 0; k < open.size(); ++k) cost[open[k]] = x[k];
    std::vector<double> image(x.size());
    congestion_block.residual = map(x, image);
    result.status = solved.status;
  }
  result.message = result.equilibrium.message;
  if (result.status != SolveStatus::kConverged && result.message.empty()) {
    result.message = "traffic and the cost of links do not settle; use less congestion";
  }
  result.certificate = result.equilibrium.certificate;
  result.certificate.subject = "corridors";
  result.certificate.status = result.status;
  std::vector<CertificateBlock> blocks{named(before.certificate(), "routes before"),
                                       named(routes_after, "routes after"), traffic_block};
  if (problem.congestion > 0.0) blocks.push_back(congestion_block);
  result.certificate.blocks.insert(result.certificate.blocks.begin(), blocks.begin(), blocks.end());
}

}  // namespace

Terminals::Terminals(const std::vector<std::size_t>& node) {
  for (const std::size_t one : node) {
    const auto known = std::find(nodes.begin(), nodes.end(), one);
    of.push_back(static_cast<std::size_t>(known - nodes.begin()));
    if (known == nodes.end()) nodes.push_back(one);
  }
}

std::vector<double> Terminals::gather(const std::vector<double>& values) const {
  const std::size_t n = of.size();
  const std::size_t s = nodes.size();
  std::vector<double> sums(s * s, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) sums[of[i] * s + of[j]] += values[i * n + j];
  }
  return sums;
}

std::vector<double> pair_cost_hat(const CorridorProblem& problem, Context& context) {
  const Terminals terminals(problem.node);
  const Routes before(*problem.network, problem.cost_log, terminals.nodes, problem.route, context);
  const Routes after(*problem.network, problem.new_cost_log, terminals.nodes, problem.route,
                     context);
  return hats(terminals, before, after);
}

CorridorResult solve_corridors(const CorridorProblem& problem,
                               const equilibrium::OneSectorBase& base,
                               const equilibrium::OneSectorOptions& options, Context& context) {
  const equilibrium::OneSectorModel model(base, options);
  equilibrium::OneSectorWorkspace workspace;
  equilibrium::OneSectorShock shock;
  CorridorResult result;
  solve_jointly(
      problem, result,
      [&](const std::vector<double>& cost_hat) -> std::optional<SolvedTrade> {
        shock.cost_hat = cost_hat;
        model.solve(shock, workspace, result.equilibrium, context.stop);
        if (result.equilibrium.status != SolveStatus::kConverged) return std::nullopt;
        return SolvedTrade{result.equilibrium.base_trade, result.equilibrium.trade};
      },
      context);
  return result;
}

SectorCorridorResult solve_corridors(const CorridorProblem& problem,
                                     const equilibrium::MultiSectorModel& model,
                                     const equilibrium::MultiSectorShock& shock, Context& context) {
  const std::size_t n = model.base().economies.size();
  const equilibrium::MultiSectorResult& base = model.base_levels();
  const std::vector<double> before = trade_of_sectors(base.trade_share, base.expenditure, n);
  equilibrium::MultiSectorWorkspace workspace;
  SectorCorridorResult result;
  solve_jointly(
      problem, result,
      [&](const std::vector<double>& cost_hat) -> std::optional<SolvedTrade> {
        equilibrium::MultiSectorShock with_routes = shock;
        with_routes.cost_hat = sector_cost_hat(cost_hat, n, model.base().sectors.size());
        for (std::size_t cell = 0; cell < shock.cost_hat.size(); ++cell) {
          with_routes.cost_hat[cell] *= shock.cost_hat[cell];
        }
        model.solve(with_routes, workspace, result.equilibrium, context);
        const equilibrium::MultiSectorResult& solved = result.equilibrium;
        if (solved.status != SolveStatus::kConverged) return std::nullopt;
        return SolvedTrade{before, trade_of_sectors(solved.trade_share, solved.expenditure, n)};
      },
      context);
  return result;
}

std::vector<double> sector_cost_hat(const std::vector<double>& cost_hat, std::size_t n_economies,
                                    std::size_t n_sectors) {
  const std::size_t n = n_economies;
  std::vector<double> hats(n_sectors * n * n);
  for (std::size_t cell = 0; cell < hats.size(); ++cell) {
    const std::size_t exporter = cell % n, importer = cell / n % n;
    hats[cell] = cost_hat[exporter * n + importer];
  }
  return hats;
}

std::vector<double> trade_of_sectors(const std::vector<double>& trade_share,
                                     const std::vector<double>& expenditure,
                                     std::size_t n_economies) {
  const std::size_t n = n_economies;
  std::vector<double> trade(n * n, 0.0);
  for (std::size_t cell = 0; cell < trade_share.size(); ++cell) {
    const std::size_t exporter = cell % n, importer = cell / n % n;
    trade[exporter * n + importer] += trade_share[cell] * expenditure[cell / n];
  }
  return trade;
}

}  // namespace altyn::corridors
