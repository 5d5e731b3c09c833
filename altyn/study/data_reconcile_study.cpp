#include "altyn/study/data_reconcile_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/domestic_trade.h"
#include "altyn/data/trade_columns.h"
#include "altyn/estimation/mirror_reconciliation.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using data::NumberColumn;
using data::Table;
using estimation::Reconciliation;

constexpr std::size_t kShownGaps = 10;
constexpr std::size_t kShownReporters = 5;

struct Covariates {
  std::vector<double> distance_km, contiguous;
};

// Distances of the panel's pairs by a table of pairs; of several columns the weighted one.
Covariates covariates_of(const data::PairPanel& panel, const std::string& file,
                         DataSources& sources) {
  Covariates found;
  const auto n_rows = static_cast<std::size_t>(panel.table.n_rows());
  found.distance_km.assign(n_rows, data::kMissing);
  found.contiguous.assign(n_rows, data::kMissing);
  if (file.empty()) return found;
  const Table table = sources.read(file);
  const data::TradeColumns columns = data::find_trade_columns(table);
  const data::TextColumn& from = table.texts(columns.require(data::Role::kExporter, table));
  const data::TextColumn& to = table.texts(columns.require(data::Role::kImporter, table));
  const NumberColumn& distance = table.numbers(
      table.has("distw_km") ? "distw_km" : columns.require(data::Role::kDistance, table));
  const std::string* contiguity = columns.find(data::Role::kContiguity);
  std::map<std::pair<std::string, std::string>, std::size_t> row_of;
  for (Index row = 0; row < table.n_rows(); ++row) {
    row_of.emplace(
        std::pair(data::read_economy(from.at(row)).code, data::read_economy(to.at(row)).code),
        static_cast<std::size_t>(row));
  }
  for (std::size_t row = 0; row < n_rows; ++row) {
    const auto place =
        row_of.find({std::string(panel.table.texts("exporter").at(static_cast<Index>(row))),
                     std::string(panel.table.texts("importer").at(static_cast<Index>(row)))});
    if (place == row_of.end()) continue;
    found.distance_km[row] = distance[place->second];
    if (contiguity != nullptr) found.contiguous[row] = table.numbers(*contiguity)[place->second];
  }
  return found;
}

std::string amount(double musd) {
  return data::is_missing(musd) ? "nothing" : fmt::format("{:.{}f}", musd, musd < 100.0 ? 1 : 0);
}

std::string describe_flow(const Table& table, std::size_t row) {
  const auto at = static_cast<Index>(row);
  std::string text =
      fmt::format("{} to {}", table.texts("exporter").at(at), table.texts("importer").at(at));
  if (table.has("year")) text += fmt::format(" {:.0f}", table.numbers("year")[row]);
  return text + fmt::format(
                    ": importer {}, exporter {}; reconciled {} ({} to {}), weight of the importer "
                    "{:.0f}%",
                    amount(table.numbers("by_importer_musd")[row]),
                    amount(table.numbers("by_exporter_musd")[row]),
                    amount(table.numbers("trade_musd")[row]),
                    amount(table.numbers("low_musd")[row]), amount(table.numbers("high_musd")[row]),
                    100.0 * table.numbers("importer_weight")[row]);
}

// Rows that both sides record, the largest difference in money first.
std::vector<std::size_t> rows_by_gap(const Table& table) {
  std::vector<std::size_t> rows;
  const NumberColumn& gap = table.numbers("gap_log");
  for (std::size_t row = 0; row < gap.size(); ++row) {
    if (!data::is_missing(gap[row])) rows.push_back(row);
  }
  std::vector<double> stake(gap.size(), 0.0);
  for (const std::size_t row : rows) {
    stake[row] =
        std::abs(table.numbers("by_importer_musd")[row] / table.numbers("cif_fob_ratio")[row] -
                 table.numbers("by_exporter_musd")[row]);
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::size_t a, std::size_t b) { return stake[a] > stake[b]; });
  return rows;
}

Table picked(const Table& table, const std::vector<std::size_t>& rows) {
  Table result(table.source());
  for (const data::Column& column : table.columns()) {
    if (column.is_number()) {
      NumberColumn values;
      for (const std::size_t row : rows) values.push_back(table.numbers(column.name)[row]);
      result.add(column.name, std::move(values), column.unit);
    } else {
      std::vector<std::string> values;
      for (const std::size_t row : rows) {
        values.emplace_back(table.texts(column.name).at(static_cast<Index>(row)));
      }
      result.add(column.name, values);
    }
  }
  return result;
}

