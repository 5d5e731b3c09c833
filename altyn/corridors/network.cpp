#include "altyn/corridors/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "altyn/core/errors.h"

namespace altyn::corridors {
namespace {

[[noreturn]] void fail(const char* code, const std::string& what, const std::string& where,
                       const std::string& why, const std::string& fix) {
  throw InputError({.code = code, .what = what, .where = where, .why = why, .fixes = {fix}});
}

void check_number(double value, bool positive, const char* code, const char* name,
                  const LinkRow& row) {
  if (std::isfinite(value) && (positive ? value > 0.0 : value >= 0.0)) return;
  fail(code,
       std::isnan(value) ? fmt::format("the {} of {} - {} is missing", name, row.from, row.to)
                         : fmt::format("the {} of {} - {} is {:g}", name, row.from, row.to, value),
       row.place, "a link costs what its length, time and fees cost",
       fmt::format("give a number {} zero", positive ? "above" : "not below"));
}

// Nodes reached from node 0 along open links, or against them.
std::vector<bool> reached(const Network& network, std::span<const double> cost_log, bool backward) {
  std::vector<std::vector<std::size_t>> next(network.nodes.size());
  for (std::size_t l = 0; l < network.links.size(); ++l) {
    if (!std::isfinite(cost_log[l])) continue;
    const Link& link = network.links[l];
    next[backward ? link.to : link.from].push_back(backward ? link.from : link.to);
  }
  std::vector<bool> seen(network.nodes.size(), false);
  std::vector<std::size_t> open{0};
  seen[0] = true;
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    for (const std::size_t other : next[at]) {
      if (seen[other]) continue;
      seen[other] = true;
      open.push_back(other);
    }
  }
  return seen;
}

// The smaller side of a cut: its names, and the place of its first node.
struct Side {
  std::string names;
  std::string place;
};

Side smaller_side(const Network& network, const std::vector<bool>& seen) {
  const auto inside = static_cast<std::size_t>(std::count(seen.begin(), seen.end(), true));
  const bool name_inside = inside * 2 < seen.size();
  std::vector<std::string> names;
  Side side;
  for (std::size_t k = 0; k < seen.size(); ++k) {
    if (seen[k] != name_inside) continue;
    if (names.empty()) side.place = network.nodes[k].place;
    names.push_back(network.nodes[k].id);
  }
  const std::size_t shown = std::min<std::size_t>(names.size(), 8);
  const std::string more =
      names.size() > shown ? fmt::format(" and {} more", names.size() - shown) : "";
  names.resize(shown);
  side.names = fmt::format("{}{}", fmt::join(names, ", "), more);
  return side;
}

}  // namespace

std::size_t Network::node(const std::string& id, const std::string& where) const {
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    if (nodes[k].id == id) return k;
  }
  std::vector<std::string> ids;
  for (const Node& one : nodes) ids.push_back(one.id);
  const std::string near = nearest_name(id, ids);
  fail("unknown-node", fmt::format("there is no node {}", id), where,
       "links and economies are placed at nodes",
       near.empty() ? "add it to the table of nodes" : near);
}

std::string Network::link_name(std::size_t link) const {
  return nodes[links[link].from].id + " - " + nodes[links[link].to].id;
}

Network make_network(std::vector<Node> nodes, std::vector<LinkRow> rows) {
  Network network{.nodes = std::move(nodes), .rows = std::move(rows), .links = {}};
  std::map<std::string, std::size_t> places;
  for (std::size_t k = 0; k < network.nodes.size(); ++k) {
    const Node& node = network.nodes[k];
    if (!places.emplace(node.id, k).second) {
      fail("duplicate-node", fmt::format("the node {} stands twice", node.id), node.place,
           "links name nodes", "give it another name");
    }
  }
  if (network.nodes.empty()) {
    fail("missing-nodes", "there are no nodes", "", "a network has nodes", "fill the table");
  }
  std::set<std::tuple<std::size_t, std::size_t, std::string>> known;
  for (std::size_t r = 0; r < network.rows.size(); ++r) {
    const LinkRow& row = network.rows[r];
    const std::size_t from = network.node(row.from, row.place);
    const std::size_t to = network.node(row.to, row.place);
    if (from == to) {
      fail("bad-link", fmt::format("a link from {} to itself", row.from), row.place,
           "a link leads from one node to another", "remove the row");
    }
    check_number(row.length_km, true, "bad-length", "length", row);
    check_number(row.speed_kmh, true, "bad-speed", "speed", row);
    check_number(row.wait_hours, false, "bad-wait", "waiting time", row);
    check_number(row.fee_usd, false, "bad-fee", "fee", row);
    const auto add = [&](std::size_t a, std::size_t b) {
      if (!known.emplace(a, b, row.mode).second) {
        fail("duplicate-link",
             fmt::format("the link {} - {} by {} stands twice", row.from, row.to, row.mode),
             row.place, "its traffic would be counted on either at will", "remove one of the rows");
      }
      network.links.push_back({.from = a, .to = b, .row = r});
    };
    add(from, to);
    if (row.two_way) add(to, from);
  }
  check_connected(network, std::vector<double>(network.links.size(), 0.0));
  return network;
}

void check_connected(const Network& network, std::span<const double> cost_log) {
  for (const bool backward : {false, true}) {
    const std::vector<bool> seen = reached(network, cost_log, backward);
    if (std::find(seen.begin(), seen.end(), false) == seen.end()) continue;
    const std::vector<bool> other = reached(network, cost_log, !backward);
    const bool apart = seen == other;
    const Side side = smaller_side(network, seen);
    fail(apart ? "disconnected" : "one-way",
         apart ? fmt::format("no open link joins {} to the others", side.names)
               : fmt::format("goods can go one way only between the others and {}", side.names),
         side.place, "trade of all with all needs a way there and back",
         "add a link, or leave the node out with what it serves");
  }
}

double great_circle_km(const Node& a, const Node& b) {
  constexpr double kRadiusKm = 6371.0;
  constexpr double kDegree = 3.14159265358979323846 / 180.0;
  const double dlat = std::sin(0.5 * (b.latitude - a.latitude) * kDegree);
  const double dlon = std::sin(0.5 * (b.longitude - a.longitude) * kDegree);
  const double h =
      dlat * dlat + std::cos(a.latitude * kDegree) * std::cos(b.latitude * kDegree) * dlon * dlon;
  return 2.0 * kRadiusKm * std::asin(std::sqrt(std::min(1.0, h)));
}

}  // namespace altyn::corridors
