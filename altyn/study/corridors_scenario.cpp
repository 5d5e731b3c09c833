#include "altyn/study/corridors_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <sstream>

#include "altyn/core/errors.h"
#include "altyn/corridors/link_cost.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using nlohmann::json;

constexpr const char* kDay = "day in transit";
constexpr const char* kConsignment = "consignment";
constexpr const char* kDetour = "detour";
constexpr const char* kShape = "shape of routes";
constexpr const char* kCongestion = "congestion";

std::string rate_of(const std::string& mode) { return mode + " rate"; }
std::string speed_of(const std::string& mode) { return mode + " speed"; }
std::string hours_of(const std::string& crossing) { return "crossing " + crossing + ": hours"; }
std::string fee_of(const std::string& crossing) { return "crossing " + crossing + ": fee"; }

[[noreturn]] void fail(const char* code, const std::string& what, const std::string& where,
                       const std::string& why, const std::string& fix) {
  throw InputError({.code = code, .what = what, .where = where, .why = why, .fixes = {fix}});
}

template <class S>
std::vector<S> entries_of(const Study& study, const char* list) {
  std::vector<S> entries;
  for (const json& entry : study.content.value(list, json::array())) {
    const std::string where = fmt::format("{} [[{}]] {}", study.where, list, entries.size() + 1);
    S item;
    options_from_json(item, entry, where);
    if (item.name.empty()) {
      fail("missing-key", "name is missing", where, "assumptions are drawn by their names",
           "name = \"...\"");
    }
    entries.push_back(std::move(item));
  }
  return entries;
}

template <class S>
bool has_name(const std::vector<S>& list, const std::string& name) {
  return std::any_of(list.begin(), list.end(), [&](const S& one) { return one.name == name; });
}

template <class S>
std::vector<std::string> names_of(const std::vector<S>& list) {
  std::vector<std::string> names;
  for (const S& one : list) names.push_back(one.name);
  return names;
}

FieldInfo info(std::string_view name, std::string_view doc, std::string_view unit = "",
               std::optional<double> minimum = {}, std::optional<double> maximum = {}) {
  return {.name = name, .doc = doc, .unit = unit, .minimum = minimum, .maximum = maximum};
}

}  // namespace

std::vector<Field<CorridorNetwork>> CorridorNetwork::fields() {
  return {make_field(&CorridorNetwork::nodes, info("nodes", "table of places")),
          make_field(&CorridorNetwork::links, info("links", "table of links between them"))};
}

std::vector<Field<CorridorRoutes>> CorridorRoutes::fields() {
  return {
      make_field(&CorridorRoutes::shape,
                 info("shape", "how alike consignments choose routes", "", 1e-3, 1e6)),
      make_field(&CorridorRoutes::shape_range,
                 info("shape_range", "range of shape for the draws", "", 1e-3, 1e6)),
      make_field(&CorridorRoutes::cheapest,
                 info("cheapest", "every consignment takes the cheapest route")),
      make_field(&CorridorRoutes::congestion,
                 info("congestion", "elasticity of link cost with respect to traffic", "", 0, 10)),
      make_field(&CorridorRoutes::congestion_range,
                 info("congestion_range", "range of congestion for the draws", "", 0, 10)),
      make_field(&CorridorRoutes::source, info("source", "where these come from"))};
}

std::vector<Field<CorridorCost>> CorridorCost::fields() {
  return {make_field(&CorridorCost::name,
                     info("name", "day in transit, consignment, detour, MODE rate, MODE speed")),
          make_field(&CorridorCost::value, info("value", "the value", "", 0, 1e9)),
          make_field(&CorridorCost::range, info("range", "its range for the draws", "", 0, 1e9)),
          make_field(&CorridorCost::unit, info("unit", "its unit, for the reader")),
          make_field(&CorridorCost::source, info("source", "where it comes from"))};
}

std::vector<Field<CorridorCrossing>> CorridorCrossing::fields() {
  return {make_field(&CorridorCrossing::name, info("name", "as links name it")),
          make_field(&CorridorCrossing::hours, info("hours", "waiting and handling", "hours", 0)),
          make_field(&CorridorCrossing::hours_range,
                     info("hours_range", "range of hours for the draws", "hours", 0)),
          make_field(&CorridorCrossing::fee_usd, info("fee_usd", "per consignment", "USD", 0)),
          make_field(&CorridorCrossing::fee_range_usd,
                     info("fee_range_usd", "range of the fee for the draws", "USD", 0)),
          make_field(&CorridorCrossing::source, info("source", "where these come from"))};
}

