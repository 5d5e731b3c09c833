#include "altyn/corridors/routing.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "altyn/core/errors.h"
#include "altyn/corridors/route_factor.h"

// Notation (docs/corridors.md): A link weights, B = (I - A)^-1 [nodes x nodes], of which the rows
// and the columns of terminals are kept.
namespace altyn::corridors {
namespace {

using Matrix = Eigen::MatrixXd;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr Index kShards = 32;
// Below this t^-shape is no number that a logarithm can be taken of.
constexpr double kSmallest = 1e-290;

Eigen::Index at(std::size_t k) { return static_cast<Eigen::Index>(k); }

// Links by the node they leave.
struct Outgoing {
  std::vector<std::size_t> start, link;
  explicit Outgoing(const Network& network) : start(network.nodes.size() + 1, 0) {
    for (const Link& one : network.links) ++start[one.from + 1];
    for (std::size_t k = 1; k < start.size(); ++k) start[k] += start[k - 1];
    link.resize(network.links.size());
    std::vector<std::size_t> next = start;
    for (std::size_t l = 0; l < network.links.size(); ++l) link[next[network.links[l].from]++] = l;
  }
};

// Cheapest ways from one node. Among equally cheap ways the first link of the table is taken.
struct Tree {
  std::vector<double> cost;        // [nodes]
  std::vector<std::size_t> last;   // [nodes] link that arrives; kNone at the root
  std::vector<std::size_t> order;  // nodes, the nearest first
};

Tree cheapest_ways(const Network& network, const Outgoing& outgoing,
                   std::span<const double> cost_log, std::size_t root) {
  const std::size_t n = network.nodes.size();
  Tree tree{std::vector<double>(n, kInfinity), std::vector<std::size_t>(n, kNone), {}};
  using Entry = std::pair<double, std::size_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  std::vector<bool> done(n, false);
  tree.cost[root] = 0.0;
  open.emplace(0.0, root);
  while (!open.empty()) {
    const std::size_t from = open.top().second;
    open.pop();
    if (done[from]) continue;
    done[from] = true;
    tree.order.push_back(from);
    for (std::size_t k = outgoing.start[from]; k < outgoing.start[from + 1]; ++k) {
      const std::size_t l = outgoing.link[k];
      const std::size_t to = network.links[l].to;
      const double cost = tree.cost[from] + cost_log[l];
      if (done[to] || !std::isfinite(cost)) continue;
      if (cost < tree.cost[to] || (cost == tree.cost[to] && l < tree.last[to])) {
        tree.cost[to] = cost;
        tree.last[to] = l;
        open.emplace(cost, to);
      }
    }
  }
  return tree;
}

[[noreturn]] void fail_radius(const Network& network, std::span<const double> cost_log,
                              double shape, const SpectralRadius& radius) {
  const Cycle cycle = cheapest_cycle(network, cost_log);
  std::string way;
  for (const std::size_t l : cycle.links) way += network.nodes[network.links[l].from].id + " - ";
  if (!cycle.links.empty()) way += network.nodes[network.links[cycle.links.front()].from].id;
  throw InputError(
      {.code = "route-shape-too-small",
       .what = fmt::format("with shape {:g} the spectral radius of the link weights is {:.4g}, not "
                           "below 1",
                           shape, radius.high),
       .where = fmt::format("the cheapest cycle: {}, which costs {:.2f}%", way,
                            100.0 * std::expm1(cycle.cost_log)),
       .why = "routes that go round for ever would be taken as often as those that arrive",
       .fixes = {"a larger shape", "higher link costs on that cycle", "the cheapest route alone"}});
}

// Rows of B at terminals, or columns, [S x N]. In shards whose right-hand sides stay in the cache.
Matrix inverse_at(const RouteFactor& factor, bool rows, std::size_t n_nodes,
                  const std::vector<std::size_t>& terminals, Context& context) {
  const auto s = static_cast<Index>(terminals.size());
  Matrix inverse(s, at(n_nodes));
  const Index n_shards = std::max<Index>(std::min(s, kShards), s / 32);
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange range = shard_range(s, n_shards, shard);
    const auto width = static_cast<std::size_t>(range.end - range.begin);
    const std::span<const std::size_t> nodes(terminals.data() + range.begin, width);
    Matrix values(at(width), at(n_nodes));
    const std::span<double> place(values.data(), width * n_nodes);
    rows ? factor.rows(nodes, place) : factor.columns(nodes, place);
    inverse.middleRows(range.begin, range.end - range.begin) = values;
  });
  return inverse;
}

}  // namespace

