#include "altyn/equilibrium/io_base.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/numerics/matrix_balance.h"

namespace altyn::equilibrium {
namespace {

using data::IoTable;

double sum_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

std::string place_name(const IoTable& table, std::size_t industry) {
  return fmt::format("{} in {}", table.sectors[industry % table.sectors.size()],
                     table.economies[industry / table.sectors.size()]);
}

std::vector<double> sales_of(const IoTable& table) {
  const std::size_t n = table.economies.size();
  const std::size_t n_industries = table.n_industries();
  std::vector<double> sales(n_industries, 0.0);
  for (std::size_t i = 0; i < n_industries; ++i) {
    for (std::size_t k = 0; k < n_industries; ++k)
      sales[i] += table.intermediate[i * n_industries + k];
    for (std::size_t e = 0; e < n; ++e) {
      sales[i] += table.final_use[i * n + e] + table.inventories[i * n + e];
    }
  }
  return sales;
}

std::vector<double> inputs_of(const IoTable& table) {
  const std::size_t n_industries = table.n_industries();
  std::vector<double> inputs(n_industries, 0.0);
  for (std::size_t i = 0; i < n_industries; ++i) {
    for (std::size_t k = 0; k < n_industries; ++k)
      inputs[k] += table.intermediate[i * n_industries + k];
  }
  return inputs;
}

// All that an industry pays besides inputs is value added from here on.
void join_costs(IoTable& table) {
  for (std::size_t i = 0; i < table.n_industries(); ++i) {
    table.value_added[i] += table.taxes[i] + table.other_costs[i];
    table.taxes[i] = table.other_costs[i] = 0.0;
  }
}

// Outputs that meet final uses at the present cost shares: x = A x + f, by its own series.
void produce_again(IoTable& table, IoBase& made) {
  const std::size_t n = table.economies.size();
  const std::size_t n_industries = table.n_industries();
  std::vector<double> wanted(n_industries, 0.0);
  for (std::size_t i = 0; i < n_industries; ++i) {
    for (std::size_t e = 0; e < n; ++e) {
      wanted[i] += table.final_use[i * n + e] + table.inventories[i * n + e];
    }
  }
  std::vector<double> old = table.output;
  for (double& value : old) value = std::max(value, 0.0);
  std::vector<double> output = old;
  std::vector<double> next(n_industries), activity(n_industries);
  constexpr int kMostRounds = 2000;
  double gap = 1.0;
  for (int round = 0; round < kMostRounds && gap > 1e-13; ++round) {
    double largest = 0.0;
    for (std::size_t k = 0; k < n_industries; ++k) {
      activity[k] = old[k] > 0.0 ? output[k] / old[k] : 0.0;
      largest = std::max(largest, output[k]);
    }
    gap = 0.0;
    for (std::size_t i = 0; i < n_industries; ++i) {
      double value = wanted[i];
      for (std::size_t k = 0; k < n_industries; ++k) {
        value += table.intermediate[i * n_industries + k] * activity[k];
      }
      next[i] = std::max(value, 0.0);
      gap = std::max(gap, std::abs(next[i] - output[i]) / largest);
    }
    output.swap(next);
  }
  if (!(gap <= 1e-9)) {
    throw InputError({.code = "no-output",
                      .what = fmt::format("outputs computed again still move by {:.2g}", gap),
                      .where = table.source,
                      .why = "an industry of the table costs more than it sells",
                      .fixes = {"--inventories final_use keeps the printed outputs"}});
  }
  double moved = 0.0;
  for (std::size_t k = 0; k < n_industries; ++k) {
    const double factor = old[k] > 0.0 ? output[k] / old[k] : 0.0;
    for (std::size_t i = 0; i < n_industries; ++i)
      table.intermediate[i * n_industries + k] *= factor;
    table.value_added[k] *= factor;
    moved += std::abs(output[k] - old[k]);
  }
  made.output_moved_share = moved / sum_of(old);
  table.output = output;
}

void settle_inventories(IoTable& table, InventoryRule rule, IoBase& made) {
  double size = 0.0;
  for (const double value : table.inventories) size += std::abs(value);
  made.inventory_share = size / sum_of(table.output);
  if (size == 0.0) return;
  for (std::size_t k = 0; k < table.inventories.size(); ++k) {
    if (rule == InventoryRule::kFinalUse ||
        (rule == InventoryRule::kProduced && table.inventories[k] > 0.0)) {
      table.final_use[k] += table.inventories[k];
    }
    table.inventories[k] = 0.0;
  }
  const char* words = "bought like consumption";
  if (rule != InventoryRule::kFinalUse) {
    produce_again(table, made);
    words = rule == InventoryRule::kProduced ? "what was taken out of them counts as made this year"
                                             : "left out";
  }
  std::string sentence = fmt::format("Changes in inventories, {:.2f}% of output: {}.",
                                     100.0 * made.inventory_share, words);
  if (rule != InventoryRule::kFinalUse) {
    sentence += fmt::format(" Outputs were computed again and moved by {:.2f}%.",
                            100.0 * made.output_moved_share);
  }
  made.notes.push_back(std::move(sentence));
}

void settle_negatives(IoTable& table, double floor, IoBase& made) {
  const double world = sum_of(table.output);
  double removed = 0.0;
  std::size_t n_cells = 0;
  for (std::vector<double>* flows : {&table.intermediate, &table.final_use}) {
    for (double& value : *flows) {
      if (!(value < 0.0)) continue;
      removed -= value;
      value = 0.0;
      ++n_cells;
    }
  }
  made.negative_share = removed / world;
  if (n_cells > 0) {
    made.notes.push_back(fmt::format("{} negative flows, {:.3f}% of output, were set to zero.",
                                     n_cells, 100.0 * made.negative_share));
  }
  double raised = 0.0;
  std::string places;
  std::size_t n_raised = 0;
  for (std::size_t i = 0; i < table.n_industries(); ++i) {
    table.output[i] = std::max(table.output[i], 0.0);
    const double least = floor * table.output[i];
    if (table.value_added[i] >= least) continue;
    raised += least - table.value_added[i];
    table.value_added[i] = least;
    if (++n_raised <= 3) places += (places.empty() ? "" : ", ") + place_name(table, i);
  }
  made.floored_share = raised / world;
  if (n_raised > 0) {
    made.notes.push_back(fmt::format(
        "Value added of {} industries ({}{}) was brought up to {:.1f}% of output, {:.3f}% of all "
        "output.",
        n_raised, places, n_raised > 3 ? ", ..." : "", 100.0 * floor, 100.0 * made.floored_share));
  }
}

// What moved between two tables of flows.
void report_movement(const IoTable& old, const IoTable& now, IoBase& made) {
  double before = 0.0, after = 0.0, weighted = 0.0, entropy = 0.0;
  std::size_t worst = 0;
  const std::size_t n_flows = old.intermediate.size();
  const auto value = [n_flows](const IoTable& table, std::size_t k) {
    return k < n_flows ? table.intermediate[k] : table.final_use[k - n_flows];
  };
  for (std::size_t k = 0; k < n_flows + old.final_use.size(); ++k) {
    const double from = value(old, k), to = value(now, k);
    if (!(from > 0.0) || !(to > 0.0)) continue;
    const double change = std::log(to / from);
    if (std::abs(change) > made.largest_log_change) {
      made.largest_log_change = std::abs(change);
      worst = k;
    }
    before += from;
    after += to;
    weighted += to * std::abs(change);
    entropy += to * change;
  }
  made.mean_log_change = weighted / after;
  made.relative_entropy = entropy / after - std::log(after / before);
  const std::size_t n_industries = old.n_industries();
  const std::size_t n = old.economies.size();
  made.worst_place =
      worst < n_flows
          ? fmt::format("{} to {}", place_name(old, worst / n_industries),
                        place_name(old, worst % n_industries))
          : fmt::format("{} to final users in {}", place_name(old, (worst - n_flows) / n),
                        old.economies[(worst - n_flows) % n]);
}

// The nearest flows with these outputs and value added, in relative entropy.
void balance(IoTable& table) {
  const std::size_t n = table.economies.size();
  const std::size_t n_industries = table.n_industries();
  // Rows and columns that hold nothing stay out.
  const std::vector<double> sales = sales_of(table);
  const std::vector<double> inputs = inputs_of(table);
  std::vector<std::size_t> rows, columns;
  std::vector<double> row_totals, column_totals;
  for (std::size_t i = 0; i < n_industries; ++i) {
    if (!(table.output[i] > 0.0)) {
      for (std::size_t k = 0; k < n_industries; ++k) {
        table.intermediate[i * n_industries + k] = table.intermediate[k * n_industries + i] = 0.0;
      }
      for (std::size_t e = 0; e < n; ++e) table.final_use[i * n + e] = 0.0;
      table.value_added[i] = 0.0;
      continue;
    }
    if (!(sales[i] > 0.0)) {
      throw InputError(
          {.code = "io-not-repairable",
           .what = fmt::format("{} has output but sells nothing", place_name(table, i)),
           .where = table.source,
           .why = "its sales cannot be scaled up from zero",
           .fixes = {"--repair value_added"}});
    }
    rows.push_back(i);
    row_totals.push_back(table.output[i]);
    if (inputs[i] > 0.0 && table.output[i] > table.value_added[i]) {
      columns.push_back(i);
      column_totals.push_back(table.output[i] - table.value_added[i]);
    } else {  // it buys nothing: all it earns is value added
      for (std::size_t k = 0; k < n_industries; ++k) table.intermediate[k * n_industries + i] = 0.0;
      table.value_added[i] = table.output[i];
    }
  }
  double final_total = sum_of(row_totals) - sum_of(column_totals);
  std::vector<double> final_uses(n, 0.0);
  for (const std::size_t i : rows) {
    for (std::size_t e = 0; e < n; ++e) final_uses[e] += table.final_use[i * n + e];
  }
  const double printed = sum_of(final_uses);
  for (std::size_t e = 0; e < n; ++e) {
    if (!(final_uses[e] > 0.0)) continue;
    columns.push_back(n_industries + e);
    column_totals.push_back(final_uses[e] * final_total / printed);
  }
  std::vector<double> cells;
  cells.reserve(rows.size() * columns.size());
  const auto cell = [&](std::size_t i, std::size_t column) -> double& {
    return column < n_industries ? table.intermediate[i * n_industries + column]
                                 : table.final_use[i * n + column - n_industries];
  };
  for (const std::size_t i : rows) {
    for (const std::size_t column : columns) cells.push_back(cell(i, column));
  }
  numerics::FixedPointOptions search;
  search.tolerance = 1e-10;
  search.max_iterations = 5000;
  const numerics::BalanceResult found =
      numerics::balance_matrix(cells, row_totals, column_totals, search);
  if (found.status != SolveStatus::kConverged &&
      !(found.residual >= 0.0 && found.residual < 1e-7)) {
    throw InputError(
        {.code = "io-not-repairable",
         .what = fmt::format(
             "scaling rows and columns leaves a gap of {:.2g}, worst for {}", found.residual,
             found.worst_row >= 0
                 ? place_name(table, rows[static_cast<std::size_t>(found.worst_row)])
                 : "no row"),
         .where = table.source,
         .why = "no table with these zeros has the printed outputs and value added",
         .fixes = {"--repair value_added"}});
  }
  std::size_t k = 0;
  for (const std::size_t i : rows) {
    for (const std::size_t column : columns) cell(i, column) = cells[k++];
  }
}

void take_sales_as_they_are(IoTable& table, double floor, IoBase& made) {
  const std::vector<double> sales = sales_of(table);
  const std::vector<double> inputs = inputs_of(table);
  const std::size_t n_industries = table.n_industries();
  double before = 0.0, after = 0.0, weighted = 0.0, entropy = 0.0;
  for (std::size_t i = 0; i < n_industries; ++i) {
    const double old = table.value_added[i];
    table.output[i] = sales[i];
    double now = sales[i] - inputs[i];
    if (sales[i] > 0.0 && now < floor * sales[i]) {  // inputs are scaled to leave the floor
      const double factor = (1.0 - floor) * sales[i] / inputs[i];
      for (std::size_t k = 0; k < n_industries; ++k)
        table.intermediate[k * n_industries + i] *= factor;
      now = floor * sales[i];
    }
    if (!(sales[i] > 0.0)) {
      for (std::size_t k = 0; k < n_industries; ++k) table.intermediate[k * n_industries + i] = 0.0;
      now = 0.0;
    }
    table.value_added[i] = now;
    if (!(old > 0.0) || !(now > 0.0)) continue;
    const double change = std::log(now / old);
    if (std::abs(change) > made.largest_log_change) {
      made.largest_log_change = std::abs(change);
      made.worst_place = "value added of " + place_name(table, i);
    }
    before += old;
    after += now;
    weighted += now * std::abs(change);
    entropy += now * change;
  }
  if (after > 0.0) {
    made.mean_log_change = weighted / after;
    made.relative_entropy = entropy / after - std::log(after / before);
  }
}

MultiSectorLevels levels_of(const IoTable& table, const std::vector<double>& rate, IoBase& made) {
  const std::size_t n = table.economies.size();
  const std::size_t n_sectors = table.sectors.size();
  const std::size_t n_industries = table.n_industries();
  MultiSectorLevels levels;
  levels.economies = table.economies;
  levels.sectors = table.sectors;
  levels.trade.assign(n_sectors * n * n, 0.0);
  levels.intermediate_use.assign(n * n_sectors * n_sectors, 0.0);
  levels.value_added.assign(n_industries, 0.0);
  if (!rate.empty()) levels.tariff.assign(levels.trade.size(), 0.0);
  double imports = 0.0, duties = 0.0;
  for (std::size_t i = 0; i < n_industries; ++i) {
    const std::size_t exporter = i / n_sectors;
    const std::size_t sector = i % n_sectors;
    for (std::size_t to = 0; to < n; ++to) {
      const double duty = rate.empty() ? 0.0 : rate[i * n + to];
      const std::size_t cell = (sector * n + to) * n + exporter;
      double value = table.final_use[i * n + to];
      for (std::size_t output = 0; output < n_sectors; ++output) {
        const double used = table.intermediate[i * n_industries + to * n_sectors + output];
        value += used;
        levels.intermediate_use[(to * n_sectors + sector) * n_sectors + output] +=
            used * (1.0 + duty);
      }
      levels.trade[cell] = value;
      if (!rate.empty()) levels.tariff[cell] = duty;
      if (to != exporter) {
        imports += value;
        duties += value * duty;
      }
    }
  }
  made.duty_share = imports > 0.0 ? duties / imports : 0.0;
  // Duties on inputs are part of what users pay, so value added is what is left.
  std::size_t n_short = 0;
  for (std::size_t i = 0; i < n_industries; ++i) {
    const std::size_t e = i / n_sectors;
    const std::size_t sector = i % n_sectors;
    double paid = 0.0;
    for (std::size_t input = 0; input < n_sectors; ++input) {
      paid += levels.intermediate_use[(e * n_sectors + input) * n_sectors + sector];
    }
    double own = table.output[i] - paid;
    const double least = 0.1 * table.value_added[i];
    if (own < least && paid > 0.0) {
      const double factor = (table.output[i] - least) / paid;
      for (std::size_t input = 0; input < n_sectors; ++input) {
        levels.intermediate_use[(e * n_sectors + input) * n_sectors + sector] *= factor;
      }
      own = least;
      ++n_short;
    }
    levels.value_added[sector * n + e] = std::max(own, 0.0);
  }
  if (n_short > 0) {
    made.notes.push_back(fmt::format(
        "Duties on inputs left {} industries less than a tenth of their value added; their inputs "
        "were scaled down.",
        n_short));
  }
  return levels;
}

}  // namespace

std::vector<Field<IoBaseOptions>> IoBaseOptions::fields() {
  return {
      make_enum_field<&IoBaseOptions::inventories>(
          {.name = "inventories",
           .doc = "changes in inventories: bought like consumption, what was taken out counts as "
                  "made this year, or left out; the last two compute outputs again",
           .source = "Costinot and Rodriguez-Clare (2014)"},
          {"final_use", "produced", "leave_out"}),
      make_enum_field<&IoBaseOptions::repair>(
          {.name = "repair",
           .doc = "a table whose rows or columns do not add up: refuse it, move flows to the "
                  "nearest that does (ras), or let value added take the rest"},
          {"refuse", "ras", "value_added"}),
      make_field(&IoBaseOptions::tolerance,
                 {.name = "tolerance",
                  .doc = "gap of a row or column, relative to output, that is made good silently",
                  .minimum = 0.0}),
      make_field(&IoBaseOptions::value_added_floor,
                 {.name = "value_added_floor",
                  .doc = "least value added of an industry as a share of its output",
                  .minimum = 1e-6,
                  .maximum = 0.5})};
}

double IoCheck::largest() const {
  double largest = 0.0;
  for (const CertificateBlock& block : blocks) largest = std::max(largest, block.residual);
  return largest;
}

std::string IoCheck::to_text() const {
  std::string text;
  for (const CertificateBlock& block : blocks) {
    text += fmt::format("{:<6} {:.3g} ({}), worst: {}\n", block.name, block.residual, block.measure,
                        block.worst);
  }
  return text;
}

IoCheck check_io_table(const IoTable& table, double tolerance) {
  const std::vector<double> sales = sales_of(table);
  std::vector<double> costs = inputs_of(table);
  const double world = sum_of(table.output);
  double final_uses = sum_of(table.final_use) + sum_of(table.inventories);
  double earned = 0.0;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const double own = table.value_added[i] + table.taxes[i] + table.other_costs[i];
    costs[i] += own;
    earned += own;
  }
  IoCheck check;
  const auto add = [&](const char* name, const char* measure, const std::vector<double>& sums) {
    double largest = 0.0;
    std::size_t worst = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const double gap =
          std::abs(sums[i] - table.output[i]) / std::max(table.output[i], 1e-6 * world);
      if (gap > largest) {
        largest = gap;
        worst = i;
      }
    }
    check.blocks.push_back({name, largest, tolerance, measure, place_name(table, worst)});
  };
  add("sales", "max |sales / output - 1|", sales);
  add("costs", "max |costs / output - 1|", costs);
  check.blocks.push_back({"world", std::abs(final_uses / earned - 1.0), tolerance,
                          "|final uses / value added - 1|", "world"});
  return check;
}