std::vector<Field<LinkChange>> LinkChange::fields() {
  return {make_field(&LinkChange::name, info("name", "what the assumption is called")),
          make_field(&LinkChange::links,
                     info("links", "links by their ends, both directions and all modes: A - B")),
          make_field(&LinkChange::crossing, info("crossing", "links with these kinds of crossing")),
          make_field(&LinkChange::close, info("close", "the links are cut")),
          make_field(&LinkChange::crossing_becomes,
                     info("crossing_becomes", "kind of crossing that they become")),
          make_field(&LinkChange::wait_pct, info("wait_pct", "change of the time at the crossing",
                                                 "percent", -100, 10000)),
          make_field(&LinkChange::range_pct,
                     info("range_pct", "range of wait_pct for the draws", "percent", -100, 10000)),
          make_field(&LinkChange::speed_kmh,
                     info("speed_kmh", "new speed; 0 leaves it", "km per hour", 0, 1000)),
          make_field(&LinkChange::source, info("source", "where it comes from"))};
}

CorridorSetting::CorridorSetting(const Study& whole, DataSources& sources)
    : routes_(read_section<CorridorRoutes>(whole, "routes")),
      costs_(entries_of<CorridorCost>(whole, "cost")),
      crossings_(entries_of<CorridorCrossing>(whole, "crossing")),
      changes_(entries_of<LinkChange>(whole, "link_change")) {
  read_assumptions(whole);
  const auto files = read_section<CorridorNetwork>(whole, "network");
  for (const auto& [key, value] :
       {std::pair("nodes", files.nodes), std::pair("links", files.links)}) {
    if (!value.empty()) continue;
    fail("missing-key", fmt::format("{} is missing", key), whole.where + " [network]",
         "a network is two tables", fmt::format("{} = \"network_{}\"", key, key));
  }
  read_network(files, sources);
  find_changes(whole);
}

void CorridorSetting::read_assumptions(const Study& whole) {
  std::set<std::string> names;
  const auto add = [&](const std::string& name, double value, const std::vector<double>& range,
                       const std::string& unit, const std::string& source,
                       const std::string& where) {
    if (!names.insert(name).second) {
      fail("duplicate-name", fmt::format("the name {} stands twice", name), where,
           "an assumption is drawn by its name", "give it another name");
    }
    if (!range.empty() && (range.size() != 2 || !(range[0] <= value) || !(value <= range[1]))) {
      fail("bad-range", fmt::format("the range of {} must be two numbers around {:g}", name, value),
           where, "draws lie between them, half of them on each side of the value",
           fmt::format("[{:g}, {:g}]", 0.5 * value, 1.5 * value));
    }
    assumptions_.push_back({.name = name,
                            .value = value,
                            .low = range.empty() ? value : range[0],
                            .high = range.empty() ? value : range[1],
                            .unit = unit,
                            .source = source});
  };
  const std::string routes = whole.where + " [routes]";
  if (!routes_.cheapest)
    add(kShape, routes_.shape, routes_.shape_range, "", routes_.source, routes);
  if (routes_.congestion > 0.0 || !routes_.congestion_range.empty()) {
    add(kCongestion, routes_.congestion, routes_.congestion_range, "elasticity", routes_.source,
        routes);
  }
  for (const CorridorCost& one : costs_) {
    add(one.name, one.value, one.range, one.unit, one.source,
        fmt::format("{} [[cost]] {}", whole.where, one.name));
  }
  for (const CorridorCrossing& one : crossings_) {
    const std::string where = fmt::format("{} [[crossing]] {}", whole.where, one.name);
    add(hours_of(one.name), one.hours, one.hours_range, "hours", one.source, where);
    add(fee_of(one.name), one.fee_usd, one.fee_range_usd, "USD", one.source, where);
  }
  for (const LinkChange& one : changes_) {
    // What is cut or changes its kind has no size of its own.
    const bool waits = one.wait_pct != 0.0 || !one.range_pct.empty();
    const double value = waits ? one.wait_pct : one.speed_kmh;
    add(one.name, value, one.range_pct,
        waits ? "percent of waiting" : (one.speed_kmh > 0.0 ? "km per hour" : "no size"),
        one.source, fmt::format("{} [[link_change]] {}", whole.where, one.name));
  }
}

