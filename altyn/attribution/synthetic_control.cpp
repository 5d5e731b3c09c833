#include "altyn/attribution/synthetic_control.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/numerics/simplex_least_squares.h"

namespace altyn::attribution {
namespace {

constexpr double kUniquenessRidge = 1e-6;

std::vector<Index> range(Index first, Index count) {
  std::vector<Index> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), first);
  return all;
}

double treated_mean(const SyntheticPanel& panel, Index period) {
  double sum = 0.0;
  for (Index unit = panel.n_donors; unit < panel.n_units(); ++unit) sum += panel.at(unit, period);
  return sum / static_cast<double>(panel.n_treated);
}

double mean_after(const SyntheticPanel& panel, Index unit) {
  double sum = 0.0;
  for (Index period = panel.n_before; period < panel.n_periods; ++period) {
    sum += panel.at(unit, period);
  }
  return sum / static_cast<double>(panel.n_periods - panel.n_before);
}

/// Standard deviation of the donors' changes from period to period before the treatment.
double noise_level(const SyntheticPanel& panel) {
  std::vector<double> changes;
  for (Index donor = 0; donor < panel.n_donors; ++donor) {
    for (Index period = 1; period < panel.n_before; ++period) {
      changes.push_back(panel.at(donor, period) - panel.at(donor, period - 1));
    }
  }
  double mean = 0.0;
  for (const double change : changes) mean += change / static_cast<double>(changes.size());
  double squares = 0.0;
  for (const double change : changes) squares += (change - mean) * (change - mean);
  return std::sqrt(squares / static_cast<double>(changes.size() - 1));
}

/// Weights of donors that make their mean follow the treated units before the treatment.
numerics::SimplexSolution donor_weights(const SyntheticPanel& panel, double zeta, bool intercept) {
  numerics::SimplexLeastSquares problem = {
      .subject = "weights of donors", .ridge = zeta * zeta, .intercept = intercept};
  for (Index period = 0; period < panel.n_before; ++period) {
    for (Index donor = 0; donor < panel.n_donors; ++donor) {
      problem.matrix.push_back(panel.at(donor, period));
    }
    problem.target.push_back(treated_mean(panel, period));
  }
  return numerics::solve_simplex(problem);
}

/// Weights of earlier periods that make their mean follow the donors' later mean.
numerics::SimplexSolution period_weights(const SyntheticPanel& panel, double zeta) {
  numerics::SimplexLeastSquares problem = {
      .subject = "weights of periods", .ridge = zeta * zeta, .intercept = true};
  for (Index donor = 0; donor < panel.n_donors; ++donor) {
    for (Index period = 0; period < panel.n_before; ++period) {
      problem.matrix.push_back(panel.at(donor, period));
    }
    problem.target.push_back(mean_after(panel, donor));
  }
  return numerics::solve_simplex(problem);
}

/// Path, effect and miss of given weights.
void apply_weights(const SyntheticPanel& panel, SyntheticFit& fit) {
  fit.path.assign(static_cast<std::size_t>(panel.n_periods), 0.0);
  for (Index period = 0; period < panel.n_periods; ++period) {
    double gap = treated_mean(panel, period);
    for (Index donor = 0; donor < panel.n_donors; ++donor) {
      gap -= fit.donor_weights[static_cast<std::size_t>(donor)] * panel.at(donor, period);
    }
    fit.path[static_cast<std::size_t>(period)] = gap;
  }
  const auto n_before = static_cast<std::size_t>(panel.n_before);
  double level = 0.0;
  double mean = 0.0;
  for (std::size_t period = 0; period < n_before; ++period) {
    level += fit.period_weights[period] * fit.path[period];
    mean += fit.path[period] / static_cast<double>(n_before);
  }
  // The classic control follows the level itself; its miss is measured from nil.
  if (fit.method == SyntheticMethod::kSyntheticControl) mean = 0.0;
  double squares = 0.0;
  for (std::size_t period = 0; period < n_before; ++period) {
    squares += (fit.path[period] - mean) * (fit.path[period] - mean);
  }
  fit.miss_before = std::sqrt(squares / static_cast<double>(n_before));
  for (double& gap : fit.path) gap -= level;
  fit.effect = 0.0;
  for (std::size_t period = n_before; period < fit.path.size(); ++period) {
    fit.effect += fit.path[period] / static_cast<double>(fit.path.size() - n_before);
  }
}

}  // namespace

std::string_view to_string(SyntheticMethod method) {
  constexpr std::array<std::string_view, 3> kNames = {
      "difference in differences", "synthetic control", "synthetic difference in differences"};
  return kNames[static_cast<std::size_t>(method)];
}

bool SyntheticFit::certified() const {
  return std::all_of(certificates.begin(), certificates.end(),
                     [](const Certificate& certificate) { return certificate.holds(); });
}