SpectralRadius spectral_radius(const Network& network, std::span<const double> cost_log,
                               double shape) {
  constexpr int kMostPasses = 5000;
  const std::size_t n = network.nodes.size();
  std::vector<double> weight(network.links.size()), x(n, 1.0), image(n);
  for (std::size_t l = 0; l < weight.size(); ++l) weight[l] = std::exp(-shape * cost_log[l]);
  SpectralRadius radius;
  for (int pass = 0; pass < kMostPasses; ++pass) {
    std::fill(image.begin(), image.end(), 0.0);
    for (std::size_t l = 0; l < weight.size(); ++l) {
      image[network.links[l].from] += weight[l] * x[network.links[l].to];
    }
    radius = {.low = kInfinity, .high = 0.0};
    double largest = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      const double ratio = image[k] / x[k];
      radius.low = std::min(radius.low, ratio);
      radius.high = std::max(radius.high, ratio);
      // A + I has the same eigenvectors and no second eigenvalue of the same size.
      image[k] += x[k];
      largest = std::max(largest, image[k]);
    }
    if (radius.high < 1.0 || radius.low >= 1.0 || radius.high - radius.low < 1e-6) break;
    for (std::size_t k = 0; k < n; ++k) x[k] = image[k] / largest;
  }
  return radius;
}

Cycle cheapest_cycle(const Network& network, std::span<const double> cost_log) {
  const Outgoing outgoing(network);
  Cycle best{.links = {}, .cost_log = kInfinity};
  for (std::size_t root = 0; root < network.nodes.size(); ++root) {
    const Tree tree = cheapest_ways(network, outgoing, cost_log, root);
    for (std::size_t l = 0; l < network.links.size(); ++l) {
      const Link& back = network.links[l];
      const double cost = tree.cost[back.from] + cost_log[l];
      if (back.to != root || !(cost < best.cost_log)) continue;
      best = {.links = {l}, .cost_log = cost};
      for (std::size_t k = back.from; k != root; k = network.links[tree.last[k]].from) {
        best.links.push_back(tree.last[k]);
      }
      std::reverse(best.links.begin(), best.links.end());
    }
  }
  return best;
}

struct Routes::State {
  const Network* network = nullptr;
  std::vector<double> link_cost_log;
  std::vector<std::size_t> terminals;
  RouteOptions options;
  std::vector<double> cost_log;
  CertificateBlock certificate;
  Matrix out, in;           // rows and columns of B at terminals, [S x N] both
  std::vector<Tree> trees;  // of the cheapest routes, by terminal

  void solve(Context& context);
  [[nodiscard]] double residual(const std::vector<double>& weights, bool rows,
                                Context& context) const;
  void find_cheapest(Context& context);
  [[nodiscard]] double weight(std::size_t link) const {
    return std::exp(-options.shape * link_cost_log[link]);
  }
};

void Routes::State::solve(Context& context) {
  const SpectralRadius radius = spectral_radius(*network, link_cost_log, options.shape);
  if (!(radius.high < 1.0)) fail_radius(*network, link_cost_log, options.shape, radius);
  const std::size_t n = network->nodes.size();
  const std::size_t s = terminals.size();
  std::vector<double> weights(network->links.size(), 0.0);
  for (std::size_t l = 0; l < weights.size(); ++l) {
    if (std::isfinite(link_cost_log[l])) weights[l] = weight(l);
  }
  const RouteFactor factor(*network, weights);
  in = inverse_at(factor, false, n, terminals, context);
  if (s == n) {
    // All of B is there: rows are columns read the other way.
    std::vector<Eigen::Index> number(n);
    for (std::size_t k = 0; k < n; ++k) number[terminals[k]] = at(k);
    out.resize(at(s), at(n));
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t i = 0; i < s; ++i) out(at(i), at(k)) = in(number[k], at(terminals[i]));
    }
  } else {
    out = inverse_at(factor, true, n, terminals, context);
  }
  certificate.residual =
      std::max(residual(weights, false, context), residual(weights, true, context));

  cost_log.assign(s * s, 0.0);
  const Index n_shards = std::min(at(s), kShards);
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange range = shard_range(at(s), n_shards, shard);
    for (Index i = range.begin; i < range.end; ++i) {
      for (Index j = 0; j < at(s); ++j) {
        if (i == j) continue;
        const double value = out(i, at(terminals[static_cast<std::size_t>(j)]));
        const std::size_t cell = static_cast<std::size_t>(i) * s + static_cast<std::size_t>(j);
        cost_log[cell] = value > kSmallest ? -std::log(value) / options.shape : kInfinity;
      }
    }
  });
  const auto lost = std::find(cost_log.begin(), cost_log.end(), kInfinity);
  if (lost == cost_log.end()) return;
  const auto cell = static_cast<std::size_t>(lost - cost_log.begin());
  throw InputError({.code = "route-shape-too-large",
                    .what = fmt::format("t^-{:g} from {} to {} is no number of this machine",
                                        options.shape, network->nodes[terminals[cell / s]].id,
                                        network->nodes[terminals[cell % s]].id),
                    .where = "shape of routes",
                    .why = "costs between places are read off these weights",
                    .fixes = {"a smaller shape", "the cheapest route alone"}});
}