void CorridorSetting::read_network(const CorridorNetwork& files, DataSources& sources) {
  const data::Table nodes = sources.read(
      files.nodes,
      {.text_columns = {"node", "economy", "serves"}, .number_columns = {"latitude", "longitude"}});
  std::vector<corridors::Node> places;
  for (Index r = 0; r < nodes.n_rows(); ++r) {
    const auto at = static_cast<std::size_t>(r);
    corridors::Node node{.id = std::string(nodes.texts("node").at(r)),
                         .economy = std::string(nodes.texts("economy").at(r)),
                         .latitude = nodes.numbers("latitude")[at],
                         .longitude = nodes.numbers("longitude")[at],
                         .place = fmt::format("{} {}", nodes.source(), nodes.place_of(r))};
    node.name = node.id;
    if (!(std::abs(node.latitude) <= 90.0) || !(std::abs(node.longitude) <= 180.0)) {
      fail("bad-coordinates", fmt::format("{} lies nowhere on the globe", node.id), node.place,
           "lengths of links follow from coordinates", "give latitude and longitude in degrees");
    }
    places.push_back(std::move(node));
    serves_.emplace_back(nodes.texts("serves").at(r));
  }
  const data::Table links =
      sources.read(files.links, {.text_columns = {"from", "to", "mode", "crossing"},
                                 .number_columns = {"length_km", "speed_kmh"}});
  const auto optional_number = [&](const char* column, std::size_t at) -> std::optional<double> {
    if (!links.has(column) || data::is_missing(links.numbers(column)[at])) return std::nullopt;
    return links.numbers(column)[at];
  };
  std::vector<corridors::LinkRow> rows;
  for (Index r = 0; r < links.n_rows(); ++r) {
    const auto at = static_cast<std::size_t>(r);
    corridors::LinkRow row{.from = std::string(links.texts("from").at(r)),
                           .to = std::string(links.texts("to").at(r)),
                           .mode = std::string(links.texts("mode").at(r)),
                           .length_km = links.numbers("length_km")[at],
                           .speed_kmh = links.numbers("speed_kmh")[at],
                           .crossing = std::string(links.texts("crossing").at(r)),
                           .place = fmt::format("{} {}", links.source(), links.place_of(r))};
    own_length_.push_back(!data::is_missing(row.length_km));
    own_speed_.push_back(!data::is_missing(row.speed_kmh));
    if (!own_length_.back()) row.length_km = 1.0;
    if (!own_speed_.back()) row.speed_kmh = 1.0;
    if (const auto own = optional_number("wait_hours", at)) row.wait_hours = *own;
    if (const auto own = optional_number("fee_usd", at)) row.fee_usd = *own;
    if (const auto own = optional_number("two_way", at)) row.two_way = *own != 0.0;
    if (!row.crossing.empty() && !has_name(crossings_, row.crossing)) {
      fail("unknown-crossing", fmt::format("there is no kind of crossing {}", row.crossing),
           row.place, "its time and fee stand under [[crossing]]",
           nearest_names(row.crossing, names_of(crossings_), 1).empty()
               ? "add [[crossing]]"
               : nearest_names(row.crossing, names_of(crossings_), 1).front());
    }
    std::vector<std::string> needs{kDay, kConsignment, rate_of(row.mode)};
    if (!own_length_.back()) needs.emplace_back(kDetour);
    if (!own_speed_.back()) needs.push_back(speed_of(row.mode));
    for (const std::string& need : needs) {
      if (has_name(costs_, need)) continue;
      fail("missing-cost", fmt::format("the cost \"{}\" is missing", need), row.place,
           "a link costs what its length, time and fees cost",
           fmt::format("[[cost]] name = \"{}\"", need));
    }
    rows.push_back(std::move(row));
  }
  network_ = corridors::make_network(std::move(places), std::move(rows));
}

void CorridorSetting::find_changes(const Study& whole) {
  for (const LinkChange& change : changes_) {
    const std::string where = fmt::format("{} [[link_change]] {}", whole.where, change.name);
    std::vector<std::string> known;
    for (const corridors::LinkRow& row : network_.rows) known.push_back(row.from + " - " + row.to);
    std::vector<std::size_t> touched;
    for (const std::string& name : change.links) {
      const std::size_t before = touched.size();
      for (std::size_t r = 0; r < network_.rows.size(); ++r) {
        const corridors::LinkRow& row = network_.rows[r];
        if (name == known[r] || name == row.to + " - " + row.from) touched.push_back(r);
      }
      if (touched.size() > before) continue;
      const std::string near = nearest_name(name, known);
      fail("unknown-link", fmt::format("there is no link {}", name), where,
           "links are named by their ends", near.empty() ? "A - B" : near);
    }
    for (const std::string& kind : change.crossing) {
      if (!has_name(crossings_, kind)) {
        fail("unknown-crossing", fmt::format("there is no kind of crossing {}", kind), where,
             "links are found by it", "add [[crossing]]");
      }
      for (std::size_t r = 0; r < network_.rows.size(); ++r) {
        if (network_.rows[r].crossing == kind) touched.push_back(r);
      }
    }
    if (!change.crossing_becomes.empty() && !has_name(crossings_, change.crossing_becomes)) {
      fail("unknown-crossing",
           fmt::format("there is no kind of crossing {}", change.crossing_becomes), where,
           "its time and fee stand under [[crossing]]", "add [[crossing]]");
    }
    const bool waits = change.wait_pct != 0.0 || !change.range_pct.empty();
    const int kinds = int{change.close} + int{!change.crossing_becomes.empty()} + int{waits} +
                      int{change.speed_kmh > 0.0};
    if (touched.empty() || kinds != 1) {
      fail("bad-change",
           touched.empty() ? "the change touches no link" : "a change does one thing to its links",
           where, "a scenario without effect looks like an answer of zero",
           "links or crossing, and one of close, crossing_becomes, wait_pct, speed_kmh");
    }
    changed_rows_.push_back(std::move(touched));
  }
}

