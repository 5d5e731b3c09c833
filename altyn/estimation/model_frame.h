#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "altyn/comm/communicator.h"
#include "altyn/core/context.h"
#include "altyn/core/types.h"
#include "altyn/data/ledger.h"
#include "altyn/data/table.h"
#include "altyn/estimation/codes.h"
#include "altyn/estimation/formula.h"
#include "altyn/estimation/problem.h"

namespace altyn::estimation {

/// What besides the formula decides the columns and rows of a model.
struct FrameSpec {
  Family family = Family::kPoisson;
  std::string weights{};  ///< expression; "" = every row counts once
  std::string offset{};   ///< expression added to the linear predictor; "" = none
  std::string subset{};   ///< condition on rows; "" = all
  /// Groups that inference needs (clusters, periods): rows with a missing value are dropped, and
  /// the columns are among the keys.
  std::vector<EffectTerm> groups{};
  /// Numbers that inference needs (coordinates); rows with a missing value are dropped.
  std::vector<std::string> auxiliary{};
  std::vector<std::string> key_order{};  ///< keys by which rows stand first; the formula's follow
  bool for_prediction = false;           ///< rows of cohorts treated in every period stay
  bool part = false;                     ///< one of several parts of a table: it may keep no row
  /// All values, increasing, of the columns behind indicators, where a part of a table may lack
  /// some: each of them has a column in every part.
  std::span<const data::Column> categories{};
  bool cells = false;  ///< many indicators of one term may stand as FrameCells
};

/// What an indicator among the regressors stands for in an event study.
struct TreatmentCell {
  std::string variable{};             ///< i(): the variable; else the period
  double event_time = 0.0;            ///< value of the variable; periods since the cohort's start
  double cohort = data::kMissing;     ///< period in which treatment starts; missing for i()
  double reference = data::kMissing;  ///< event time left out
};

struct Regressor {
  std::string name{};
  SharedColumn<double> values{};  ///< [n]
  std::optional<TreatmentCell> cell{};
  bool is_indicator = false;  ///< of a value of a categorical variable, or times one
};

/// Regressors that exclude each other, at one code per row instead of a column for each: the many
/// indicators of one i(), sunab() or etwfe().
struct FrameCells {
  struct Cell {
    std::string name{};
    std::optional<TreatmentCell> treatment{};
  };
  std::vector<Cell> cells{};
  SharedColumn<GroupId> ids{};    ///< [n] in 0 .. cells - 1; kNoGroup: zero in all of them
  SharedColumn<double> values{};  ///< [n]; empty = 1

  [[nodiscard]] double value(Index row) const { return values.empty() ? 1.0 : values[row]; }
};

/// Combinations of keys: the levels of an effect or of a cluster.
struct KeyGroup {
  std::string name{};         ///< "exporter^year"
  std::vector<Index> keys{};  ///< positions in ModelFrame::keys
};

struct FrameEffect {
  KeyGroup group{};
  std::string name{};            ///< "exporter^year", or "exporter[trend]" for a slope
  SharedColumn<double> slope{};  ///< [n], empty for a plain effect
};

/// The rows and columns of one model: numbers, dense ids and an account of every dropped row. Rows
/// stand in the order of their keys (ties by their values), so that nothing that follows depends on
/// the order of the table. Borrows from the table, which must outlive it.
struct ModelFrame {
  const data::Table* table = nullptr;
  std::shared_ptr<const void> own_table{};  ///< keeps it, where nobody else does
  Formula formula{};
  Family family = Family::kPoisson;
  numerics::RawVector<GroupId> rows{};  ///< table row of each frame row; empty when they are the
                                        ///< same
  SharedColumn<double> y{};
  std::vector<Regressor> regressors{};
  std::vector<FrameCells> cells{};  ///< further regressors, numbered behind `regressors`
  std::vector<Regressor> endogenous{};
  std::vector<Regressor> instruments{};
  SharedColumn<double> weights{};   ///< empty when all are 1
  SharedColumn<double> offset{};    ///< empty when there is none
  std::vector<CodedColumn> keys{};  ///< ids per frame row
  std::vector<FrameEffect> effects{};
  std::vector<KeyGroup> groups{};                 ///< as in FrameSpec
  std::vector<SharedColumn<double>> auxiliary{};  ///< as in FrameSpec
  data::SampleLedger ledger{};
  comm::Ranks ranks{};  ///< who has the other rows of the model

  [[nodiscard]] Index n_rows() const { return static_cast<Index>(y.values.size()); }
  [[nodiscard]] Index table_row(Index row) const {
    return rows.empty() ? row : static_cast<Index>(rows[static_cast<std::size_t>(row)]);
  }
  /// "line 17 (KAZ, RUS, 2010)": where a row stands in the file, with the values of its keys.
  [[nodiscard]] std::string describe_row(Index row) const;
  /// Ids of the groups over the frame's rows; of several ranks, those of groups with rows on more
  /// than one are shared. Cost: O(n). Errors: InputError "too-many-groups".
  [[nodiscard]] CombinedIds ids_of(const KeyGroup& group) const;
  /// Rows on all ranks.
  [[nodiscard]] Index n_all_rows() const { return ranks.sum(n_rows()); }
  /// Groups that occur, on all ranks.
  [[nodiscard]] Index count_groups(const CombinedIds& groups) const;
  /// "RUS-2015": the level of a group that holds a row.
  [[nodiscard]] std::string level_of(const KeyGroup& group, Index row) const;
  /// The kernel's view; the frame must outlive it.
  [[nodiscard]] GlmProblem problem() const;
  /// The same frame with every cell as a column of its own, in the same numbering: 8 bytes per row
  /// and cell.
  [[nodiscard]] ModelFrame with_columns() const;
  /// Keeps the rows where keep[row] != 0, in order. The ledger is the caller's business.
  void keep_rows(std::span<const char> keep);
  /// As SampleLedger::drop for frame rows: counts them and describes the first five.
  void record_drop(const std::string& stage, const std::string& reason,
                   std::span<const Index> dropped);
};

/// Builds the frame: evaluates the formula, codes the effects, drops rows that cannot be used and
/// says why in the ledger ("trade is missing", "log(dist): dist is zero").
///
/// Cohorts of sunab() and etwfe() are periods; a missing cohort, or one after the last period, is
/// never treated. Rows of cohorts treated in every period leave (nothing is known of them before).
///
/// A row whose categorical variable of `i(variable, by)` is missing stays when `by` is 0: all its
/// indicators are 0 whatever the variable is (a pair without an event has no event time).
///
/// Errors: InputError "no-such-column", "not-numbers", "no-such-level" (with a caret),
/// "negative-outcome" and "outcome-range" (with the rows), "negative-weight", "no-rows-left",
/// "too-many-regressors" (10,000).
/// Cost: O(n (k + keys)), and O(n log n) when rows share all their keys and the order must be
/// found.
[[nodiscard]] ModelFrame make_frame(const data::Table& table, const Formula& formula,
                                    const FrameSpec& spec, Context& context);

}  // namespace altyn::estimation
