#include "altyn/estimation/frame_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "altyn/core/rng.h"
#include "altyn/data/read_table.h"
#include "altyn/data/write_table.h"
#include "comm/thread_ranks.h"
#include "error_of.h"
#include "random_table.h"

namespace altyn::estimation {
namespace {

using ::testing::HasSubstr;

constexpr const char* kThreeWay =
    "trade ~ rta + size | exporter^year + importer^year + exporter^importer";

std::string path_of(const std::string& name) { return testing::TempDir() + "frame_parts_" + name; }

/// A three-way panel of 12 x 12 x 7 with zeros, an idle pair, a lone row, a missing value, and
/// rows that a regressor separates when `separated`.
data::Table made_up_panel(bool separated = false) {
  constexpr int kCountries = 12;
  constexpr int kYears = 7;
  std::vector<std::string> exporter;
  std::vector<std::string> importer;
  data::NumberColumn year, trade, rta, size, only;
  RandomStream random(5, 1, 0);
  for (int e = 0; e < kCountries; ++e) {
    for (int i = 0; i < kCountries; ++i) {
      const int adopted = (e + 2 * i) % 5 == 0 ? 3 : 99;
      for (int t = 0; t < kYears; ++t) {
        const bool lone = e == 3 && i == 4;
        if (lone && t > 0) continue;  // a pair with one row
        exporter.push_back("E" + std::to_string(100 + e));
        importer.push_back("I" + std::to_string(100 + i));
        year.push_back(2000 + t);
        rta.push_back(t >= adopted ? 1.0 : 0.0);
        size.push_back(random.normal() + 0.1 * e * t);
        const double eta = std::sin(e + 0.3 * t) + std::cos(2.0 * i - 0.2 * t) +
                           std::sin(1.0 * e * i) + 0.4 * rta.back() - 0.25 * size.back() +
                           0.5 * random.normal();
        const bool idle = e == 7 && i == 9;
        only.push_back(e == 2 && t == 5 && i < 6 ? 1.0 : 0.0);
        const bool zero = idle || random.uniform() < 0.2 || only.back() > 0.0;
        trade.push_back(zero ? 0.0 : std::exp(eta));
      }
    }
  }
  trade[17] = data::kMissing;
  data::Table table("panel.parquet");
  table.add("exporter", exporter);
  table.add("importer", importer);
  table.add("year", std::move(year));
  table.add("trade", std::move(trade));
  table.add("rta", std::move(rta));
  table.add("size", std::move(size));
  if (separated) table.add("only", std::move(only));
  return table;
}

/// The same rows in another order.
data::Table shuffled(const data::Table& table) {
  std::vector<std::size_t> order(static_cast<std::size_t>(table.n_rows()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  RandomStream random(9, 1, 0);
  for (std::size_t k = order.size(); k-- > 1;) {
    std::swap(order[k], order[random.below(static_cast<std::uint32_t>(k + 1))]);
  }
  return rearranged(table, order);
}

/// Sums in another order leave rounding, which the last Newton step carries into the coefficients:
/// both fits have scores below 1e-9 of the total and stand closer to the solution than this.
constexpr double kSame = 1e-10;

void expect_same(const Estimate& found, const Estimate& expected) {
  ASSERT_EQ(found.coefficients.size(), expected.coefficients.size());
  for (std::size_t j = 0; j < found.coefficients.size(); ++j) {
    const Coefficient& a = found.coefficients[j];
    const Coefficient& b = expected.coefficients[j];
    EXPECT_EQ(a.name, b.name);
    EXPECT_NEAR(a.value, b.value, kSame);
    EXPECT_NEAR(a.se / b.se, 1.0, 1e-8) << a.name;  // X~ is exact to 1e-8
  }
  EXPECT_EQ(found.n_obs, expected.n_obs);
  EXPECT_EQ(found.n_clusters, expected.n_clusters);
  EXPECT_EQ(found.status, expected.status);
  EXPECT_TRUE(found.certified()) << found.certificate.summary();
  EXPECT_NEAR(found.deviance / expected.deviance, 1.0, 1e-10);
  EXPECT_NEAR(found.pseudo_r2, expected.pseudo_r2, 1e-10);
  EXPECT_NEAR(found.wald / expected.wald, 1.0, 1e-8);
  ASSERT_TRUE(found.mean_effect && expected.mean_effect);
  EXPECT_NEAR(found.mean_effect->value, expected.mean_effect->value, 1e-8);
  ASSERT_EQ(found.effects.size(), expected.effects.size());
  for (std::size_t e = 0; e < found.effects.size(); ++e) {
    EXPECT_EQ(found.effects[e].n_levels, expected.effects[e].n_levels) << found.effects[e].name;
    EXPECT_EQ(found.effects[e].n_redundant, expected.effects[e].n_redundant)
        << found.effects[e].name;
    EXPECT_EQ(found.effects[e].nested, expected.effects[e].nested);
  }
}

std::vector<std::string> accounts(const Estimate& estimate) {
  std::vector<std::string> texts{std::to_string(estimate.ledger.rows_read()) + " read"};
  for (const data::LedgerEntry& entry : estimate.ledger.dropped()) {
    texts.push_back(entry.stage + ": " + std::to_string(entry.rows) + " " + entry.reason);
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

/// Estimates a file in parts of 100 rows, on as many ranks as asked for (0: one process).
std::vector<Estimate> estimate_file(const std::string& path, const std::string& formula,
                                    const EstimateOptions& options, int n_ranks = 0) {
  const auto one = [&](comm::Communicator* communicator) {
    Context context(1);
    data::TableParts parts(path,
                           {.scratch = testing::TempDir(), .rows_per_part = 100, .n_threads = 1});
    const Formula model = parse_formula(formula);
    ModelFrame frame =
        make_frame_in_parts(parts, model, frame_spec(model, options), communicator, context);
    return summarise(fit_frame(std::move(frame), options, context), context);
  };
  if (n_ranks == 0) return {one(nullptr)};
  std::vector<Estimate> estimates(static_cast<std::size_t>(n_ranks));
  comm::ThreadRanks ranks(n_ranks);
  ranks.run([&](comm::Communicator& rank) {
    estimates[static_cast<std::size_t>(rank.rank())] = one(&rank);
  });
  return estimates;
}

struct Case {
  const char* formula;
  EstimateOptions options;
  bool separated = false;
};

std::vector<Case> cases() {
  EstimateOptions by_pair{.cluster = "exporter^importer", .keep_rows = false};
  EstimateOptions fixest = by_pair;
  fixest.se_convention = SeConvention::kFixest;
  EstimateOptions by_importer{.cluster = "importer", .keep_rows = false};
  EstimateOptions weighted{.weights = "1 + rta", .offset = "0.1 * size", .keep_rows = false};
  weighted.subset = "year > 2000";
  return {{kThreeWay, by_pair},
          {kThreeWay, fixest},
          {"trade ~ rta + size | exporter^year + importer^year", by_importer},
          {"trade ~ rta + size | exporter + importer + year", weighted},
          // Values that a part or a rank does not have, and years that no row with rta has.
          {"trade ~ i(year, rta, ref = 2006) + size | exporter^year + importer^year", by_pair},
          {"trade ~ i(year, ref = 2000) + i(importer, size) | exporter", by_importer},
          {"trade ~ importer + i(rta, i.year):size | exporter", by_importer},
          {"trade ~ rta + size + only | exporter^year + importer^year + exporter^importer", by_pair,
           true}};
}

TEST(FrameParts, AFileInPartsGivesWhatTheTableInMemoryGives) {
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.formula);
    const data::Table table = made_up_panel(one.separated);
    Context context(1);
    const Estimate expected = estimate(table, one.formula, one.options, context);
    for (const bool sorted : {true, false}) {
      const std::string path = path_of("parts.parquet");
      data::write_table(sorted ? table : shuffled(table), path);
      const Estimate found = estimate_file(path, one.formula, one.options).front();
      expect_same(found, expected);
      EXPECT_EQ(accounts(found), accounts(expected));
    }
  }
}

TEST(FrameParts, RanksFindTheSame) {
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.formula);
    const data::Table table = made_up_panel(one.separated);
    Context context(1);
    const Estimate expected = estimate(table, one.formula, one.options, context);
    const std::string path = path_of("ranks.parquet");
    data::write_table(table, path);
    for (const int n_ranks : {2, 5}) {  // shares of equal and of unequal size
      SCOPED_TRACE(n_ranks);
      for (const Estimate& found : estimate_file(path, one.formula, one.options, n_ranks)) {
        expect_same(found, expected);
        if (!one.separated) {
          EXPECT_EQ(accounts(found), accounts(expected));
        }
      }
    }
  }
}

TEST(FrameParts, ExamplesOfDroppedRowsNameTheirPlaceInTheFile) {
  const std::string path = path_of("places.parquet");
  data::write_table(shuffled(made_up_panel()), path);
  Context context(1);
  const data::Table table = data::read_table(path);
  const Estimate expected = estimate(table, kThreeWay, {.cluster = "exporter^importer"}, context);
  const Estimate found = estimate_file(path, kThreeWay, {.cluster = "exporter^importer"}).front();
  const auto examples = [](const Estimate& estimate, const std::string& reason) {
    for (const data::LedgerEntry& entry : estimate.ledger.dropped()) {
      if (entry.reason == reason) return entry.examples.front().substr(0, 9);
    }
    return std::string("none");
  };
  for (const char* reason : {"trade is missing", "nothing but zeros in exporter^importer"}) {
    EXPECT_EQ(examples(found, reason), examples(expected, reason)) << reason;
    EXPECT_NE(examples(found, reason), "none") << reason;
  }
}

TEST(FrameParts, AFitGoesOnFromItsCheckpoint) {
  const std::string path = path_of("checkpoint.parquet");
  const std::string checkpoint = path_of("checkpoint.bin");
  std::filesystem::remove(checkpoint);
  data::write_table(made_up_panel(), path);
  const EstimateOptions options{.cluster = "exporter^importer", .keep_rows = false};
  const Estimate whole = estimate_file(path, kThreeWay, options).front();
  EstimateOptions stopped = options;
  stopped.checkpoint = checkpoint;
  stopped.max_iterations = 3;
  EXPECT_EQ(estimate_file(path, kThreeWay, stopped).front().status, SolveStatus::kIterationLimit);
  ASSERT_TRUE(std::filesystem::exists(checkpoint));
  stopped.max_iterations = 100;
  // On two ranks, where it was written by one process.
  const Estimate resumed = estimate_file(path, kThreeWay, stopped, 2).front();
  expect_same(resumed, whole);
  EXPECT_LT(resumed.iterations, whole.iterations);
  EXPECT_FALSE(std::filesystem::exists(checkpoint));
}

TEST(FrameParts, ACheckpointOfAnotherModelIsNotUsed) {
  const std::string path = path_of("other.parquet");
  const std::string checkpoint = path_of("other.bin");
  data::write_table(made_up_panel(), path);
  std::ofstream(checkpoint) << "altyn checkpoint 1\nsomething else";
  EstimateOptions options{.cluster = "exporter^importer", .keep_rows = false};
  const Estimate whole = estimate_file(path, kThreeWay, options).front();
  options.checkpoint = checkpoint;
  expect_same(estimate_file(path, kThreeWay, options).front(), whole);
}

TEST(FrameParts, OneRanksErrorEndsAll) {
  const std::string path = path_of("negative.parquet");
  data::Table table = made_up_panel();
  data::NumberColumn trade = table.numbers("trade");
  trade[trade.size() - 3] = -1.0;  // a row of the last rank
  table.replace("trade", std::move(trade));
  data::write_table(table, path);
  EXPECT_EQ(error_of([&] { (void)estimate_file(path, kThreeWay, {}, 3); }).code,
            "negative-outcome");
}

TEST(FrameParts, RefusesWhatLooksAtAllRowsAtOnce) {
  const std::string path = path_of("refused.parquet");
  data::write_table(made_up_panel(), path);
  const auto code = [&](const std::string& formula, EstimateOptions options, int ranks) {
    return error_of([&] {
             if (ranks == 0) {
               Context context(1);
               (void)estimate_in_parts(path, parse_formula(formula), options, nullptr, context);
             } else {
               (void)estimate_file(path, formula, options, ranks);
             }
           })
        .code;
  };
  EXPECT_EQ(code("trade ~ i(year - 2000) | exporter + importer", {}, 0), "needs-memory");
  EXPECT_EQ(code("trade ~ sunab(cohort, year) | exporter + importer", {}, 0), "needs-memory");
  EXPECT_EQ(code("trade ~ i(year, ref = 1900) | exporter + importer", {}, 0), "no-such-level");
  EXPECT_EQ(code(kThreeWay, {.bias_correction = true}, 0), "needs-memory");
  EXPECT_EQ(code("trade ~ rta", {}, 2), "needs-effects");
  EXPECT_EQ(code("trade ~ rta | exporter[size] + importer", {}, 2), "needs-one-process");
  EXPECT_EQ(code("trade ~ rta | year", {}, 16), "too-many-ranks");
  EXPECT_EQ(code("trade ~ nothing | exporter", {}, 0), "no-such-column");
  Context context(1);
  EXPECT_EQ(
      error_of([&] { data::TableParts parts("panel.csv", data::TableParts::Options{}); }).code,
      "needs-parquet");
}

}  // namespace
}  // namespace altyn::estimation
