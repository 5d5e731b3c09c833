#include "altyn/estimation/score_moments.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"

namespace altyn::estimation {
namespace {

using Matrix = Eigen::MatrixXd;

constexpr double kEarthRadiusKm = 6371.0088;  // mean radius, IUGG

Eigen::Map<const Matrix> as_matrix(const std::vector<double>& sums, GroupId n_groups,
                                   std::size_t p) {
  return {sums.data(), static_cast<Index>(n_groups), static_cast<Index>(p)};
}

std::vector<double> to_vector(const Matrix& m) { return {m.data(), m.data() + m.size()}; }

Matrix squared(const std::vector<double>& sums, GroupId n_groups, std::size_t p) {
  const auto s = as_matrix(sums, n_groups, p);
  return s.transpose() * s;
}

}  // namespace

std::vector<double> group_sums(const RowScores& scores, std::span<const GroupId> ids,
                               GroupId n_groups, Context& context) {
  std::vector<GroupId> own;
  std::span<const GroupId> in_fit = ids;
  if (!scores.rows.empty()) {
    own.resize(ids.size());
    for (std::size_t place = 0; place < own.size(); ++place) own[place] = ids[scores.rows[place]];
    in_fit = own;
  }
  const std::size_t p = scores.columns.size();
  std::vector<double> sums(p * n_groups, 0.0);
  context.pool->for_each_shard(static_cast<Index>(p), [&](Index j) {
    double* sum = sums.data() + at(j) * n_groups;
    const double* column = scores.columns[at(j)];
    for (std::size_t row = 0; row < in_fit.size(); ++row) {
      sum[in_fit[row]] += column == nullptr ? scores.score[row] : scores.score[row] * column[row];
    }
  });
  return sums;
}

std::vector<double> cluster_moment(const RowScores& scores, const CombinedIds& groups,
                                   Context& context) {
  std::vector<double> sums = group_sums(scores, groups.ids, groups.n_groups, context);
  if (groups.shared) scores.ranks.sum(sums);
  std::vector<double> moment = to_vector(squared(sums, groups.n_groups, scores.columns.size()));
  if (!groups.shared) scores.ranks.sum(moment);
  return moment;
}

std::vector<double> dyadic_moment(const RowScores& scores, std::span<const GroupId> first,
                                  std::span<const GroupId> second, GroupId n_members,
                                  Context& context) {
  const std::size_t p = scores.columns.size();
  // A row counts once for each of its members; one that is both (domestic trade) counts once. Two
  // rows of one dyad of two members then meet twice, so the dyads' own squares come off again.
  std::vector<GroupId> low(first.size());
  std::vector<GroupId> high(first.size());
  for (std::size_t row = 0; row < first.size(); ++row) {
    low[row] = std::min(first[row], second[row]);
    high[row] = std::max(first[row], second[row]);
  }
  const std::span<const GroupId> both[] = {low, high};
  const GroupId levels[] = {n_members, n_members};
  const CombinedIds dyads = combine_ids(both, levels);
  const std::vector<double> sums = group_sums(scores, dyads.ids, dyads.n_groups, context);
  const auto s = as_matrix(sums, dyads.n_groups, p);
  std::vector<GroupId> low_of(dyads.n_groups);
  std::vector<GroupId> high_of(dyads.n_groups);
  for (std::size_t row = 0; row < low.size(); ++row) {
    low_of[dyads.ids[row]] = low[row];
    high_of[dyads.ids[row]] = high[row];
  }
  Matrix members = Matrix::Zero(static_cast<Index>(n_members), static_cast<Index>(p));
  Matrix moment = Matrix::Zero(static_cast<Index>(p), static_cast<Index>(p));
  for (GroupId d = 0; d < dyads.n_groups; ++d) {
    members.row(low_of[d]) += s.row(d);
    if (low_of[d] == high_of[d]) continue;
    members.row(high_of[d]) += s.row(d);
    moment -= s.row(d).transpose() * s.row(d);
  }
  moment += members.transpose() * members;
  return to_vector(moment);
}

std::vector<double> serial_moment(const RowScores& scores, const CombinedIds& periods, Index lags,
                                  Context& context) {
  const std::size_t p = scores.columns.size();
  const std::vector<double> sums = group_sums(scores, periods.ids, periods.n_groups, context);
  const auto s = as_matrix(sums, periods.n_groups, p);
  Matrix moment = s.transpose() * s;
  const auto n = static_cast<Index>(periods.n_groups);
  for (Index lag = 1; lag <= std::min(lags, n - 1); ++lag) {
    const double weight = 1.0 - static_cast<double>(lag) / static_cast<double>(lags + 1);
    const Matrix cross = s.bottomRows(n - lag).transpose() * s.topRows(n - lag);
    moment += weight * (cross + cross.transpose());
  }
  return to_vector(moment);
}

std::vector<double> spatial_moment(const RowScores& scores, std::span<const double> latitude,
                                   std::span<const double> longitude, double cutoff_km,
                                   bool bartlett, Context& context) {
  const std::size_t p = scores.columns.size();
  // Rows of one place share an id; places in order of latitude.
  std::vector<GroupId> order(latitude.size());
  std::iota(order.begin(), order.end(), GroupId{0});
  const auto before = [&](GroupId a, GroupId b) {
    return latitude[a] != latitude[b] ? latitude[a] < latitude[b] : longitude[a] < longitude[b];
  };
  std::sort(order.begin(), order.end(), before);
  std::vector<GroupId> ids(latitude.size());
  std::vector<double> place_latitude;
  std::vector<double> place_longitude;
  constexpr double kRadian = 3.14159265358979323846 / 180.0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (k == 0 || before(order[k - 1], order[k])) {
      place_latitude.push_back(latitude[order[k]] * kRadian);
      place_longitude.push_back(longitude[order[k]] * kRadian);
    }
    ids[order[k]] = static_cast<GroupId>(place_latitude.size() - 1);
  }
  const auto n = static_cast<GroupId>(place_latitude.size());
  const std::vector<double> sums = group_sums(scores, ids, n, context);
  const auto s = as_matrix(sums, n, p);
  const auto distance = [&](GroupId a, GroupId b) {
    const double lat = std::sin(0.5 * (place_latitude[a] - place_latitude[b]));
    const double lon = std::sin(0.5 * (place_longitude[a] - place_longitude[b]));
    const double h =
        lat * lat + std::cos(place_latitude[a]) * std::cos(place_latitude[b]) * lon * lon;
    return 2.0 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(h)));
  };
  constexpr Index kShards = 64;
  std::vector<Matrix> parts(at(kShards),
                            Matrix::Zero(static_cast<Index>(p), static_cast<Index>(p)));
  context.pool->for_each_shard(kShards, [&](Index shard) {
    const ShardRange range = shard_range(static_cast<Index>(n), kShards, shard);
    Eigen::RowVectorXd near(static_cast<Index>(p));
    for (Index place = range.begin; place < range.end; ++place) {
      const auto a = static_cast<GroupId>(place);
      near = 0.5 * s.row(a);
      for (GroupId b = a + 1; b < n; ++b) {
        if ((place_latitude[b] - place_latitude[a]) * kEarthRadiusKm > cutoff_km) break;
        const double d = distance(a, b);
        if (d <= cutoff_km) near += (bartlett ? 1.0 - d / cutoff_km : 1.0) * s.row(b);
      }
      const Matrix cross = s.row(a).transpose() * near;
      parts[at(shard)] += cross + cross.transpose();
    }
  });
  Matrix moment = Matrix::Zero(static_cast<Index>(p), static_cast<Index>(p));
  for (const Matrix& part : parts) moment += part;
  return to_vector(moment);
}

}  // namespace altyn::estimation