std::vector<bool> CorridorSetting::touched() const {
  std::vector<bool> touched(network_.rows.size(), false);
  for (const std::vector<std::size_t>& rows : changed_rows_) {
    for (const std::size_t r : rows) touched[r] = true;
  }
  return touched;
}

std::vector<std::size_t> CorridorSetting::places(const std::vector<std::string>& economies) const {
  std::vector<std::size_t> places;
  for (const std::string& code : economies) {
    std::size_t found = network_.nodes.size(), all = found;
    for (std::size_t k = 0; k < serves_.size(); ++k) {
      std::istringstream words(serves_[k]);
      for (std::string word; words >> word;) {
        if (word == code) found = std::min(found, k);
        if (word == "*") all = std::min(all, k);
      }
    }
    const std::size_t node = found < network_.nodes.size() ? found : all;
    if (node == network_.nodes.size()) {
      fail("no-node", fmt::format("no node serves {}", code), "column serves",
           "trade starts and ends at nodes", "name it at a node, or * at one for all others");
    }
    places.push_back(node);
  }
  return places;
}

std::vector<corridors::LinkRow> CorridorSetting::rows_at(const Values& values, bool changed) const {
  std::vector<corridors::LinkRow> rows = network_.rows;
  if (changed) {
    for (std::size_t c = 0; c < changes_.size(); ++c) {
      if (changes_[c].crossing_becomes.empty()) continue;
      for (const std::size_t r : changed_rows_[c]) rows[r].crossing = changes_[c].crossing_becomes;
    }
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    corridors::LinkRow& row = rows[r];
    if (!own_length_[r]) {
      const std::size_t from = network_.node(row.from, row.place);
      const std::size_t to = network_.node(row.to, row.place);
      row.length_km =
          values.at(kDetour) * corridors::great_circle_km(network_.nodes[from], network_.nodes[to]);
    }
    if (!own_speed_[r]) row.speed_kmh = values.at(speed_of(row.mode));
    if (row.crossing.empty()) continue;
    row.wait_hours += values.at(hours_of(row.crossing));
    row.fee_usd += values.at(fee_of(row.crossing));
  }
  if (changed) {
    for (std::size_t c = 0; c < changes_.size(); ++c) {
      const LinkChange& change = changes_[c];
      for (const std::size_t r : changed_rows_[c]) {
        if (change.speed_kmh > 0.0) {
          rows[r].speed_kmh = change.speed_kmh;
        } else if (!change.close && change.crossing_becomes.empty()) {
          rows[r].wait_hours *= 1.0 + values.at(change.name) / 100.0;
        }
      }
    }
  }
  return rows;
}

corridors::CorridorProblem CorridorSetting::problem_at(const Values& values,
                                                       std::vector<std::size_t> places) const {
  corridors::LinkCostParameters parameters{.day_share = values.at(kDay) / 100.0,
                                           .consignment_usd = values.at(kConsignment)};
  for (const corridors::LinkRow& row : network_.rows) {
    parameters.usd_per_km[row.mode] = values.at(rate_of(row.mode));
  }
  corridors::CorridorProblem problem{
      .network = &network_, .cost_log = {}, .new_cost_log = {}, .node = std::move(places)};
  corridors::Network at = network_;
  at.rows = rows_at(values, false);
  problem.cost_log = corridors::link_costs(at, parameters);
  at.rows = rows_at(values, true);
  problem.new_cost_log = corridors::link_costs(at, parameters);
  for (std::size_t c = 0; c < changes_.size(); ++c) {
    if (!changes_[c].close) continue;
    for (std::size_t l = 0; l < network_.links.size(); ++l) {
      const std::vector<std::size_t>& rows = changed_rows_[c];
      if (std::find(rows.begin(), rows.end(), network_.links[l].row) == rows.end()) continue;
      problem.new_cost_log[l] = std::numeric_limits<double>::infinity();
    }
  }
  problem.route.cheapest = routes_.cheapest;
  if (!routes_.cheapest) problem.route.shape = values.at(kShape);
  const auto congestion = values.find(kCongestion);
  problem.congestion = congestion == values.end() ? 0.0 : congestion->second;
  return problem;
}

}  // namespace altyn::study
