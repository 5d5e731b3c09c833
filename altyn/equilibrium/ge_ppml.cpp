#include "altyn/equilibrium/ge_ppml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/numerics/matrix_balance.h"

// Notation (docs/models/ge-ppml.md): T = t^(1-sigma); row and column effects u_i, v_j with
// X_ij = u_i T_ij v_j and v_r = 1 for the reference importer r.
namespace altyn::equilibrium {
namespace {

using Vector = std::vector<double>;

struct Fit {
  Vector u, v;              // effects [n]
  Vector output, spending;  // Y and E of the same round [n]
  Vector omr, imr;          // in the power 1 - sigma [n]
};

// Equation (2): resistances from effects.
void set_resistances(Fit& fit, std::size_t r) {
  const std::size_t n = fit.u.size();
  fit.omr.resize(n);
  fit.imr.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    fit.omr[i] = fit.output[i] * fit.spending[r] / fit.u[i];
    fit.imr[i] = fit.spending[i] / (fit.v[i] * fit.spending[r]);
  }
}

void check(const GePpmlProblem& problem) {
  const std::size_t n = problem.economies.size();
  const auto check_size = [&](const Vector& values, const char* field) {
    if (values.size() == n * n && n > 1) return;
    throw InputError({.code = "wrong-shape",
                      .what = fmt::format("{} has {} values, {} economies need {}", field,
                                          values.size(), n, n * n),
                      .where = field,
                      .why = "structural gravity needs every pair, domestic sales included"});
  };
  check_size(problem.trade, "trade");
  check_size(problem.cost_log, "cost_log");
  check_size(problem.new_cost_log, "new_cost_log");
  const auto fail = [](const char* code, const std::string& what, const std::string& where,
                       const char* why) {
    throw InputError({.code = code, .what = what, .where = where, .why = why});
  };
  for (std::size_t cell = 0; cell < n * n; ++cell) {
    const std::string pair =
        fmt::format("{} -> {}", problem.economies[cell / n], problem.economies[cell % n]);
    if (!(problem.trade[cell] >= 0.0) || !std::isfinite(problem.trade[cell])) {
      fail("trade-range", fmt::format("trade {} is {}", pair, problem.trade[cell]), pair,
           "flows are zero or positive");
    }
    if (std::isfinite(problem.cost_log[cell]) && std::isfinite(problem.new_cost_log[cell])) {
      continue;
    }
    fail("cost-range", fmt::format("the cost of {} is no number", pair), pair,
         "costs are coefficients times variables");
  }
  for (std::size_t i = 0; i < n; ++i) {
    double sold = 0.0, bought = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      sold += problem.trade[i * n + k];
      bought += problem.trade[k * n + i];
    }
    const double home = problem.trade[i * n + i];
    const std::string& name = problem.economies[i];
    if (!(sold > 0.0) || !(bought > 0.0)) {
      fail(sold > 0.0 ? "zero-expenditure" : "zero-output",
           fmt::format("{} {} nothing, not even at home", name, sold > 0.0 ? "buys" : "sells"),
           "economy " + name, "a fit needs output and spending of every economy");
    }
    if (sold == home && bought == home) {
      fail("economy-isolated", fmt::format("{} trades with itself only", name), "economy " + name,
           "prices of economies that never meet cannot be compared");
    }
  }
  if (!(problem.sigma > 1.0) || !std::isfinite(problem.sigma)) {
    throw InputError({.code = "sigma-range",
                      .what = fmt::format("sigma is {}", problem.sigma),
                      .where = "sigma",
                      .why = "goods of different origins are substitutes: sigma is above 1"});
  }
}

