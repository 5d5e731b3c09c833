#pragma once

#include <span>
#include <vector>

#include "altyn/comm/communicator.h"
#include "altyn/core/context.h"
#include "altyn/estimation/codes.h"

namespace altyn::estimation {

/// Scores of the rows of a fit: row r has the vector score[r] * columns[.][r]. A null column stands
/// for ones. Columns and score are in fit order, `rows` maps to input order (empty: the same).
struct RowScores {
  std::vector<const double*> columns{};  ///< [p]
  std::span<const double> score{};       ///< [n]
  std::span<const GroupId> rows{};       ///< [n] or empty
  comm::Ranks ranks{};                   ///< who has the other rows
};

/// Sums of row scores over groups, column after column [p * n_groups]. Ids are in input order.
/// Columns in parallel, rows in order: the same bits for any number of threads. Cost: n p.
[[nodiscard]] std::vector<double> group_sums(const RowScores& scores, std::span<const GroupId> ids,
                                             GroupId n_groups, Context& context);

/// sum over groups of S S' [p * p], S the group's score sum; over all ranks.
[[nodiscard]] std::vector<double> cluster_moment(const RowScores& scores, const CombinedIds& groups,
                                                 Context& context);

/// sum of s s' over all pairs of rows whose dyads share a member, each pair once. `first` and
/// `second` are ids of the two members in one numbering, in input order.
/// Source: Cameron and Miller (2014); Aronow, Samii and Assenova (2015).
[[nodiscard]] std::vector<double> dyadic_moment(const RowScores& scores,
                                                std::span<const GroupId> first,
                                                std::span<const GroupId> second, GroupId n_members,
                                                Context& context);

/// sum over periods and up to `lags` periods apart of S_t S_u', with weights falling linearly
/// (Bartlett). Periods count by their order. Source: Driscoll and Kraay (1998), Newey and West.
[[nodiscard]] std::vector<double> serial_moment(const RowScores& scores, const CombinedIds& periods,
                                                Index lags, Context& context);

/// sum of K(distance) S S' over places within `cutoff_km` of each other, on the sphere. `latitude`
/// and `longitude` in degrees, in input order; rows of one place are summed first. K is 1, or
/// 1 - distance / cutoff when `bartlett`. Source: Conley (1999).
/// Cost: the square of the number of places within a band of latitude.
[[nodiscard]] std::vector<double> spatial_moment(const RowScores& scores,
                                                 std::span<const double> latitude,
                                                 std::span<const double> longitude,
                                                 double cutoff_km, bool bartlett, Context& context);

}  // namespace altyn::estimation
