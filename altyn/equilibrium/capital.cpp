#include "altyn/equilibrium/capital.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "altyn/core/errors.h"
#include "altyn/numerics/fixed_point.h"

// Notation (docs/models/capital.md): K-hat capital [n], k = ln K-hat; real spending E-hat / P-hat;
// factor endowment K-hat^alpha.
namespace altyn::equilibrium {
namespace {

using Vector = std::vector<double>;

void check(const CapitalOptions& options) {
  const auto refuse = [](const char* field, double value, const char* why) {
    throw InputError({.code = "capital-range",
                      .what = fmt::format("{} is {}", field, value),
                      .where = field,
                      .why = why});
  };
  if (!(options.capital_share > 0.0 && options.capital_share < 1.0)) {
    refuse("capital_share", options.capital_share, "capital earns a part of value added");
  }
  if (!(options.depreciation > 0.0 && options.depreciation <= 1.0)) {
    refuse("depreciation", options.depreciation, "without replacement there is no steady state");
  }
  if (!(options.discount > 0.0 && options.discount < 1.0)) {
    refuse("discount", options.discount, "later years count for less");
  }
  if (options.n_years < 1) {
    refuse("n_years", static_cast<double>(options.n_years), "a path has at least one year");
  }
}

// Makes capital part of a shock that may change endowments itself.
void add_capital(const Vector& log_capital, double capital_share, OneSectorShock& shock) {
  if (shock.endowment_hat.empty()) shock.endowment_hat.assign(log_capital.size(), 1.0);
  for (std::size_t i = 0; i < log_capital.size(); ++i) {
    shock.endowment_hat[i] *= std::exp(capital_share * log_capital[i]);
  }
}

double real_spending_log(const OneSectorResult& result, std::size_t i) {
  // Final spending over its price: real income, whatever intermediates do.
  return std::log(result.welfare_hat[i]);
}

}  // namespace

std::vector<Field<CapitalOptions>> CapitalOptions::fields() {
  return {
      make_field(&CapitalOptions::capital_share, {.name = "capital_share",
                                                  .doc = "Part of capital in value added.",
                                                  .minimum = 0.0,
                                                  .maximum = 1.0}),
      make_field(&CapitalOptions::depreciation,
                 {.name = "depreciation",
                  .doc = "Part of capital that is replaced in a year.",
                  .unit = "per year",
                  .minimum = 0.0,
                  .maximum = 1.0}),
      make_field(&CapitalOptions::discount, {.name = "discount",
                                             .doc = "Weight of next year's utility.",
                                             .unit = "per year",
                                             .minimum = 0.0,
                                             .maximum = 1.0}),
      make_field(&CapitalOptions::n_years,
                 {.name = "n_years", .doc = "Length of the path.", .unit = "years", .minimum = 1})};
}

CapitalPath solve_capital_path(const OneSectorBase& base, const ShockOfYear& shock,
                               const CapitalOptions& capital, const OneSectorOptions& options,
                               Context& context) {
  check(capital);
  const OneSectorModel model(base, options);
  const std::size_t n = base.economies.size();
  CapitalPath path;
  OneSectorWorkspace workspace;
  OneSectorResult result;
  const auto worse = [&path](const Certificate& other) {
    const auto largest = [](const Certificate& c) {
      double found = -1.0;
      for (const CertificateBlock& block : c.blocks) found = std::max(found, block.residual);
      return found;
    };
    return path.certificate.blocks.empty() || largest(other) > largest(path.certificate);
  };

  // The path: equation (4), year by year.
  Vector log_capital(n, 0.0);
  OneSectorShock last;
  for (Index year = 0; year < capital.n_years; ++year) {
    OneSectorShock now;
    shock(year, now);
    last = now;
    add_capital(log_capital, capital.capital_share, now);
    model.solve(now, workspace, result, context.stop);
    context.report({.step = "capital path", .iteration = year + 1, .total = capital.n_years});
    path.status = result.status;
    if (worse(result.certificate)) path.certificate = result.certificate;
    if (result.status != SolveStatus::kConverged) {
      path.message = fmt::format("year {}: {}", year, result.message);
      path.certificate = result.certificate;
      return path;
    }
    Vector hats(n);
    for (std::size_t i = 0; i < n; ++i) hats[i] = std::exp(log_capital[i]);
    path.capital_hat.push_back(std::move(hats));
    path.welfare_hat.push_back(result.welfare_hat);
    path.price_hat.push_back(result.price_hat);
    path.output_hat.push_back(result.output_hat);
    if (year == 0 || year + 1 == capital.n_years) path.kept.push_back(result);
    for (std::size_t i = 0; i < n; ++i) {
      log_capital[i] = (1.0 - capital.depreciation) * log_capital[i] +
                       capital.depreciation * real_spending_log(result, i);
    }
  }

  // The steady state, equation (5): k = ln(real spending at k), started where the path ended.
  numerics::FixedPointWorkspace memory;
  const auto map = [&](std::span<const double> at, std::span<double> image) {
    OneSectorShock now = last;
    add_capital({at.begin(), at.end()}, capital.capital_share, now);
    model.solve(now, workspace, result, context.stop);
    double residual = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      image[i] = real_spending_log(result, i);
      residual = std::max(residual, std::abs(image[i] - at[i]));
    }
    return result.status == SolveStatus::kConverged ? residual
                                                    : std::numeric_limits<double>::quiet_NaN();
  };
  const double tolerance = 10.0 * options.tolerance;  // each evaluation is itself a solve
  const auto steady = numerics::solve_fixed_point(std::ref(map), log_capital,
                                                  {.tolerance = tolerance}, memory, context.stop);
  const double residual = map(log_capital, memory.image);
  path.steady_state = result;
  path.steady_capital_hat.resize(n);
  for (std::size_t i = 0; i < n; ++i) path.steady_capital_hat[i] = std::exp(log_capital[i]);
  path.status = steady.status;
  path.certificate.blocks.push_back({.name = "steady state",
                                     .residual = residual,
                                     .tolerance = tolerance,
                                     .measure = "max |ln(real spending / capital)|",
                                     .worst = ""});
  path.certificate.subject = "capital path";
  path.certificate.status = path.status;
  if (steady.status != SolveStatus::kConverged) {
    path.message = "the steady state was not found: " + result.message;
    return path;
  }

  // Equation (6): discounted log consumption, which moves with real spending.
  path.discounted_welfare_hat.assign(n, 1.0);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0.0, weight = 1.0 - capital.discount;
    for (const Vector& welfare : path.welfare_hat) {
      sum += weight * std::log(welfare[i]);
      weight *= capital.discount;
    }
    sum += weight / (1.0 - capital.discount) * std::log(path.steady_state.welfare_hat[i]);
    path.discounted_welfare_hat[i] = std::exp(sum);
  }
  return path;
}

}  // namespace altyn::equilibrium
