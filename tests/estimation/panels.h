#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "altyn/core/rng.h"
#include "altyn/estimation/glm.h"

namespace altyn::estimation {

/// A small random panel that owns what a GlmProblem only points at.
struct Panel {
  std::vector<GroupId> exporter{}, importer{}, year{};
  GroupId n_countries = 0, n_years = 0;
  std::vector<double> y{}, weights{}, offset{}, trend{};
  std::vector<std::vector<double>> x{};

  [[nodiscard]] std::size_t n() const { return y.size(); }
};

struct PanelShape {
  GroupId n_countries = 6;
  GroupId n_years = 5;
  double share_kept = 1.0;  ///< of the cells; the rest are missing
  std::size_t n_regressors = 2;
  double share_zero = 0.0;  ///< of Poisson outcomes; many zeros in a small panel separate it
  std::uint64_t seed = 1;
};

/// y is positive for Poisson and gamma; in (0, 1) for logit; any sign for Gaussian.
inline Panel make_panel(Family family, const PanelShape& shape) {
  Panel panel{.n_countries = shape.n_countries, .n_years = shape.n_years};
  RandomStream random(shape.seed, 7, 0);
  panel.x.resize(shape.n_regressors);
  for (GroupId e = 0; e < shape.n_countries; ++e) {
    for (GroupId i = 0; i < shape.n_countries; ++i) {
      for (GroupId t = 0; t < shape.n_years; ++t) {
        if (random.uniform() > shape.share_kept) continue;
        panel.exporter.push_back(e);
        panel.importer.push_back(i);
        panel.year.push_back(t);
        panel.trend.push_back(0.3 * t - 0.5);
        panel.weights.push_back(0.5 + random.uniform());
        panel.offset.push_back(0.3 * random.normal());
        double eta =
            std::sin(1.0 + e) - std::cos(2.0 * i) + std::sin(0.3 * t * e) + panel.offset.back();
        for (std::vector<double>& column : panel.x) {
          column.push_back(random.normal() + 0.2 * e + 0.1 * i * t);
          eta += 0.3 * column.back();
        }
        const double noise = random.normal();
        switch (family) {
          case Family::kPoisson:
            panel.y.push_back(random.uniform() < shape.share_zero ? 0.0
                                                                  : std::exp(eta + 0.5 * noise));
            break;
          case Family::kGamma:
            panel.y.push_back(std::exp(eta + 0.5 * noise));
            break;
          case Family::kGaussian:
            panel.y.push_back(eta + noise);
            break;
          case Family::kLogit:
            panel.y.push_back(1.0 / (1.0 + std::exp(-0.3 * eta - noise)));
            break;
        }
      }
    }
  }
  return panel;
}

/// A problem over the panel with the effects named by letters: e exporter, i importer, t year; "et"
/// is exporter^year; a trailing "x" is the slope on the trend ("eix" = pair trends).
inline GlmProblem make_problem(Family family, const Panel& panel, bool weighted, bool with_offset,
                               const std::vector<std::string>& effects) {
  GlmProblem problem{.family = family, .y = panel.y};
  for (std::size_t j = 0; j < panel.x.size(); ++j) {
    problem.regressors.emplace_back(panel.x[j]);
    problem.regressor_names.push_back("x" + std::to_string(j + 1));
  }
  if (weighted) problem.weights = panel.weights;
  if (with_offset) problem.offset = panel.offset;
  problem.keys = {{"exporter", panel.exporter, panel.n_countries},
                  {"importer", panel.importer, panel.n_countries},
                  {"year", panel.year, panel.n_years}};
  for (const std::string& name : effects) {
    Effect effect{.name = name};
    for (const char letter : name) {
      if (letter == 'e') effect.keys.push_back(0);
      if (letter == 'i') effect.keys.push_back(1);
      if (letter == 't') effect.keys.push_back(2);
      if (letter == 'x') effect.slope = panel.trend;
    }
    problem.effects.push_back(effect);
  }
  return problem;
}

}  // namespace altyn::estimation
