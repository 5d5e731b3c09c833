#include "altyn/attribution/drawn_effect.h"

#include <algorithm>
#include <cmath>

#include "altyn/attribution/world_trade.h"
#include "altyn/core/rng.h"

namespace altyn::attribution {
namespace {

/// Cholesky root of a covariance that may have rows of zeros. Shapes: [n * n], row-major.
std::vector<double> lower_root(const std::vector<double>& covariance, std::size_t n) {
  std::vector<double> root(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double rest = covariance[i * n + j];
      for (std::size_t k = 0; k < j; ++k) rest -= root[i * n + k] * root[j * n + k];
      if (i == j) {
        root[i * n + i] = std::sqrt(std::max(rest, 0.0));
      } else if (root[j * n + j] > 0.0) {
        root[i * n + j] = rest / root[j * n + j];
      }
    }
  }
  return root;
}

}  // namespace

double DrawnEffect::at(const PairSpells& pair, data::Window window) const {
  if (path_years_.empty()) return beta_ * phase_at(phase_in_, pair.whole, pair.own, window);
  const double bound = phase_at({}, pair.whole, pair.own, window);
  const auto year = std::find(path_years_.begin(), path_years_.end(), calendar_year(window));
  if (bound == 0.0 || year == path_years_.end()) return 0.0;
  return bound * path_[static_cast<std::size_t>(year - path_years_.begin())];
}

EffectModel::EffectModel(const AgreementEffect& effect, const CheckOptions& options,
                         std::uint64_t seed, int year0, int year1)
    : effect_(effect), seed_(seed), phase_ins_(phase_ins(options)) {
  has_path_ = effect.path && effect.path->find(year0) && effect.path->find(year1);
  if (has_path_) path_root_ = lower_root(effect.path->covariance, effect.path->years.size());
}

std::vector<std::string> EffectModel::profile_names() const {
  std::vector<std::string> names;
  for (const PhaseIn& phase_in : phase_ins_) names.push_back(phase_in.name);
  if (has_path_) names.emplace_back("year by year, as estimated");
  return names;
}

Index EffectModel::profile_of(const JointDraw& draw) const {
  return part_of(draw.profile_u, static_cast<Index>(phase_ins_.size()) + (has_path_ ? 1 : 0));
}

DrawnEffect EffectModel::draw(const JointDraw& draw) const {
  DrawnEffect drawn;
  const auto profile = static_cast<std::size_t>(profile_of(draw));
  if (profile < phase_ins_.size()) {
    const auto side = static_cast<std::size_t>(draw.side);
    drawn.phase_in_ = phase_ins_[profile];
    drawn.beta_ = effect_.beta[side] + effect_.se[side] * draw.effect_z;
    return drawn;
  }
  const EffectPath& path = *effect_.path;
  const std::size_t n = path.years.size();
  RandomStream random(seed_, kPathStream, static_cast<std::uint64_t>(draw.number));
  std::vector<double> z(n);
  for (double& value : z) value = random.normal();
  drawn.path_years_ = path.years;
  drawn.path_ = path.beta;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k <= i; ++k) drawn.path_[i] += path_root_[i * n + k] * z[k];
  }
  return drawn;
}

}  // namespace altyn::attribution