// How far B is from I + B A (its rows) or I + A B (its columns), relative to each of its entries.
double Routes::State::residual(const std::vector<double>& weights, bool rows,
                               Context& context) const {
  const Matrix& inverse = rows ? out : in;
  const std::size_t n = network->nodes.size();
  std::vector<std::vector<std::size_t>> links(n);
  for (std::size_t l = 0; l < weights.size(); ++l) {
    if (weights[l] > 0.0) links[rows ? network->links[l].to : network->links[l].from].push_back(l);
  }
  std::vector<Eigen::Index> number(n, -1);
  for (std::size_t k = 0; k < terminals.size(); ++k) number[terminals[k]] = at(k);
  const Index n_shards = std::min(at(n), kShards);
  std::vector<double> gaps(static_cast<std::size_t>(n_shards), 0.0);
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange range = shard_range(at(n), n_shards, shard);
    Eigen::VectorXd sum(inverse.rows());
    double& gap = gaps[static_cast<std::size_t>(shard)];
    for (Index k = range.begin; k < range.end; ++k) {
      sum.setZero();
      for (const std::size_t l : links[static_cast<std::size_t>(k)]) {
        const std::size_t other = rows ? network->links[l].from : network->links[l].to;
        sum.noalias() += weights[l] * inverse.col(at(other));
      }
      if (number[static_cast<std::size_t>(k)] >= 0) sum[number[static_cast<std::size_t>(k)]] += 1.0;
      // What is too small to be a number is refused below.
      for (Index i = 0; i < inverse.rows(); ++i) {
        if (inverse(i, k) > kSmallest) gap = std::max(gap, std::abs(sum[i] / inverse(i, k) - 1.0));
      }
    }
  });
  return *std::max_element(gaps.begin(), gaps.end());
}

void Routes::State::find_cheapest(Context& context) {
  const Outgoing outgoing(*network);
  const std::size_t s = terminals.size();
  trees.resize(s);
  const Index n_shards = std::min(static_cast<Index>(s), kShards);
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange range = shard_range(static_cast<Index>(s), n_shards, shard);
    for (Index i = range.begin; i < range.end; ++i) {
      const auto k = static_cast<std::size_t>(i);
      trees[k] = cheapest_ways(*network, outgoing, link_cost_log, terminals[k]);
    }
  });
  cost_log.assign(s * s, 0.0);
  for (std::size_t i = 0; i < s; ++i) {
    for (std::size_t j = 0; j < s; ++j) cost_log[i * s + j] = trees[i].cost[terminals[j]];
  }
  // No link shortens a way: the equation that cheapest costs solve.
  double gap = 0.0;
  for (const Tree& tree : trees) {
    for (std::size_t l = 0; l < network->links.size(); ++l) {
      const Link& link = network->links[l];
      gap = std::max(gap, tree.cost[link.to] - tree.cost[link.from] - link_cost_log[l]);
    }
  }
  certificate.residual = gap;
}

Routes::Routes(const Network& network, std::vector<double> cost_log,
               std::vector<std::size_t> terminals, const RouteOptions& options, Context& context)
    : state_(std::make_unique<State>()) {
  for (std::size_t l = 0; l < cost_log.size(); ++l) {
    if (cost_log[l] > 0.0) continue;
    throw InputError({.code = "bad-cost",
                      .what = fmt::format("the link {} costs {:g}", network.link_name(l),
                                          std::expm1(cost_log[l])),
                      .where = network.rows[network.links[l].row].place,
                      .why = "a link that costs nothing is no link",
                      .fixes = {"give its length, time or fee"}});
  }
  if (!(options.shape > 0.0)) {
    throw InputError({.code = "bad-shape",
                      .what = fmt::format("the shape of routes is {:g}", options.shape),
                      .where = "shape of routes",
                      .why = "routes are chosen by cost to the power of minus the shape",
                      .fixes = {"give a number above zero"}});
  }
  check_connected(network, cost_log);
  state_->network = &network;
  state_->link_cost_log = std::move(cost_log);
  state_->terminals = std::move(terminals);
  state_->options = options;
  state_->certificate = {
      .name = "routes",
      .tolerance = 1e-9,
      .measure = options.cheapest ? "largest detour saved" : "max |(I + A B) / B - 1|"};
  if (options.cheapest) {
    state_->find_cheapest(context);
  } else {
    state_->solve(context);
  }
}