// The table with a row per economy and year for what it sells at home, flagged.
Table with_domestic(const Table& table, const data::DomesticSources& sources,
                    data::DomesticOptions options, std::vector<data::Finding>& findings) {
  options.leave_out_unknown = true;
  const data::PairPanel panel = data::load_pair_panel(table);
  std::vector<std::string> flags(static_cast<std::size_t>(table.n_rows()));
  std::vector<std::string> exporters, importers, records;
  NumberColumn years, value, low, high;
  for (const int year : panel.years) {
    const data::World world = data::build_world(panel, year, sources, options);
    for (const data::DomesticTrade& own : world.domestic) {
      if (own.flag == "observed") continue;  // a row of the table itself
      exporters.push_back(own.economy);
      records.emplace_back("domestic");
      flags.push_back(own.flag);
      years.push_back(year);
      value.push_back(own.value_musd);
      low.push_back(own.low_musd);
      high.push_back(own.high_musd);
    }
    findings.insert(findings.end(), world.findings.begin(), world.findings.end());
  }
  Table result(table.source());
  const auto numbers = [&](const char* name, const NumberColumn& more) {
    NumberColumn all = table.numbers(name);
    if (more.empty()) {
      all.resize(flags.size(), data::kMissing);
    } else {
      all.insert(all.end(), more.begin(), more.end());
    }
    result.add(name, std::move(all), table.column(name).unit);
  };
  const auto texts = [&](const char* name, const std::vector<std::string>& more) {
    std::vector<std::string> all;
    for (Index row = 0; row < table.n_rows(); ++row) all.emplace_back(table.texts(name).at(row));
    all.insert(all.end(), more.begin(), more.end());
    result.add(name, all);
  };
  texts("exporter", exporters);
  texts("importer", exporters);
  numbers("year", years);
  numbers("trade_musd", value);
  numbers("low_musd", low);
  numbers("high_musd", high);
  for (const char* name : {"by_importer_musd", "by_exporter_musd", "cif_fob_ratio",
                           "importer_weight", "gap_log", "widening"}) {
    numbers(name, {});
  }
  texts("record", records);
  result.add("domestic_flag", flags);
  return result;
}

Table reporters_table(const Reconciliation& found) {
  Table table("reporters");
  std::vector<std::string> economies;
  NumberColumn sd, exports, imports, flows;
  for (const estimation::ReporterQuality& reporter : found.reporters) {
    economies.push_back(reporter.economy);
    sd.push_back(reporter.sd_log);
    exports.push_back(reporter.as_exporter_log);
    imports.push_back(reporter.as_importer_log);
    flows.push_back(static_cast<double>(reporter.n_flows));
  }
  table.add("economy", economies);
  table.add("sd_log", std::move(sd));
  table.add("as_exporter_log", std::move(exports));
  table.add("as_importer_log", std::move(imports));
  table.add("n_flows", std::move(flows));
  return table;
}

std::string names_of(const Reconciliation& found, bool best) {
  std::string text;
  for (std::size_t k = 0; k < std::min(kShownReporters, found.reporters.size()); ++k) {
    const estimation::ReporterQuality& reporter =
        found.reporters[best ? k : found.reporters.size() - 1 - k];
    text += fmt::format("{}{} {:.2f}", k > 0 ? ", " : "", reporter.economy, reporter.sd_log);
  }
  return text;
}

}  // namespace

std::vector<Field<DataReconcileStudy>> DataReconcileStudy::fields() {
  using S = DataReconcileStudy;
  return {
      make_field(&S::table, {.name = "table",
                             .doc = "trade that both sides record: a file or a bundled table"}),
      make_field(
          &S::distances,
          {.name = "distances",
           .doc = "table of pairs with distance and contiguity; an empty name leaves them out"}),
      make_field(&S::focus,
                 {.name = "focus", .doc = "economies whose mutual flows are shown one by one"}),
      make_field(&S::gdp,
                 {.name = "gdp", .doc = "table of GDP: adds what economies sell at home, flagged"}),
      make_field(&S::output, {.name = "output",
                              .doc = "table of gross output of goods, for the same; comes first"}),
      make_field(&S::outputs,
                 {.name = "outputs", .doc = "files for the flows: .parquet .csv .csv.gz .json"}),
      make_field(&S::reporters,
                 {.name = "reporters", .doc = "file for the reporters' reliability"}),
      make_field(
          &S::gaps,
          {.name = "gaps", .doc = "file for the flows that both sides record, largest gap first"})};
}

