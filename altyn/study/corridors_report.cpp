#include "altyn/study/corridors_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "altyn/attribution/interval.h"
#include "altyn/attribution/result_json.h"
#include "altyn/data/table.h"

namespace altyn::study {
namespace {

using attribution::Cell;
using attribution::ResultTable;
using corridors::Network;

// Values of links summed by row of the table.
std::vector<double> by_row(const Network& network, const std::vector<double>& by_link) {
  std::vector<double> sums(network.rows.size(), 0.0);
  for (std::size_t l = 0; l < network.links.size(); ++l) sums[network.links[l].row] += by_link[l];
  return sums;
}

// Both directions of a row cost the same.
std::vector<double> row_cost(const Network& network, const std::vector<double>& cost_log) {
  std::vector<double> cost(network.rows.size(), 0.0);
  for (std::size_t l = 0; l < network.links.size(); ++l) cost[network.links[l].row] = cost_log[l];
  return cost;
}

std::string cell_text(const Cell& cell, const std::string& unit) {
  if (const auto* name = std::get_if<std::string>(&cell)) return *name;
  const auto* value = std::get_if<double>(&cell);
  if (value == nullptr || !std::isfinite(*value)) return "";
  if (unit == "fraction") return fmt::format("{:.2f}%", 100.0 * *value);
  return std::abs(*value) < 10.0 && unit == "million USD" ? fmt::format("{:.2f}", *value)
                                                          : fmt::format("{:.0f}", *value);
}

// Rows by value, with their range over the draws.
ResultTable values_table(const Network& network, const LinkLeague& league) {
  ResultTable table{.id = "link_values",
                    .title = "What a 1% cheaper link is worth a year, million USD",
                    .note =
                        "1% less of the link's time, distance and fees, both ways; real income at "
                        "today's spending",
                    .columns = {{"from", "From", ""},
                                {"to", "To", ""},
                                {"mode", "Mode", ""},
                                {"cost_share", "Of value", "fraction"},
                                {"value_musd", "1% off", "million USD"},
                                {"low_musd", "5%", "million USD"},
                                {"high_musd", "95%", "million USD"}}};
  std::vector<std::size_t> order(league.value_musd.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return league.value_musd[a] > league.value_musd[b];
  });
  const std::vector<double> cost = row_cost(network, league.cost_log);
  for (const std::size_t r : order) {
    std::vector<double> sorted;
    for (const std::vector<double>& draw : league.draws) sorted.push_back(draw[r]);
    std::sort(sorted.begin(), sorted.end());
    const auto quantile = [&](double p) {
      return sorted.empty() ? data::kMissing : attribution::sorted_quantile(sorted, p);
    };
    const corridors::LinkRow& row = network.rows[r];
    table.add({row.from, row.to, row.mode, std::expm1(cost[r]), league.value_musd[r],
               quantile(0.05), quantile(0.95)});
  }
  return table;
}

// The first rows as text, all of them as JSON and as a file.
void add_table(StudyResult& result, const ResultTable& table, std::size_t shown) {
  result.text += table_text(table, shown);
  result.value = {{"schema", "altyn.corridors/1"},
                  {"tables", {{table.id, attribution::to_json(table)}}}};
  result.files.push_back({table.id + ".csv", attribution::to_data_table(table)});
}

}  // namespace

ResultTable links_table(const CorridorSetting& setting, const Values& values,
                        const std::vector<double>& cost_log) {
  ResultTable table{.id = "links",
                    .title = "Links",
                    .note = "Both directions cost the same",
                    .columns = {{"from", "From", ""},
                                {"to", "To", ""},
                                {"mode", "Mode", ""},
                                {"crossing", "Crossing", ""},
                                {"length_km", "Length, km", "km"},
                                {"hours", "Hours", "hours"},
                                {"fee_usd", "Fee, USD", "USD"},
                                {"cost_share", "Of value", "fraction"}}};
  const std::vector<corridors::LinkRow> rows = setting.rows_at(values, false);
  const std::vector<double> cost = row_cost(setting.network(), cost_log);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const corridors::LinkRow& row = rows[r];
    table.add({row.from, row.to, row.mode, row.crossing, row.length_km,
               row.length_km / row.speed_kmh + row.wait_hours, row.fee_usd, std::expm1(cost[r])});
  }
  return table;
}