Routes::~Routes() = default;
Routes::Routes(Routes&&) noexcept = default;
Routes& Routes::operator=(Routes&&) noexcept = default;

const std::vector<double>& Routes::cost_log() const { return state_->cost_log; }
const CertificateBlock& Routes::certificate() const { return state_->certificate; }

double Routes::probability(std::size_t i, std::size_t j, std::size_t link) const {
  const State& s = *state_;
  if (i == j || !std::isfinite(s.link_cost_log[link])) return 0.0;
  const Link& one = s.network->links[link];
  if (s.options.cheapest) {
    const Tree& tree = s.trees[i];
    for (std::size_t k = s.terminals[j]; tree.last[k] != kNone;
         k = s.network->links[tree.last[k]].from) {
      if (tree.last[k] == link) return 1.0;
    }
    return 0.0;
  }
  return s.out(at(i), at(one.from)) * s.weight(link) * s.in(at(j), at(one.to)) /
         s.out(at(i), at(s.terminals[j]));
}

std::vector<double> Routes::link_sums(std::span<const double> weight, Context& context) const {
  const State& state = *state_;
  const std::size_t s = state.terminals.size();
  const std::size_t n_links = state.network->links.size();
  std::vector<double> sums(n_links, 0.0);
  if (state.options.cheapest) {
    for (std::size_t i = 0; i < s; ++i) {
      const Tree& tree = state.trees[i];
      std::vector<double> through(state.network->nodes.size(), 0.0);
      for (std::size_t j = 0; j < s; ++j) {
        if (j != i) through[state.terminals[j]] += weight[i * s + j];
      }
      for (std::size_t k = tree.order.size(); k-- > 1;) {
        const std::size_t l = tree.last[tree.order[k]];
        sums[l] += through[tree.order[k]];
        through[state.network->links[l].from] += through[tree.order[k]];
      }
    }
    return sums;
  }
  Matrix scaled(s, s);  // weight over B, destination row
  for (std::size_t i = 0; i < s; ++i) {
    for (std::size_t j = 0; j < s; ++j) {
      scaled(at(j), at(i)) =
          i == j ? 0.0 : weight[i * s + j] / state.out(at(i), at(state.terminals[j]));
    }
  }
  Matrix arriving(s, state.in.cols());  // [origin x node]
  const Index n = state.in.cols();
  const Index n_shards = std::min(n, kShards);
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange range = shard_range(n, n_shards, shard);
    const Index width = range.end - range.begin;
    arriving.middleCols(range.begin, width).noalias() =
        scaled.transpose() * state.in.middleCols(range.begin, width);
  });
  for (std::size_t l = 0; l < n_links; ++l) {
    if (!std::isfinite(state.link_cost_log[l])) continue;
    const Link& link = state.network->links[l];
    sums[l] = state.weight(l) * state.out.col(at(link.from)).dot(arriving.col(at(link.to)));
  }
  return sums;
}

double conservation_gap(const Network& network, std::span<const std::size_t> terminals,
                        std::span<const double> weight, std::span<const double> traffic) {
  std::vector<double> balance(network.nodes.size(), 0.0);
  const std::size_t s = terminals.size();
  double total = 0.0;
  for (std::size_t i = 0; i < s; ++i) {
    for (std::size_t j = 0; j < s; ++j) {
      if (i == j) continue;
      balance[terminals[i]] += weight[i * s + j];
      balance[terminals[j]] -= weight[i * s + j];
      total += weight[i * s + j];
    }
  }
  for (std::size_t l = 0; l < traffic.size(); ++l) {
    balance[network.links[l].to] += traffic[l];
    balance[network.links[l].from] -= traffic[l];
  }
  double gap = 0.0;
  for (const double one : balance) gap = std::max(gap, std::abs(one));
  return total > 0.0 ? gap / total : gap;
}

}  // namespace altyn::corridors
