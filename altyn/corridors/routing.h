#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/corridors/network.h"

namespace altyn::corridors {

struct RouteOptions {
  /// How alike routes are chosen: costs of routes differ between consignments with this shape.
  double shape = 60.0;
  bool cheapest = false;  ///< everyone takes the cheapest route: the limit of a large shape
};

/// Bounds on the spectral radius of A = t^-shape. Source: Collatz (1942), Wielandt (1950).
struct SpectralRadius {
  double low = 0.0;
  double high = 0.0;
};

/// `cost_log` [links], infinite where closed. Cost: some tens to thousands of passes over links;
/// it ends when the bounds agree to 1e-6, or both lie on one side of one.
[[nodiscard]] SpectralRadius spectral_radius(const Network& network,
                                             std::span<const double> cost_log, double shape);

/// A way round and its cost.
struct Cycle {
  std::vector<std::size_t> links;
  double cost_log = 0.0;
};
/// The cheapest way from any node back to itself. Cost: Dijkstra from every node.
[[nodiscard]] Cycle cheapest_cycle(const Network& network, std::span<const double> cost_log);

/// Costs between terminals and the use of links, equations (2) to (5) or their limit (6).
/// Immutable; the same for any number of threads.
class Routes {
 public:
  /// `terminals` [S] are nodes, each once. Errors: InputError "disconnected" and "one-way";
  /// "bad-cost" naming a link that costs nothing; "bad-shape"; "route-shape-too-small", with the
  /// cheapest cycle, where going round is as good as arriving; "route-shape-too-large" where
  /// t^-shape along a route is no number of this machine.
  /// Cost: one sparse factorisation and 2 S solves (S when every node is a terminal); or S runs of
  /// Dijkstra.
  Routes(const Network& network, std::vector<double> cost_log, std::vector<std::size_t> terminals,
         const RouteOptions& options, Context& context);
  ~Routes();
  Routes(Routes&&) noexcept;
  Routes& operator=(Routes&&) noexcept;

  /// ln tau [S * S], origin row, destination column. The diagonal is 0: nothing is sent.
  [[nodiscard]] const std::vector<double>& cost_log() const;
  /// Equation (2) put back: max |(I + B A) / B - 1| over rows of terminals, and over their columns
  /// with A B.
  [[nodiscard]] const CertificateBlock& certificate() const;
  /// Probability that trade from terminal i to j passes a link, equation (4).
  [[nodiscard]] double probability(std::size_t i, std::size_t j, std::size_t link) const;
  /// Per link, the sum over pairs of weight [S * S] times probability: traffic of trade, or the
  /// derivative by ln t of what has these derivatives by ln tau. The diagonal weighs nothing.
  /// Cost: one product of S * S and S * N matrices.
  [[nodiscard]] std::vector<double> link_sums(std::span<const double> weight,
                                              Context& context) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// How far flows are from conserved: max over nodes of |in + sent - out - received| relative to the
/// sum of weights.
[[nodiscard]] double conservation_gap(const Network& network,
                                      std::span<const std::size_t> terminals,
                                      std::span<const double> weight,
                                      std::span<const double> traffic);

}  // namespace altyn::corridors
