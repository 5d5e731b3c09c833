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

/// The mean with an error of the given covariance, by its root, from standard normals.
std::vector<double> drawn_around(std::vector<double> mean, const std::vector<double>& root,
                                 RandomStream random) {
  const std::size_t n = mean.size();
  std::vector<double> z(n);
  for (double& value : z) value = random.normal();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k <= i; ++k) mean[i] += root[i * n + k] * z[k];
  }
  return mean;
}

/// The first year of the table on a day of which the agreement binds the pair, else its start.
int first_bound_year(const BindingSpells& spells, const std::vector<int>& years) {
  for (const int year : years) {
    for (const data::Window& spell : spells.spells) {
      if (spell.first.year() <= year && year <= spell.last.year()) return year;
    }
  }
  return spells.start().year();
}

/// On a straight line between two points, at the end points outside them. Shapes: at rising.
double on_line(const std::vector<double>& at, const std::vector<double>& values, double where) {
  const auto next = std::lower_bound(at.begin(), at.end(), where);
  if (next == at.end()) return values.back();
  const auto place = static_cast<std::size_t>(next - at.begin());
  if (place == 0) return values.front();
  const double part = (where - at[place - 1]) / (at[place] - at[place - 1]);
  return values[place - 1] + part * (values[place] - values[place - 1]);
}

}  // namespace

double DrawnEffect::at(const PairSpells& pair, data::Window window) const {
  if (path_.empty()) return beta_ * phase_at(phase_in_, pair.whole, pair.own, window);
  const double bound = phase_at({}, pair.whole, pair.own, window);
  if (bound == 0.0) return 0.0;
  const int year = calendar_year(window);
  if (table_years_ != nullptr) {
    return bound * on_line(at_, path_, year - first_bound_year(pair.whole, *table_years_));
  }
  const auto place = std::find(at_.begin(), at_.end(), static_cast<double>(year));
  return place == at_.end() ? 0.0 : bound * path_[static_cast<std::size_t>(place - at_.begin())];
}

EffectModel::EffectModel(const AgreementEffect& effect, const CheckOptions& options,
                         std::uint64_t seed, int year0, int year1)
    : effect_(effect), seed_(seed), phase_ins_(phase_ins(options)) {
  has_path_ = effect.path && effect.path->find(year0) && effect.path->find(year1);
  if (has_path_) path_root_ = lower_root(effect.path->covariance, effect.path->years.size());
  if (!effect.staggered || effect.staggered->treated.by_event_time.empty()) return;
  const estimation::EventStudy& treated = effect.staggered->treated;
  const int first = effect.staggered->first_year;
  has_times_ = year0 - first >= treated.by_event_time.front().at &&
               year1 - first <= treated.by_event_time.back().at;
  if (has_times_) {
    times_root_ = lower_root(treated.event_time_covariance, treated.by_event_time.size());
  }
}

std::vector<std::string> EffectModel::profile_names() const {
  std::vector<std::string> names;
  for (const PhaseIn& phase_in : phase_ins_) names.push_back(phase_in.name);
  if (has_path_) names.emplace_back("year by year, as estimated");
  if (has_times_) names.emplace_back("by years since joining, cohort by cohort (ETWFE)");
  return names;
}

Index EffectModel::profile_of(const JointDraw& draw) const {
  return part_of(draw.profile_u, static_cast<Index>(phase_ins_.size()) + (has_path_ ? 1 : 0) +
                                     (has_times_ ? 1 : 0));
}

DrawnEffect EffectModel::draw(const JointDraw& draw) const {
  DrawnEffect drawn;
  const auto profile = static_cast<std::size_t>(profile_of(draw));
  const auto number = static_cast<std::uint64_t>(draw.number);
  if (profile < phase_ins_.size()) {
    const auto side = static_cast<std::size_t>(draw.side);
    drawn.phase_in_ = phase_ins_[profile];
    drawn.beta_ = effect_.beta[side] + effect_.se[side] * draw.effect_z;
  } else if (has_path_ && profile == phase_ins_.size()) {
    const EffectPath& path = *effect_.path;
    drawn.at_.assign(path.years.begin(), path.years.end());
    drawn.path_ = drawn_around(path.beta, path_root_, RandomStream(seed_, kPathStream, number));
  } else {
    std::vector<double> mean;
    for (const estimation::AveragedEffect& one : effect_.staggered->treated.by_event_time) {
      drawn.at_.push_back(one.at);
      mean.push_back(one.log_effect.value);
    }
    drawn.table_years_ = &effect_.staggered->years;
    drawn.path_ =
        drawn_around(std::move(mean), times_root_, RandomStream(seed_, kEventTimeStream, number));
  }
  return drawn;
}

}  // namespace altyn::attribution