StudyResult run_data_reconcile(const Study& study, Context& context) {
  check_sections(study, {"reconcile", "columns", "options", "domestic"});
  const auto request = read_section<DataReconcileStudy>(study, "reconcile");
  const auto choices = read_section<data::ColumnChoices>(study, "columns");
  const auto options = read_section<estimation::ReconcileOptions>(study, "options");
  const auto domestic = read_section<data::DomesticOptions>(study, "domestic");
  DataSources sources(study);
  const data::PairPanel panel = data::load_pair_panel(sources.read(request.table), choices);
  const Covariates covariates = covariates_of(panel, request.distances, sources);
  Reconciliation found = estimation::reconcile_mirrors(panel, covariates.distance_km,
                                                       covariates.contiguous, options, context);
  const std::vector<std::size_t> gaps = rows_by_gap(found.table);

  StudyResult result;
  result.text = fmt::format("\033[1mBoth sides of {}\033[0m\n", panel.table.source());
  result.text += panel.ledger.to_text();
  std::map<std::string, Index, std::less<>> counts;
  for (Index row = 0; row < found.table.n_rows(); ++row) {
    ++counts[std::string(found.table.texts("record").at(row))];
  }
  for (const auto& [record, count] : counts) {
    result.text += fmt::format("  {:<20} {:>9} flows\n", record, count);
  }
  if (!found.cif_fob.empty()) {
    result.text += fmt::format("Import over export values, in logs ({} flows):\n", found.n_cif_fob);
    for (const estimation::CifFobTerm& term : found.cif_fob) {
      if (term.name.starts_with("year ")) continue;
      result.text += fmt::format("  {:<22} {:>8.4f} ({:.4f})\n", term.name, term.value, term.sd);
    }
  }
  result.text += fmt::format(
      "Standard deviation of a record of 100 million USD, in logs; it falls with the flow to the "
      "power {:.2f}.\n  most reliable:  {}\n  least reliable: {}\n",
      -0.5 * found.size_slope, names_of(found, true), names_of(found, false));
  result.text += "Largest gaps, million USD:\n";
  for (std::size_t k = 0; k < std::min(kShownGaps, gaps.size()); ++k) {
    result.text += fmt::format("  {}\n", describe_flow(found.table, gaps[k]));
  }
  if (!request.focus.empty()) {
    std::vector<std::string> focus;
    for (const std::string& name : request.focus) {
      focus.push_back(data::economy_code(name, study.where + " [reconcile] focus"));
    }
    result.text += "Flows between the economies in focus:\n";
    const auto in_focus = [&](const char* column, Index row) {
      return std::find(focus.begin(), focus.end(), found.table.texts(column).at(row)) !=
             focus.end();
    };
    for (Index row = 0; row < found.table.n_rows(); ++row) {
      if (in_focus("exporter", row) && in_focus("importer", row) &&
          found.table.texts("exporter").at(row) != found.table.texts("importer").at(row)) {
        result.text +=
            fmt::format("  {}\n", describe_flow(found.table, static_cast<std::size_t>(row)));
      }
    }
  }
  const Table gap_table = picked(found.table, gaps);
  if (!request.gdp.empty() || !request.output.empty()) {
    Table gdp, output;
    data::DomesticSources own;
    if (!request.gdp.empty()) {
      gdp = sources.read(request.gdp);
      own.gdp = &gdp;
    }
    if (!request.output.empty()) {
      output = sources.read(request.output);
      own.output = &output;
    }
    std::vector<data::Finding> findings;
    found.table = with_domestic(found.table, own, domestic, findings);
    const data::TextColumn& flags = found.table.texts("domestic_flag");
    std::map<std::string, Index, std::less<>> by_flag;
    for (Index row = 0; row < found.table.n_rows(); ++row) ++by_flag[std::string(flags.at(row))];
    by_flag.erase("");
    result.text += "Domestic trade added:\n";
    for (const auto& [flag, count] : by_flag) {
      result.text += fmt::format("  {:<32} {:>5} rows\n", flag, count);
    }
    for (const data::Finding& finding : findings) {
      if (finding.check == "domestic-unknown")
        result.text += fmt::format("  {}\n", finding.sentence);
    }
  }
  nlohmann::json terms = nlohmann::json::array();
  for (const estimation::CifFobTerm& term : found.cif_fob) {
    terms.push_back({{"name", term.name}, {"value", term.value}, {"sd", term.sd}});
  }
  result.value = {{"schema", "altyn.reconciliation/1"},
                  {"flows", counts},
                  {"cif_fob", terms},
                  {"size_slope", found.size_slope},
                  {"rows", found.table.n_rows()}};
  Certificate certificate{
      .subject = "reliability of reporters",
      .status = found.status,
      .blocks = {{"variances", found.residual, 1e-8, "max |ln(variance / its update)|", ""}},
      .positive = true,
      .closure = "",
      .numeraire = "",
      .iterations = 0};
  result.certificates = {std::move(certificate)};
  for (const std::string& output : request.outputs) result.files.push_back({output, found.table});
  if (!request.reporters.empty())
    result.files.push_back({request.reporters, reporters_table(found)});
  if (!request.gaps.empty()) result.files.push_back({request.gaps, gap_table});
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
