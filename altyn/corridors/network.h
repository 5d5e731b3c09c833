#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

/// Trade costs from routes: nodes, links, and what they cost. Equations: docs/corridors.md.
namespace altyn::corridors {

/// A city, port or crossing.
struct Node {
  std::string id{};
  std::string name{};
  std::string economy{};  ///< that it lies in
  double latitude = 0.0;
  double longitude = 0.0;
  std::string place{};  ///< file and line, for messages
};

/// A connection as a table has it.
struct LinkRow {
  std::string from{};
  std::string to{};
  std::string mode{};       ///< such as "road"
  bool two_way = true;      ///< the same link back
  double length_km = 0.0;   ///< as travelled
  double speed_kmh = 0.0;   ///< without stops
  double wait_hours = 0.0;  ///< at a border or a port
  double fee_usd = 0.0;     ///< per consignment
  std::string crossing{};   ///< the kind of border or port it passes; "" for none
  std::string place{};      ///< file and line, for messages
};

/// A connection in one direction.
struct Link {
  std::size_t from = 0;
  std::size_t to = 0;
  std::size_t row = 0;  ///< of the table
};

/// A checked network: every node is reached from every other.
struct Network {
  std::vector<Node> nodes;
  std::vector<LinkRow> rows;
  std::vector<Link> links;  ///< one per direction, in the order of rows, there before back

  /// The node of a name. Errors: InputError "unknown-node" with the nearest name.
  [[nodiscard]] std::size_t node(const std::string& id, const std::string& where) const;
  /// "Aktau - Baku"
  [[nodiscard]] std::string link_name(std::size_t link) const;
};

/// Errors: InputError naming the row: "duplicate-node", "unknown-node", "duplicate-link" (the same
/// ends and mode in the same direction), "bad-link" for ends that coincide, "bad-length" for a
/// length that is not above zero, "bad-speed", "bad-wait" and "bad-fee" for numbers that are
/// missing or out of range; "disconnected" as check_connected().
[[nodiscard]] Network make_network(std::vector<Node> nodes, std::vector<LinkRow> rows);

/// `cost_log` [links]; infinite where a link is closed. Errors: InputError "disconnected" naming
/// the nodes that cannot be reached, or "one-way" those that cannot be left.
/// Cost: one pass over the links.
void check_connected(const Network& network, std::span<const double> cost_log);

/// Great-circle distance. Source: haversine formula, radius 6,371 km.
[[nodiscard]] double great_circle_km(const Node& a, const Node& b);

}  // namespace altyn::corridors
