#include "altyn/estimation/mirror_reconciliation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "altyn/core/errors.h"

namespace altyn::estimation {
namespace {

using data::NumberColumn;
using data::Table;

// A world whose records are the truth times freight times errors of known spread.
struct MadeWorld {
  std::vector<std::string> codes = {"ARM", "AUT", "BEL", "BLR", "CHE", "CHN", "DEU", "ESP",
                                    "FIN", "FRA", "GBR", "ITA", "JPN", "KAZ", "KGZ", "NLD",
                                    "POL", "RUS", "SWE", "TUR", "UKR", "USA", "UZB", "VNM"};
  std::vector<double> sd, truth, km, next;
  Table table{"made"};

  explicit MadeWorld(double freight_slope) {
    std::uint64_t state = 7;
    const auto uniform = [&state] {  // Knuth's multiplier; any even spread will do
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      return (static_cast<double>(state >> 11) + 0.5) / 9007199254740992.0;
    };
    const auto normal = [&] {
      return std::sqrt(-2.0 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
    };
    for (std::size_t e = 0; e < codes.size(); ++e) sd.push_back(e % 3 == 0 ? 0.4 : 0.1);
    std::vector<std::string> exporters, importers;
    NumberColumn years, theirs, ours;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      for (std::size_t j = 0; j < codes.size(); ++j) {
        if (i == j) continue;
        const double distance = 500.0 * std::exp(3.0 * uniform());
        for (const double year : {2010.0, 2011.0, 2012.0, 2013.0}) {
          const double value = 100.0 * std::exp(normal());
          exporters.push_back(codes[i]);
          importers.push_back(codes[j]);
          years.push_back(year);
          km.push_back(distance);
          next.push_back(distance < 800.0 ? 1.0 : 0.0);
          truth.push_back(value);
          const double freight = 0.08 + freight_slope * std::log(distance / 2240.0);
          ours.push_back(value * std::exp(sd[i] * normal()));
          theirs.push_back(value * std::exp(std::max(freight, 0.0) + sd[j] * normal()));
        }
      }
    }
    table.add("exporter", exporters);
    table.add("importer", importers);
    table.add("year", years);
    table.add("importer_reported_musd", theirs, "million USD");
    table.add("exporter_reported_musd", ours, "million USD");
  }
};

Reconciliation reconcile(const MadeWorld& world, const ReconcileOptions& options = {}) {
  Context context(1);
  return reconcile_mirrors(data::load_pair_panel(world.table), world.km, world.next, options,
                           context);
}

TEST(MirrorReconciliation, FindsFreightAndWhoKeepsGoodRecords) {
  const MadeWorld world(0.03);
  const Reconciliation found = reconcile(world);
  ASSERT_EQ(found.status, SolveStatus::kConverged);
  // Four standard errors; reports agree best where errors are small, which pulls both to zero.
  EXPECT_NEAR(found.cif_fob[0].value, 0.08, 0.03);
  EXPECT_NEAR(found.cif_fob[1].value, 0.03, 0.02);
  std::map<std::string, double> sd;
  for (const ReporterQuality& reporter : found.reporters) sd[reporter.economy] = reporter.sd_log;
  for (std::size_t e = 0; e < world.codes.size(); ++e) {
    // 184 records each: a spread is known to 5%; normal errors are less spread than the t(4) scale
    // that is fitted, by a fifth; the prior adds to the good ones.
    const double ratio = sd[world.codes[e]] / world.sd[e];
    EXPECT_GT(ratio, 0.6) << world.codes[e];
    EXPECT_LT(ratio, world.sd[e] > 0.2 ? 1.2 : 1.7) << world.codes[e];
  }
  EXPECT_LT(found.size_slope, 0.1);  // errors of this world do not know the size of a flow
}

TEST(MirrorReconciliation, IsCloserToTheTruthThanEitherSideAndCoversIt) {
  const MadeWorld world(0.03);
  const Reconciliation found = reconcile(world);
  double own = 0.0, importer = 0.0, exporter = 0.0, covered = 0.0;
  const auto n = world.truth.size();
  for (std::size_t row = 0; row < n; ++row) {
    const double truth = std::log(world.truth[row]);
    const double fob =
        found.table.numbers("by_importer_musd")[row] / found.table.numbers("cif_fob_ratio")[row];
    own += std::pow(std::log(found.table.numbers("trade_musd")[row]) - truth, 2.0);
    importer += std::pow(std::log(fob) - truth, 2.0);
    exporter += std::pow(std::log(found.table.numbers("by_exporter_musd")[row]) - truth, 2.0);
    covered += found.table.numbers("low_musd")[row] <= world.truth[row] &&
                       world.truth[row] <= found.table.numbers("high_musd")[row]
                   ? 1.0
                   : 0.0;
  }
  EXPECT_LT(own, 0.6 * importer);
  EXPECT_LT(own, 0.6 * exporter);
  EXPECT_GT(covered / static_cast<double>(n), 0.8);
  EXPECT_LT(covered / static_cast<double>(n), 0.97);
}

TEST(MirrorReconciliation, TheRecordSaysWhereAFigureComesFrom) {
  MadeWorld world(0.0);
  NumberColumn theirs = world.table.numbers("importer_reported_musd");
  NumberColumn ours = world.table.numbers("exporter_reported_musd");
  theirs[0] = data::kMissing;
  ours[1] = data::kMissing;
  theirs[2] = 0.0;
  theirs[3] = ours[3] = 0.0;
  ours[4] = 100.0;
  theirs[4] = 900.0;
  world.table.replace("importer_reported_musd", theirs);
  world.table.replace("exporter_reported_musd", ours);
  const Reconciliation found = reconcile(world, {.cif_fob_ratio = 1.1});
  const data::TextColumn& record = found.table.texts("record");
  EXPECT_EQ(record.at(0), "exporter_only");
  EXPECT_EQ(record.at(1), "importer_only");
  EXPECT_EQ(record.at(2), "zero_against_record");
  EXPECT_EQ(record.at(3), "both_zero");
  EXPECT_EQ(record.at(5), "both");
  const auto number = [&](const char* column, std::size_t row) {
    return found.table.numbers(column)[row];
  };
  EXPECT_DOUBLE_EQ(number("trade_musd", 0), ours[0]);
  EXPECT_DOUBLE_EQ(number("trade_musd", 1), theirs[1] / 1.1);
  EXPECT_DOUBLE_EQ(number("trade_musd", 2), ours[2]);
  EXPECT_EQ(number("trade_musd", 3), 0.0);
  // Records that contradict each other widen the interval until it reaches towards both.
  EXPECT_GT(number("widening", 4), 2.0);
  EXPECT_GT(number("trade_musd", 4), 100.0);
  EXPECT_LT(number("trade_musd", 4), 900.0 / 1.1);
  EXPECT_TRUE(found.cif_fob.empty());
}

TEST(MirrorReconciliation, WrongTablesAreNamed) {
  MadeWorld world(0.0);
  Context context(1);
  const auto code = [&](const Table& table) {
    try {
      const data::PairPanel panel = data::load_pair_panel(table);
      const std::vector<double> unknown(static_cast<std::size_t>(panel.table.n_rows()),
                                        data::kMissing);
      (void)reconcile_mirrors(panel, unknown, unknown, {}, context);
    } catch (const InputError& error) {
      return error.detail().code;
    }
    return std::string("none");
  };
  std::vector<bool> few(static_cast<std::size_t>(world.table.n_rows()), false);
  for (std::size_t row = 0; row < 20; ++row) few[row] = true;
  EXPECT_EQ(code(world.table.filtered(few)), "too-few-flows");
  Table one("one");
  one.add("exporter", std::vector<std::string>{"RUS"});
  one.add("importer", std::vector<std::string>{"KAZ"});
  one.add("trade_musd", NumberColumn{1.0});
  EXPECT_EQ(code(one), "one-sided");
}

}  // namespace
}  // namespace altyn::estimation
