#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/corridors/counterfactual.h"
#include "altyn/study/assumptions.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/scenario.h"

namespace altyn::study {

/// The section [network]: tables of nodes and links, bundled or by path.
struct CorridorNetwork {
  std::string nodes;
  std::string links;

  static std::vector<Field<CorridorNetwork>> fields();
};

/// The section [routes].
struct CorridorRoutes {
  double shape = 200.0;
  std::vector<double> shape_range;
  bool cheapest = false;
  double congestion = 0.0;
  std::vector<double> congestion_range;
  std::string source;

  static std::vector<Field<CorridorRoutes>> fields();
};

/// What time and distance cost. The section [[cost]].
struct CorridorCost {
  std::string name;
  double value = 0.0;
  std::vector<double> range;
  std::string unit;
  std::string source;

  static std::vector<Field<CorridorCost>> fields();
};

/// A kind of border or port. The section [[crossing]].
struct CorridorCrossing {
  std::string name;
  double hours = 0.0;
  std::vector<double> hours_range;
  double fee_usd = 0.0;
  std::vector<double> fee_range_usd;
  std::string source;

  static std::vector<Field<CorridorCrossing>> fields();
};

/// What happens to links. The section [[link_change]].
struct LinkChange {
  std::string name;
  std::vector<std::string> links;
  std::vector<std::string> crossing;
  bool close = false;
  std::string crossing_becomes;
  double wait_pct = 0.0;
  std::vector<double> range_pct;
  double speed_kmh = 0.0;
  std::string source;

  static std::vector<Field<LinkChange>> fields();
};

/// A network with its tables read and its changes found: what is the same in every draw.
/// Columns of nodes: node, economy, serves, latitude, longitude. Columns of links: from, to, mode,
/// crossing, length_km, speed_kmh; besides, where they are there, wait_hours and fee_usd (on top of
/// those of the crossing) and two_way.
class CorridorSetting {
 public:
  /// `whole` is a study on top of what it extends. Errors: InputError of reading and of
  /// make_network(); "missing-key"; "bad-range"; "duplicate-name"; "missing-cost" for a [[cost]]
  /// that links need; "unknown-crossing" and "unknown-link", with the nearest name; "bad-change"
  /// for a change that touches no link or changes nothing.
  CorridorSetting(const Study& whole, DataSources& sources);

  /// Numbers of the network and of its changes, in the order of the file.
  [[nodiscard]] const std::vector<Assumption>& assumptions() const { return assumptions_; }
  [[nodiscard]] const std::vector<LinkChange>& changes() const { return changes_; }
  [[nodiscard]] const CorridorRoutes& routes() const { return routes_; }
  [[nodiscard]] const corridors::Network& network() const { return network_; }

  /// [rows] named by a change.
  [[nodiscard]] std::vector<bool> touched() const;

  /// Where economies stand: [n] nodes. Errors: InputError "no-node" for one that no node serves.
  [[nodiscard]] std::vector<std::size_t> places(const std::vector<std::string>& economies) const;

  /// The network's rows at these values, today or changed.
  [[nodiscard]] std::vector<corridors::LinkRow> rows_at(const Values& values, bool changed) const;
  /// Links today and changed. The problem refers to this setting's network.
  [[nodiscard]] corridors::CorridorProblem problem_at(const Values& values,
                                                      std::vector<std::size_t> places) const;

 private:
  void read_assumptions(const Study& whole);
  void read_network(const CorridorNetwork& files, DataSources& sources);
  void find_changes(const Study& whole);

  CorridorRoutes routes_;
  std::vector<CorridorCost> costs_;
  std::vector<CorridorCrossing> crossings_;
  std::vector<LinkChange> changes_;
  std::vector<std::vector<std::size_t>> changed_rows_;  // by change
  std::vector<Assumption> assumptions_;
  // Lengths and speeds that the table leaves out are 1; waiting and fees are those of the row
  // alone.
  corridors::Network network_;
  std::vector<bool> own_length_, own_speed_;  // by row
  std::vector<std::string> serves_;           // by node
};

}  // namespace altyn::study
