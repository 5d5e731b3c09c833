#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "altyn/core/status.h"
#include "altyn/core/types.h"

namespace altyn::numerics {

/// How far to go. Nothing here changes the answer, only when the search ends.
struct FixedPointOptions {
  double tolerance = 1e-10;     ///< on the residual that the map returns
  Index max_iterations = 1000;  ///< evaluations of the map
  Index history = 8;            ///< differences kept by the acceleration
};

/// One evaluation of the map.
struct FixedPointRecord {
  double residual = -1.0;  ///< as the map returned it
  double mixing = 1.0;     ///< weight of the newest image in the next step
  bool restarted = false;  ///< the point was rejected and the history dropped
};

struct FixedPointResult {
  SolveStatus status = SolveStatus::kNotRun;
  double residual = -1.0;  ///< at the returned point
  Index iterations = 0;    ///< evaluations of the map
  Index restarts = 0;
};

/// Memory of the acceleration, reused between solves so that a repeated solve allocates nothing.
/// After a solve `records` holds one entry per evaluation.
struct FixedPointWorkspace {
  std::vector<FixedPointRecord> records;
  std::vector<double> image, step, best, best_step, last, last_step;  // [n] each
  std::vector<double> point_differences, step_differences;            // [history * n]
  std::vector<double> gram;                                           // [history * history]
  std::vector<double> factor, weights;  // [history * history], [history]
};

/// Writes g(x) into `image` and returns the residual of the caller's own equations at x: the
/// quantity that convergence is judged on. A residual that is not finite marks x as outside the
/// domain.
using FixedPointMap = std::function<double(std::span<const double> x, std::span<double> image)>;

/// Finds x = g(x) by Anderson acceleration, for maps in logarithms (no positivity to guard).
/// Convergence is judged on the residual alone. Safeguards need no tuning: they watch the length of
/// the step g(x) - x, which a map scaled like a Newton step makes a measure of distance (a nearly
/// closed economy has a tiny residual far from its solution). When that length grows past eight
/// times the best one, or the residual is not finite, the search goes back to the best point,
/// forgets its history and mixes half as much; mixing recovers with progress. No component moves
/// by more than 2 in one step.
/// On return `x` is the solution, or else the point with the shortest step. Status: kConverged,
/// kIterationLimit, kStalled (no progress by 10% in 60 evaluations), kNotFinite (the first point
/// is outside the domain), kCancelled.
/// Cost per iteration: one evaluation plus 2 * history passes over x. No allocation when the
/// workspace has seen the size before.
/// Source: Anderson (1965); Walker and Ni (2011), type II with a Gram matrix.
[[nodiscard]] FixedPointResult solve_fixed_point(const FixedPointMap& map, std::span<double> x,
                                                 const FixedPointOptions& options,
                                                 FixedPointWorkspace& workspace,
                                                 const std::stop_token& stop = {});

/// The same search for a caller that evaluates the map itself, such as for several problems at
/// once:
///   FixedPointSearch search(x, options, workspace);
///   while (search.running()) search.take(map(x, search.image()));
/// `x` and the workspace must outlive the search.
class FixedPointSearch {
 public:
  FixedPointSearch(std::span<double> x, const FixedPointOptions& options,
                   FixedPointWorkspace& workspace);
  [[nodiscard]] bool running() const { return running_; }
  /// Where the map at `x` is to be written.
  [[nodiscard]] std::span<double> image() { return w_.image; }
  /// Takes the residual at `x` and moves `x` to the next point, or to the answer.
  void take(double residual);
  /// Ends the search at its best point.
  void finish(SolveStatus status);
  [[nodiscard]] const FixedPointResult& result() const { return result_; }

 private:
  void push_difference();
  void correct();
  [[nodiscard]] std::size_t place(std::size_t age) const {
    return (newest_ + depth_ - age) % depth_;
  }

  std::span<double> x_;
  FixedPointOptions options_;
  FixedPointWorkspace& w_;
  FixedPointResult result_;
  bool running_ = true;
  double best_;  // length of the step at the best point
  double best_residual_ = -1.0;
  double milestone_;  // the length that the next progress is measured against
  Index milestone_at_ = 0;
  double mixing_ = 1.0;
  bool has_last_ = false;
  // The last differences of points and of steps, as a ring.
  std::size_t depth_;
  std::size_t count_ = 0;
  std::size_t newest_ = 0;
};

}  // namespace altyn::numerics