IoBase io_base(const IoTable& printed, const std::vector<double>& rate,
               const IoBaseOptions& options, Context& context) {
  IoBase made;
  made.printed = check_io_table(printed, options.tolerance);
  IoTable table = printed;
  join_costs(table);
  settle_inventories(table, options.inventories, made);
  settle_negatives(table, options.value_added_floor, made);
  context.throw_if_stopped();
  made.before = check_io_table(table, options.tolerance);
  const bool off = made.before.largest() > options.tolerance;
  if (off && options.repair == IoRepair::kRefuse) {
    std::vector<std::string> gaps;
    for (const CertificateBlock& block : made.before.blocks) {
      gaps.push_back(fmt::format("{}: {:.3g}, {} (worst: {})", block.name, block.residual,
                                 block.measure, block.worst));
    }
    throw InputError({.code = "io-not-balanced",
                      .what = fmt::format("the table misses its own totals by up to {:.3g}",
                                          made.before.largest()),
                      .where = printed.source,
                      .context = std::move(gaps),
                      .why = "a model would move before anything is changed",
                      .fixes = {"--repair ras moves flows to the nearest table that adds up",
                                "--repair value_added keeps flows"}});
  }
  const IoTable before = table;
  if (off && options.repair == IoRepair::kRas) {
    balance(table);
    report_movement(before, table, made);
  } else {
    take_sales_as_they_are(table, options.value_added_floor, made);
  }
  if (off) {
    made.notes.push_back(fmt::format(
        "The table missed its own totals by up to {:.3g} and was repaired: {} moved by {:.3f}% on "
        "average, by {:.1f}% at most ({}); relative entropy {:.3g}.",
        made.before.largest(), options.repair == IoRepair::kRas ? "flows" : "value added",
        100.0 * std::expm1(made.mean_log_change), 100.0 * std::expm1(made.largest_log_change),
        made.worst_place, made.relative_entropy));
  }
  made.after = check_io_table(table, options.tolerance);
  made.levels = levels_of(table, rate, made);
  return made;
}

}  // namespace altyn::equilibrium