SyntheticFit fit_synthetic(const SyntheticPanel& panel, SyntheticMethod method) {
  ALTYN_CHECK(panel.n_donors >= 2 && panel.n_treated >= 1 && panel.n_before >= 2 &&
                  panel.n_periods > panel.n_before &&
                  static_cast<Index>(panel.outcome.size()) == panel.n_units() * panel.n_periods,
              "a panel with donors, treated units and periods on both sides of the treatment");
  const auto n_donors = static_cast<std::size_t>(panel.n_donors);
  const auto n_before = static_cast<std::size_t>(panel.n_before);
  SyntheticFit fit;
  fit.method = method;
  fit.donor_weights.assign(n_donors, 1.0 / static_cast<double>(n_donors));
  fit.period_weights.assign(n_before, 1.0 / static_cast<double>(n_before));
  if (method != SyntheticMethod::kDifferenceInDifferences) {
    const bool classic = method == SyntheticMethod::kSyntheticControl;
    const double noise = noise_level(panel);
    const double cells = static_cast<double>(panel.n_treated * (panel.n_periods - panel.n_before));
    const double zeta = classic ? kUniquenessRidge : std::pow(cells, 0.25);
    numerics::SimplexSolution donors = donor_weights(panel, zeta * noise, !classic);
    fit.donor_weights = std::move(donors.weights);
    fit.certificates.push_back(std::move(donors.certificate));
    if (classic) {
      fit.period_weights.assign(n_before, 0.0);
    } else {
      numerics::SimplexSolution periods = period_weights(panel, kUniquenessRidge * noise);
      fit.period_weights = std::move(periods.weights);
      fit.certificates.push_back(std::move(periods.certificate));
    }
  }
  apply_weights(panel, fit);
  return fit;
}

SyntheticPanel sub_panel(const SyntheticPanel& panel, const std::vector<Index>& donors,
                         const std::vector<Index>& treated, const std::vector<Index>& periods,
                         Index n_before) {
  SyntheticPanel kept = {.n_donors = static_cast<Index>(donors.size()),
                         .n_treated = static_cast<Index>(treated.size()),
                         .n_periods = static_cast<Index>(periods.size()),
                         .n_before = n_before};
  for (const auto* units : {&donors, &treated}) {
    for (const Index unit : *units) {
      for (const Index period : periods) kept.outcome.push_back(panel.at(unit, period));
    }
  }
  return kept;
}

std::vector<SyntheticFit> placebo_fits(const SyntheticPanel& panel, SyntheticMethod method) {
  std::vector<SyntheticFit> fits;
  if (panel.n_donors < 3) return fits;
  const std::vector<Index> periods = range(0, panel.n_periods);
  for (Index pretended = 0; pretended < panel.n_donors; ++pretended) {
    std::vector<Index> others = range(0, panel.n_donors);
    others.erase(others.begin() + pretended);
    fits.push_back(
        fit_synthetic(sub_panel(panel, others, {pretended}, periods, panel.n_before), method));
  }
  return fits;
}

std::vector<std::optional<SyntheticFit>> leave_one_out_fits(const SyntheticPanel& panel,
                                                            const SyntheticFit& fit) {
  std::vector<std::optional<SyntheticFit>> fits(static_cast<std::size_t>(panel.n_donors));
  if (panel.n_donors < 3) return fits;
  const std::vector<Index> periods = range(0, panel.n_periods);
  const std::vector<Index> treated = range(panel.n_donors, panel.n_treated);
  for (Index left_out = 0; left_out < panel.n_donors; ++left_out) {
    if (fit.donor_weights[static_cast<std::size_t>(left_out)] == 0.0) continue;
    std::vector<Index> others = range(0, panel.n_donors);
    others.erase(others.begin() + left_out);
    fits[static_cast<std::size_t>(left_out)] =
        fit_synthetic(sub_panel(panel, others, treated, periods, panel.n_before), fit.method);
  }
  return fits;
}

std::optional<double> jackknife_se(const SyntheticPanel& panel, const SyntheticFit& fit) {
  if (panel.n_treated < 2) return std::nullopt;
  const std::vector<Index> periods = range(0, panel.n_periods);
  std::vector<double> effects;
  for (Index left_out = 0; left_out < panel.n_units(); ++left_out) {
    std::vector<Index> donors = range(0, panel.n_donors);
    std::vector<Index> treated = range(panel.n_donors, panel.n_treated);
    SyntheticFit without = fit;
    if (left_out < panel.n_donors) {
      donors.erase(donors.begin() + left_out);
      auto& weights = without.donor_weights;
      weights.erase(weights.begin() + left_out);
      const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
      if (sum <= 0.0) return std::nullopt;  // one donor carries all the weight
      for (double& weight : weights) weight /= sum;
    } else {
      treated.erase(treated.begin() + (left_out - panel.n_donors));
    }
    apply_weights(sub_panel(panel, donors, treated, periods, panel.n_before), without);
    effects.push_back(without.effect);
  }
  const auto n = static_cast<double>(effects.size());
  const double mean = std::accumulate(effects.begin(), effects.end(), 0.0) / n;
  double squares = 0.0;
  for (const double effect : effects) squares += (effect - mean) * (effect - mean);
  return std::sqrt((n - 1.0) / n * squares);
}

double placebo_se(const std::vector<SyntheticFit>& placebos) {
  const auto n = static_cast<double>(placebos.size());
  double mean = 0.0;
  for (const SyntheticFit& placebo : placebos) mean += placebo.effect / n;
  double squares = 0.0;
  for (const SyntheticFit& placebo : placebos) {
    squares += (placebo.effect - mean) * (placebo.effect - mean);
  }
  return std::sqrt(squares / n);
}

}  // namespace altyn::attribution
