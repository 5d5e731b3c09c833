#include "altyn/equilibrium/gsim.h"

#include <fmt/format.h>

#include <Eigen/LU>
#include <cmath>

#include "altyn/core/errors.h"

// Notation (docs/models/partial-equilibrium.md): r, s origins, v markets; theta import shares with
// tariffs, phi sales shares of an origin; x_rv = p_r + T_rv the change of the delivered price.
namespace altyn::equilibrium {
namespace {

using Vector = std::vector<double>;

[[noreturn]] void fail(const char* code, std::string what, std::string where, std::string why) {
  throw InputError(
      {.code = code, .what = std::move(what), .where = std::move(where), .why = std::move(why)});
}

void check(const GsimProblem& problem) {
  const std::size_t n = problem.regions.size();
  const auto check_size = [](const Vector& values, std::size_t wanted, const char* field) {
    if (values.size() == wanted && wanted > 0) return;
    fail("wrong-shape", fmt::format("{} has {} values, expected {}", field, values.size(), wanted),
         field, "every region and pair needs one value");
  };
  check_size(problem.trade, n * n, "trade");
  check_size(problem.tariff, n * n, "tariff");
  check_size(problem.new_tariff, n * n, "new_tariff");
  check_size(problem.demand_elasticity, n, "demand_elasticity");
  check_size(problem.supply_elasticity, n, "supply_elasticity");
  check_size(problem.substitution_elasticity, n, "substitution_elasticity");
  const auto pair = [&](std::size_t cell) {
    return fmt::format("{} -> {}", problem.regions[cell / n], problem.regions[cell % n]);
  };
  for (std::size_t cell = 0; cell < n * n; ++cell) {
    if (!(problem.trade[cell] >= 0.0) || !std::isfinite(problem.trade[cell])) {
      fail("trade-range", fmt::format("trade {} is {}", pair(cell), problem.trade[cell]),
           pair(cell), "flows are zero or positive");
    }
    for (const double rate : {problem.tariff[cell], problem.new_tariff[cell]}) {
      if (rate > -1.0 && std::isfinite(rate)) continue;
      fail("tariff-range", fmt::format("the tariff {} is {}", pair(cell), rate), pair(cell),
           "a rate is a fraction above -1 (0.05 is 5%)");
    }
  }
  for (std::size_t r = 0; r < n; ++r) {
    double sold = 0.0, bought = 0.0;
    for (std::size_t v = 0; v < n; ++v) {
      sold += problem.trade[r * n + v];
      bought += problem.trade[v * n + r];
    }
    if (!(sold > 0.0) || !(bought > 0.0)) {
      fail(sold > 0.0 ? "zero-expenditure" : "zero-output",
           fmt::format("{} {} nothing", problem.regions[r], sold > 0.0 ? "buys" : "sells"),
           problem.regions[r], "prices are solved for regions that sell and buy");
    }
    if (!(problem.demand_elasticity[r] < 0.0) || !(problem.supply_elasticity[r] > 0.0) ||
        !(problem.substitution_elasticity[r] > 0.0)) {
      fail("elasticity-range",
           fmt::format("elasticities of {} are demand {}, supply {}, substitution {}",
                       problem.regions[r], problem.demand_elasticity[r],
                       problem.supply_elasticity[r], problem.substitution_elasticity[r]),
           problem.regions[r], "demand falls with price, supply and substitution rise");
    }
  }
}

}  // namespace

GsimResult solve_gsim(const GsimProblem& problem) {
  check(problem);
  const std::size_t n = problem.regions.size();
  const auto size = static_cast<Eigen::Index>(n);
  Vector import_share(n * n), sales_share(n * n), tariff_change(n * n), spent(n, 0.0);
  for (std::size_t r = 0; r < n; ++r) {
    double sold = 0.0;
    for (std::size_t v = 0; v < n; ++v) sold += problem.trade[r * n + v];
    for (std::size_t v = 0; v < n; ++v) {
      const std::size_t cell = r * n + v;
      sales_share[cell] = problem.trade[cell] / sold;
      spent[v] += problem.trade[cell] * (1.0 + problem.tariff[cell]);
      tariff_change[cell] = (1.0 + problem.new_tariff[cell]) / (1.0 + problem.tariff[cell]) - 1.0;
    }
  }
  for (std::size_t cell = 0; cell < n * n; ++cell) {
    import_share[cell] = problem.trade[cell] * (1.0 + problem.tariff[cell]) / spent[cell % n];
  }
  // (1), (2): the response of quantity (r, v) to the delivered price of s.
  const auto response = [&](std::size_t r, std::size_t s, std::size_t v) {
    const double demand = problem.demand_elasticity[v];
    const double swap = problem.substitution_elasticity[v];
    const double share = import_share[s * n + v];
    return r == s ? share * demand - (1.0 - share) * swap : share * (demand + swap);
  };

  // (3): supply of every origin meets demand for it.
  Eigen::MatrixXd system = Eigen::MatrixXd::Zero(size, size);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(size);
  for (std::size_t r = 0; r < n; ++r) {
    const auto row = static_cast<Eigen::Index>(r);
    system(row, row) += problem.supply_elasticity[r];
    for (std::size_t v = 0; v < n; ++v) {
      for (std::size_t s = 0; s < n; ++s) {
        const double weight = sales_share[r * n + v] * response(r, s, v);
        system(row, static_cast<Eigen::Index>(s)) -= weight;
        right(row) += weight * tariff_change[s * n + v];
      }
    }
  }
  const Eigen::VectorXd price = system.partialPivLu().solve(right);

  GsimResult result;
  result.world_price_change.assign(price.data(), price.data() + n);
  result.quantity_change.resize(n * n);
  result.trade.resize(n * n);
  result.output_change.assign(n, 0.0);
  for (Vector* values : {&result.composite_price_change, &result.producer_surplus,
                         &result.consumer_surplus, &result.revenue_change, &result.welfare}) {
    values->assign(n, 0.0);
  }
  for (std::size_t r = 0; r < n; ++r) {
    double sold = 0.0;
    for (std::size_t v = 0; v < n; ++v) {
      const std::size_t cell = r * n + v;
      double change = 0.0;
      for (std::size_t s = 0; s < n; ++s) {
        change += response(r, s, v) * (result.world_price_change[s] + tariff_change[s * n + v]);
      }
      result.quantity_change[cell] = change;
      result.trade[cell] =
          problem.trade[cell] * (1.0 + change) * (1.0 + result.world_price_change[r]);
      result.output_change[r] += sales_share[cell] * change;
      result.composite_price_change[v] +=
          import_share[cell] * (result.world_price_change[r] + tariff_change[cell]);
      result.revenue_change[v] += problem.new_tariff[cell] * result.trade[cell] -
                                  problem.tariff[cell] * problem.trade[cell];
      sold += problem.trade[cell];
    }
    const double p = result.world_price_change[r];
    result.producer_surplus[r] = sold * p * (1.0 + 0.5 * problem.supply_elasticity[r] * p);
  }
  for (std::size_t v = 0; v < n; ++v) {
    const double change = result.composite_price_change[v];
    result.consumer_surplus[v] =
        -spent[v] * change * (1.0 + 0.5 * problem.demand_elasticity[v] * change);
    result.welfare[v] =
        result.producer_surplus[v] + result.consumer_surplus[v] + result.revenue_change[v];
  }
  return result;
}

}  // namespace altyn::equilibrium