// Row and column effects that give a cost matrix the margins of the problem.
Fit fit_margins(const Vector& cost_log, const Vector& output, const Vector& spending, std::size_t r,
                numerics::BalanceResult& balanced) {
  const std::size_t n = output.size();
  Vector matrix(n * n);
  for (std::size_t cell = 0; cell < n * n; ++cell) matrix[cell] = std::exp(cost_log[cell]);
  const Vector costs = matrix;
  balanced = numerics::balance_matrix(matrix, output, spending,
                                      {.tolerance = 1e-12, .max_iterations = 10'000});
  Fit fit;
  fit.output = output;
  fit.spending = spending;
  fit.u.resize(n);
  fit.v.resize(n);
  for (std::size_t i = 0; i < n; ++i) fit.u[i] = matrix[i * n + r] / costs[i * n + r];
  for (std::size_t j = 0; j < n; ++j) {
    fit.v[j] = matrix[r * n + j] / costs[r * n + j] / fit.u[r];
  }
  set_resistances(fit, r);
  return fit;
}

}  // namespace

std::vector<Field<GePpmlOptions>> GePpmlOptions::fields() {
  return {
      make_field(&GePpmlOptions::tolerance,
                 {.name = "tolerance",
                  .doc = "Largest change of a factory-gate price between two rounds. 0.01 is what "
                         "the WTO/UNCTAD guide uses.",
                  .minimum = 1e-14,
                  .maximum = 1.0,
                  .source = "Yotov, Piermartini, Monteiro and Larch (2016)"}),
      make_field(&GePpmlOptions::max_rounds,
                 {.name = "max_rounds", .doc = "Rounds before giving up.", .minimum = 1}),
  };
}

GePpmlResult solve_ge_ppml(const GePpmlProblem& problem, const GePpmlOptions& options,
                           Context& context) {
  check(problem);
  const std::size_t n = problem.economies.size();
  const auto place =
      std::find(problem.economies.begin(), problem.economies.end(), problem.reference);
  if (place == problem.economies.end()) {
    throw InputError({.code = "unknown-reference",
                      .what = fmt::format("reference {} is not an economy", problem.reference),
                      .where = "reference",
                      .why = "its price index is the unit of all others",
                      .fixes = {nearest_name(problem.reference, problem.economies)}});
  }
  const auto r = static_cast<std::size_t>(place - problem.economies.begin());
  const double power = 1.0 / (1.0 - problem.sigma);

  Vector output(n, 0.0), spending(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      output[i] += problem.trade[i * n + j];
      spending[j] += problem.trade[i * n + j];
    }
  }
  numerics::BalanceResult base_fit, conditional_fit;
  const Fit base = fit_margins(problem.cost_log, output, spending, r, base_fit);
  const Fit conditional = fit_margins(problem.new_cost_log, output, spending, r, conditional_fit);
  Vector costs(n * n);
  for (std::size_t cell = 0; cell < n * n; ++cell)
    costs[cell] = std::exp(problem.new_cost_log[cell]);

  GePpmlResult result;
  result.status = SolveStatus::kIterationLimit;
  Fit before = base;
  Fit now = conditional;
  Vector price(n, 0.0), last_price(n, 0.0);
  double change = -1.0;
  std::size_t worst = 0;
  for (result.rounds = 1; result.rounds <= options.max_rounds; ++result.rounds) {
    if (context.stop.stop_requested()) {
      result.status = SolveStatus::kCancelled;
      break;
    }
    // Equation (4): prices of this round.
    for (std::size_t i = 0; i < n; ++i) {
      price[i] = std::pow(now.u[i] / before.u[i] / (now.spending[r] / before.spending[r]), power);
    }
    // Equation (5): trade at these prices. It keeps the form u T v, so the next fit is exact.
    Fit next = now;
    for (std::size_t i = 0; i < n; ++i) {
      const bool first = result.rounds == 1;
      next.u[i] *= price[i] / (first ? 1.0 : now.omr[i] / before.omr[i]);
      next.v[i] *= price[i] / (first ? 1.0 : now.imr[i] / before.imr[i]);
    }
    const double unit = next.v[r];
    for (std::size_t i = 0; i < n; ++i) {
      next.u[i] *= unit;
      next.v[i] /= unit;
    }
    for (std::size_t i = 0; i < n; ++i) {
      double sales = 0.0;
      for (std::size_t j = 0; j < n; ++j) sales += costs[i * n + j] * next.v[j];
      next.output[i] = next.u[i] * sales;
      next.spending[i] = spending[i] / output[i] * next.output[i];
    }
    set_resistances(next, r);
    before = std::move(now);
    now = std::move(next);

    // The guide's rule: the largest change and the standard deviation over pairs.
    double mean = 0.0, square = 0.0;
    change = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double difference = price[i] - last_price[i];
      mean += difference / static_cast<double>(n);
      square += difference * difference / static_cast<double>(n);
      if (i == 0 || !(difference <= change)) {
        change = difference;
        worst = i;
      }
    }
    change = std::abs(change);
    std::swap(price, last_price);
    if (!std::isfinite(change)) {
      result.status = SolveStatus::kNotFinite;
      break;
    }
    if (change <= options.tolerance &&
        std::sqrt(std::max(square - mean * mean, 0.0)) <= options.tolerance) {
      result.status = SolveStatus::kConverged;
      break;
    }
  }
  result.rounds = std::min(result.rounds, options.max_rounds);

  // Equation (6): full endowment changes.
  result.omr_base = base.omr;
  result.imr_base = base.imr;
  result.omr_conditional = conditional.omr;
  result.imr_conditional = conditional.imr;
  result.omr_full.resize(n);
  result.imr_full = now.imr;
  result.output_base = output;
  for (Vector* values :
       {&result.price_hat, &result.price_index_hat, &result.real_output_hat, &result.output_full,
        &result.exports_base, &result.exports_conditional, &result.exports_full}) {
    values->assign(n, 0.0);
  }
  for (Vector* values : {&result.trade_base, &result.trade_conditional, &result.trade_full}) {
    values->resize(n * n);
  }
  result.certificate.positive = true;
  for (std::size_t i = 0; i < n; ++i) {
    result.price_hat[i] =
        std::pow(now.u[i] / base.u[i] / (now.spending[r] / base.spending[r]), power);
    result.output_full[i] = result.price_hat[i] * output[i];
    result.omr_full[i] = result.output_full[i] * now.spending[r] / now.u[i];
    result.price_index_hat[i] = std::pow(now.imr[i] / base.imr[i], power);
    result.real_output_hat[i] = result.price_hat[i] / result.price_index_hat[i];
    result.certificate.positive = result.certificate.positive && result.price_hat[i] > 0.0 &&
                                  std::isfinite(result.real_output_hat[i]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t cell = i * n + j;
      result.trade_base[cell] = base.u[i] * base.v[j] * std::exp(problem.cost_log[cell]);
      result.trade_conditional[cell] = conditional.u[i] * conditional.v[j] * costs[cell];
      result.trade_full[cell] = result.output_full[i] * result.price_hat[j] * spending[j] *
                                costs[cell] / (result.imr_full[j] * result.omr_full[i]);
      if (i == j) continue;
      result.exports_base[i] += result.trade_base[cell];
      result.exports_conditional[i] += result.trade_conditional[cell];
      result.exports_full[i] += result.trade_full[cell];
    }
  }
  for (const numerics::BalanceResult* fit : {&base_fit, &conditional_fit}) {
    if (fit->status != SolveStatus::kConverged) result.status = fit->status;
  }
  const auto row_name = [&](const numerics::BalanceResult& fit) {
    return fit.worst_row < 0 ? "" : problem.economies[static_cast<std::size_t>(fit.worst_row)];
  };
  result.certificate.subject = "GE-PPML";
  result.certificate.status = result.status;
  result.certificate.closure = "multiplicative, without a world scalar";
  result.certificate.numeraire = "price index of " + problem.reference;
  result.certificate.iterations = static_cast<int>(result.rounds);
  result.certificate.blocks = {{.name = "base fit",
                                .residual = base_fit.residual,
                                .tolerance = 1e-12,
                                .measure = "max |ln(row sum / output)|",
                                .worst = row_name(base_fit)},
                               {.name = "conditional fit",
                                .residual = conditional_fit.residual,
                                .tolerance = 1e-12,
                                .measure = "max |ln(row sum / output)|",
                                .worst = row_name(conditional_fit)},
                               {.name = "prices",
                                .residual = change,
                                .tolerance = options.tolerance,
                                .measure = "max |change of price in the last round|",
                                .worst = problem.economies[worst]}};
  return result;
}

}  // namespace altyn::equilibrium