ResultTable traffic_table(const Network& network, const std::vector<double>& before,
                          const std::vector<double>* after) {
  ResultTable table{.id = "traffic",
                    .title = "Trade that passes, both ways, million USD",
                    .note = "Trade of all economies by the probability that a route has the link",
                    .columns = {{"from", "From", ""},
                                {"to", "To", ""},
                                {"mode", "Mode", ""},
                                {"traffic_musd", "Today", "million USD"}}};
  const std::vector<double> now = by_row(network, before);
  std::vector<double> then = now, change(now.size(), 0.0);
  if (after != nullptr) {
    table.columns.push_back({"traffic_after_musd", "After", "million USD"});
    table.columns.push_back({"traffic_change_musd", "Change", "million USD"});
    then = by_row(network, *after);
    for (std::size_t r = 0; r < now.size(); ++r) change[r] = then[r] - now[r];
  }
  const std::vector<double>& key = after == nullptr ? now : change;
  std::vector<std::size_t> order(now.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(key[a]) > std::abs(key[b]);
  });
  for (const std::size_t r : order) {
    const corridors::LinkRow& row = network.rows[r];
    std::vector<Cell> cells{row.from, row.to, row.mode, now[r]};
    if (after != nullptr) {
      cells.emplace_back(then[r]);
      cells.emplace_back(change[r]);
    }
    table.add(std::move(cells));
  }
  return table;
}

ResultTable map_table(const Network& network, const std::vector<double>& before,
                      const std::vector<double>& after, const std::vector<bool>& focus,
                      const std::vector<bool>& touched) {
  ResultTable table{.id = "corridor_map",
                    .title = "Trade on every link, before and after",
                    .note = "Land: Natural Earth, public domain",
                    .columns = {{"from", "From", ""},
                                {"to", "To", ""},
                                {"mode", "Mode", ""},
                                {"traffic_musd", "Today", "million USD"},
                                {"traffic_after_musd", "After", "million USD"},
                                {"changed", "Changed", "bool"},
                                {"from_longitude", "From, longitude", "degrees"},
                                {"from_latitude", "From, latitude", "degrees"},
                                {"from_focus", "From, in the picture", "bool"},
                                {"to_longitude", "To, longitude", "degrees"},
                                {"to_latitude", "To, latitude", "degrees"},
                                {"to_focus", "To, in the picture", "bool"}}};
  const std::vector<double> now = by_row(network, before), then = by_row(network, after);
  for (std::size_t r = 0; r < network.rows.size(); ++r) {
    const corridors::LinkRow& row = network.rows[r];
    const std::size_t from = network.node(row.from, row.place);
    const std::size_t to = network.node(row.to, row.place);
    const corridors::Node &a = network.nodes[from], &b = network.nodes[to];
    table.add({row.from, row.to, row.mode, now[r], then[r], bool{touched[r]}, a.longitude,
               a.latitude, focus[from] || touched[r], b.longitude, b.latitude,
               focus[to] || touched[r]});
  }
  return table;
}

std::vector<double> row_values(const Network& network, const std::vector<double>& cost_log,
                               const std::vector<double>& slope, double spending_musd) {
  std::vector<double> gain(slope.size(), 0.0);
  for (std::size_t l = 0; l < gain.size(); ++l) {
    if (std::isfinite(cost_log[l])) gain[l] = -0.01 * cost_log[l] * slope[l] * spending_musd;
  }
  return by_row(network, gain);
}

std::string table_text(const ResultTable& table, std::size_t shown) {
  // Names of places at the left, everything else at the right.
  const auto padded = [](const std::string& word, std::size_t column) {
    return column < 2 ? fmt::format("{:<17}", word) : fmt::format("{:>12}", word);
  };
  std::string text = fmt::format("\n\033[1m{}\n", table.title);
  for (std::size_t c = 0; c < table.columns.size(); ++c) text += padded(table.columns[c].label, c);
  text += "\033[0m\n";
  for (std::size_t r = 0; r < std::min(shown, table.rows.size()); ++r) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      text += padded(cell_text(table.rows[r][c], table.columns[c].unit), c);
    }
    text += "\n";
  }
  if (table.rows.size() > shown) text += fmt::format("and {} more\n", table.rows.size() - shown);
  return text;
}

std::string traffic_sentence(const ResultTable& traffic) {
  std::vector<std::string> words;
  for (const auto& row : traffic.rows) {
    if (words.size() == 3) break;
    const double now = std::get<double>(row[3]), then = std::get<double>(row[4]);
    if (now == then) continue;
    words.push_back(fmt::format("{} - {} by {} from {:.1f} to {:.1f}",
                                std::get<std::string>(row[0]), std::get<std::string>(row[1]),
                                std::get<std::string>(row[2]), now / 1000.0, then / 1000.0));
  }
  return fmt::format("Traffic moves most on: {} billion USD a year.", fmt::join(words, "; "));
}

Certificate adjoint_certificate(const corridors::LinkValue& value) {
  Certificate certificate;
  certificate.subject = "value of links";
  certificate.status = value.status;
  certificate.positive = true;
  certificate.blocks = {{.name = "adjoint",
                         .residual = value.residual,
                         .tolerance = 1e-8,
                         .measure = "relative to the measure's own"}};
  return certificate;
}

StudyResult links_answer(const CorridorSetting& setting, const Values& values,
                         const std::vector<std::size_t>& places) {
  const corridors::CorridorProblem problem = setting.problem_at(values, places);
  const Network& network = setting.network();
  StudyResult result;
  result.text =
      fmt::format("{} nodes, {} links, {} economies at {} of the nodes\n", network.nodes.size(),
                  network.rows.size(), places.size(), corridors::Terminals(places).nodes.size());
  if (!problem.route.cheapest) {
    const corridors::SpectralRadius radius =
        corridors::spectral_radius(network, problem.cost_log, problem.route.shape);
    const bool below = radius.high < 1.0;
    result.text += fmt::format(
        "shape of routes {:g}; the spectral radius of link weights is {} {:.3f}{}\n",
        problem.route.shape, below ? "at most" : "at least", below ? radius.high : radius.low,
        below ? "" : ": routes that go round for ever are as good as those that arrive");
  }
  const ResultTable table = links_table(setting, values, problem.cost_log);
  add_table(result, table, table.rows.size());
  return result;
}

StudyResult traffic_answer(const corridors::CorridorProblem& problem,
                           const std::vector<double>& trade, Context& context) {
  const Network& network = *problem.network;
  const corridors::Terminals terminals(problem.node);
  const corridors::Routes routes(network, problem.cost_log, terminals.nodes, problem.route,
                                 context);
  const std::vector<double> weight = terminals.gather(trade);
  const std::vector<double> sums = routes.link_sums(weight, context);
  Certificate certificate;
  certificate.subject = "routes";
  certificate.status = SolveStatus::kConverged;
  certificate.positive = true;
  certificate.blocks = {
      routes.certificate(),
      {.name = "traffic",
       .residual = corridors::conservation_gap(network, terminals.nodes, weight, sums),
       .tolerance = 1e-9,
       .measure = "max |in - out| / all trade"}};
  StudyResult result;
  result.certificates = {certificate};
  add_table(result, traffic_table(network, sums, nullptr), kShownLinks);
  result.text += "\n" + certificate.summary() + "\n";
  return result;
}

StudyResult values_answer(const Network& network, const LinkLeague& league) {
  StudyResult result;
  result.certificates = {league.certificate};
  if (!result.certified()) {
    result.text = fmt::format("No answer: {}\n", league.certificate.summary());
    return result;
  }
  result.text = fmt::format(
      "Real income of {}, spending {:.0f} million USD a year; {} draws, {} of them without an "
      "answer\n",
      league.whose, league.spending_musd, league.n_draws,
      league.n_draws - static_cast<Index>(league.draws.size()));
  add_table(result, values_table(network, league), kShownLinks);
  result.text += "\n" + league.certificate.summary() + "\n";
  return result;
}

}  // namespace altyn::study
