#include "altyn/estimation/model_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/evaluate.h"

namespace altyn::estimation {
namespace {

constexpr std::size_t kMaxRegressors = 10000;
constexpr std::size_t kMaxCells = 50'000'000;  // of one i(a, i.b), most of them empty
constexpr std::size_t kLeastCells = 16;        // fewer are columns
constexpr std::size_t kMaxExamples = 5;
constexpr Index kShard = 65536;
constexpr const char* kStage = "formula";

/// Values of an expression over all rows of the table; borrowed when it is a plain column.
SharedColumn<double> values_of(const BoundExpression& bound, Index n, Context& context) {
  if (const std::span<const double> plain = bound.plain_column(); !plain.empty()) {
    return SharedColumn<double>(plain);
  }
  std::vector<double> values(at(n));
  const Index n_shards = (n + kShard - 1) / kShard;
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange range = shard_range(n, n_shards, shard);
    bound.compute(range.begin,
                  std::span(values).subspan(at(range.begin), at(range.end - range.begin)));
  });
  return SharedColumn<double>(std::move(values));
}

/// Every cell as a column of its own.
std::vector<Regressor> columns_of(const FrameCells& set) {
  std::vector<std::vector<double>> columns(set.cells.size(),
                                           std::vector<double>(set.ids.values.size(), 0.0));
  for (std::size_t row = 0; row < set.ids.values.size(); ++row) {
    const GroupId cell = set.ids.values[row];
    if (cell != kNoGroup) columns[cell][row] = set.value(static_cast<Index>(row));
  }
  std::vector<Regressor> result;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    result.push_back({set.cells[c].name, SharedColumn<double>(std::move(columns[c])),
                      set.cells[c].treatment, true});
  }
  return result;
}

/// Row numbers as the reader knows them.
std::string line_text(const data::Table& table, Index row) {
  return fmt::format("line {}", table.line_of(row));
}

/// Builds a frame step by step; table rows until the last step.
class FrameBuilder {
 public:
  using Order = numerics::RawVector<GroupId>;
  FrameBuilder(const data::Table& table, const Formula& formula, const FrameSpec& spec,
               Context& context)
      : table_(table), formula_(formula), spec_(spec), context_(context), n_(table.n_rows()) {
    frame_.table = &table;
    frame_.formula = formula;
    frame_.family = spec.family;
    frame_.ledger = data::SampleLedger(n_);
    alive_.assign(at(n_), 1);
  }

  ModelFrame build() {
    ALTYN_CHECK(n_ < static_cast<Index>(kNoGroup), "row numbers fit 32 bits");
    code_effects_and_groups();
    apply_subset();
    frame_.y = numbers(formula_.outcome, formula_.source);
    read_factors();
    read_slopes();
    for (const CodedColumn& key : frame_.keys) drop_missing_codes(key);
    for (const std::string& text : spec_.auxiliary) {
      frame_.auxiliary.push_back(numbers(parse_expression(text, "column"), text));
    }
    read_weights_and_offset();
    check_outcome();
    write_drops();
    if (n_alive() == 0 && !spec_.part) fail_empty();
    make_regressors();
    order_rows();
    return std::move(frame_);
  }

 private:
  // ---- dropping

  [[nodiscard]] Index n_alive() const { return std::count(alive_.begin(), alive_.end(), char{1}); }

  void drop(Index row, const std::string& reason) {
    alive_[at(row)] = 0;
    auto [place, is_new] = place_of_.try_emplace(reason, drops_.size());
    if (is_new) drops_.push_back({reason, {}, 0});
    Drop& entry = drops_[place->second];
    ++entry.rows;
    if (entry.examples.size() < kMaxExamples) entry.examples.push_back(row);
  }

  void write_drops() {
    for (const Drop& entry : drops_) {
      std::vector<std::string> examples;
      for (const Index row : entry.examples) examples.push_back(frame_.describe_row(row));
      frame_.ledger.drop(kStage, entry.reason, entry.rows, std::move(examples));
    }
  }

  [[noreturn]] void fail_empty() const {
    std::vector<std::string> lines;
    for (const Drop& entry : drops_) {
      lines.push_back(fmt::format("{} rows: {}", entry.rows, entry.reason));
    }
    throw InputError({.code = "no-rows-left",
                      .what = n_ == 0 ? std::string("the table has no rows")
                                      : fmt::format("none of the {} rows can be used", n_),
                      .where = table_.source(),
                      .context = std::move(lines),
                      .why = "an estimate needs rows with an outcome, regressors and effects"});
  }

  // ---- columns

  SharedColumn<double> numbers(const Expression& expression, std::string_view source) {
    const BoundExpression bound(expression, table_, source);
    SharedColumn<double> values = values_of(bound, n_, context_);
    for (Index row = 0; row < n_; ++row) {
      if (alive_[at(row)] && !std::isfinite(values[row])) drop(row, bound.why_not_finite(row));
    }
    return values;
  }

  Index key_index(const std::string& name, std::size_t position, std::string_view source) {
    for (std::size_t k = 0; k < frame_.keys.size(); ++k) {
      if (frame_.keys[k].name == name) return static_cast<Index>(k);
    }
    const data::Column* column = table_.find(name);
    if (column == nullptr) {
      // The expression of that one column fails with the message that is wanted.
      (void)BoundExpression({.operation = Operation::kColumn, .name = name, .position = position},
                            table_, source);
    }
    frame_.keys.push_back(code_column(*column));
    return static_cast<Index>(frame_.keys.size()) - 1;
  }

  KeyGroup key_group(const EffectTerm& term, std::string_view source) {
    KeyGroup group{.name = term.groups_name(), .keys = {}};
    for (const std::string& column : term.columns) {
      const Index key = key_index(column, term.position, source);
      if (std::find(group.keys.begin(), group.keys.end(), key) == group.keys.end()) {
        group.keys.push_back(key);
      }
    }
    return group;
  }

  void code_effects_and_groups() {
    for (const std::string& name : spec_.key_order) (void)key_index(name, 0, name);
    for (const EffectTerm& term : formula_.effects) {
      const KeyGroup group = key_group(term, formula_.source);
      if (term.intercept) {
        frame_.effects.push_back({.group = group, .name = group.name, .slope = {}});
      }
      for (const Expression& slope : term.slopes) {
        frame_.effects.push_back({.group = group,
                                  .name = fmt::format("{}[{}]", group.name, slope.to_string()),
                                  .slope = {}});
      }
    }
    for (const EffectTerm& term : spec_.groups) {
      frame_.groups.push_back(key_group(term, term.groups_name()));
    }
  }

  void drop_missing_codes(const CodedColumn& key) {
    const std::string reason = key.name + " is missing";
    for (Index row = 0; row < n_; ++row) {
      if (alive_[at(row)] && key.ids[row] == kNoGroup) drop(row, reason);
    }
  }

  void apply_subset() {
    if (spec_.subset.empty()) return;
    const Expression condition = parse_expression(spec_.subset, "subset");
    const BoundExpression bound(condition, table_, spec_.subset);
    const SharedColumn<double> values = values_of(bound, n_, context_);
    const std::string outside = fmt::format("outside the subset {}", condition.to_string());
    for (Index row = 0; row < n_; ++row) {
      const double value = values[row];
      if (value == 0.0) {
        drop(row, outside);
      } else if (!std::isfinite(value)) {
        drop(row, fmt::format("{}: {}", outside, bound.why_not_finite(row)));
      }
    }
  }

  void read_slopes() {
    std::size_t effect = 0;
    for (const EffectTerm& term : formula_.effects) {
      if (term.intercept) ++effect;
      for (const Expression& slope : term.slopes) {
        frame_.effects[effect++].slope = numbers(slope, formula_.source);
      }
    }
  }

  void read_weights_and_offset() {
    if (!spec_.offset.empty()) {
      frame_.offset = numbers(parse_expression(spec_.offset, "offset"), spec_.offset);
    }
    if (spec_.weights.empty()) return;
    frame_.weights = numbers(parse_expression(spec_.weights, "weights"), spec_.weights);
    const std::string reason = fmt::format("weight {} is zero", spec_.weights);
    std::vector<std::string> negative;
    Index n_negative = 0;
    for (Index row = 0; row < n_; ++row) {
      if (!alive_[at(row)]) continue;
      const double weight = frame_.weights[row];
      if (weight < 0.0) {
        ++n_negative;
        if (negative.size() < kMaxExamples) {
          negative.push_back(fmt::format("{}: {}", frame_.describe_row(row), weight));
        }
      } else if (weight == 0.0) {
        drop(row, reason);
      }
    }
    if (n_negative > 0) {
      throw InputError(
          {.code = "negative-weight",
           .what = fmt::format("weight {} is negative in {} rows", spec_.weights, n_negative),
           .where = table_.source(),
           .context = std::move(negative),
           .why = "a row cannot count less than not at all"});
    }
  }

  void check_outcome() const {
    const bool logit = spec_.family == Family::kLogit;
    if (spec_.family == Family::kGaussian) return;
    std::vector<std::string> lines;
    Index count = 0;
    for (Index row = 0; row < n_; ++row) {
      const double y = frame_.y[row];
      if (!alive_[at(row)] || (y >= 0.0 && (!logit || y <= 1.0))) continue;
      ++count;
      if (lines.size() < kMaxExamples) {
        lines.push_back(fmt::format("{}: {}", frame_.describe_row(row), y));
      }
    }
    if (count == 0) return;
    const std::string outcome = formula_.outcome.to_string();
    if (logit) {
      throw InputError({.code = "outcome-range",
                        .what = fmt::format("{} is outside 0 .. 1 in {} rows", outcome, count),
                        .where = table_.source(),
                        .context = std::move(lines),
                        .why = "a logit explains shares or yes and no"});
    }
    throw InputError(
        {.code = "negative-outcome",
         .what = fmt::format("{} is negative in {} rows", outcome, count),
         .where = table_.source(),
         .context = std::move(lines),
         .why = "a mean of exp(...) cannot be negative; a negative flow is an error in the data",
         .fixes = {fmt::format("look at those rows, or leave them out with subset \"{} >= 0\"",
                               outcome)}});
  }

  // ---- regressors

  /// One factor, evaluated over the table's rows.
  struct FactorValues {
    std::string name{};
    SharedColumn<double> values{};        // kNumeric
    std::optional<CodedColumn> levels{};  // kIndicators
    std::optional<CodedColumn> by_levels{};
    std::optional<SharedColumn<double>> by_values{};
    std::string by_name{};
    double last_period = 0.0;  // of cohorts
  };

  /// A categorical variable: a column of any type, or an expression coded by its values.
  CodedColumn categorical(const Expression& expression) {
    if (expression.operation == Operation::kColumn) {
      if (const data::Column* column = table_.find(expression.name)) {
        for (const data::Column& values : spec_.categories) {
          if (values.name == column->name) return code_column_among(*column, values);
        }
        return code_column(*column);
      }
    }
    const BoundExpression bound(expression, table_, formula_.source);
    const SharedColumn<double> values = values_of(bound, n_, context_);
    computed_.push_back(std::make_unique<data::Column>(
        data::Column{.name = expression.to_string(),
                     .values = data::NumberColumn(values.values.begin(), values.values.end()),
                     .unit = ""}));
    return code_column(*computed_.back());
  }

  const FactorValues& factor_values(const Factor& factor) {
    const std::string name = factor.to_string();
    if (const auto found = factors_.find(name); found != factors_.end()) return found->second;
    FactorValues result;
    result.name = name;
    if (factor.kind == FactorKind::kNumeric) {
      const bool is_text = factor.value.operation == Operation::kColumn &&
                           table_.has(factor.value.name) &&
                           !table_.column(factor.value.name).is_number();
      if (is_text) {
        // A text column among the regressors stands for its indicators, as in R.
        result.levels = categorical(factor.value);
        result.name = factor.value.to_string();
        drop_missing_codes(*result.levels);
      } else {
        result.values = numbers(factor.value, formula_.source);
      }
      return factors_.emplace(name, std::move(result)).first->second;
    }
    result.name = factor.value.to_string();
    if (factor.kind != FactorKind::kIndicators) {
      read_cohorts(factor, result);
      return factors_.emplace(name, std::move(result)).first->second;
    }
    result.levels = categorical(factor.value);
    if (!factor.by.empty()) read_by(factor, result);
    for (Index row = 0; row < n_; ++row) {
      if (!alive_[at(row)] || result.levels->ids[row] != kNoGroup) continue;
      if (result.by_values && (*result.by_values)[row] == 0.0) continue;
      drop(row, result.levels->name + " is missing");
    }
    return factors_.emplace(name, std::move(result)).first->second;
  }

  /// Cohorts and periods; rows of cohorts without a period before treatment leave.
  void read_cohorts(const Factor& factor, FactorValues& result) {
    result.by_name = factor.by.front().to_string();
    result.by_values = numbers(factor.by.front(), formula_.source);
    const BoundExpression bound(factor.value, table_, formula_.source);
    result.values = values_of(bound, n_, context_);
    double first_period = INFINITY;
    result.last_period = -INFINITY;
    for (Index row = 0; row < n_; ++row) {
      if (!alive_[at(row)]) continue;
      first_period = std::min(first_period, (*result.by_values)[row]);
      result.last_period = std::max(result.last_period, (*result.by_values)[row]);
    }
    for (Index row = 0; row < n_ && !spec_.for_prediction; ++row) {
      if (alive_[at(row)] && result.values[row] <= first_period) {
        drop(row, fmt::format("treated in every period ({} {})", result.name, result.values[row]));
      }
    }
  }

  /// One cell per cohort and time since its start that occurs.
  FrameCells cohort_cells(const Factor& factor) {
    const FactorValues& values = factor_values(factor);
    std::vector<double> reference;
    for (const Level& level : factor.reference) {
      if (!std::holds_alternative<double>(level)) {
        throw InputError(
            {.code = "no-such-level",
             .what = fmt::format("the reference \"{}\" is no number of periods", to_string(level)),
             .where = table_.source(),
             .context = caret_lines(formula_.source, factor.position),
             .why = "effects are measured against a time before treatment",
             .fixes = {"write ref = -1"}});
      }
      reference.push_back(std::get<double>(level));
    }
    if (reference.empty()) reference = {-1.0};
    const auto event_time_of = [&](Index row) {
      return (*values.by_values)[row] - values.values[row];
    };
    const auto in_a_cell = [&](Index row) {
      if (!alive_[at(row)] || !(values.values[row] <= values.last_period)) return false;
      const double event_time = event_time_of(row);
      if (factor.kind == FactorKind::kEtwfe && event_time < 0.0) return false;
      return std::find(reference.begin(), reference.end(), event_time) == reference.end();
    };
    std::map<std::pair<double, double>, GroupId> number;
    for (Index row = 0; row < n_; ++row) {
      if (!in_a_cell(row)) continue;
      if (number.try_emplace({values.values[row], event_time_of(row)}, 0).second) {
        check_count(number.size());
      }
    }
    FrameCells result;
    for (auto& [key, cell] : number) {
      cell = static_cast<GroupId>(result.cells.size());
      result.cells.push_back(
          {.name = fmt::format("{}::{}:{}::{}", values.by_name, key.second, values.name, key.first),
           .treatment =
               TreatmentCell{.variable = values.by_name,
                             .event_time = key.second,
                             .cohort = key.first,
                             .reference = factor.kind == FactorKind::kEtwfe ? data::kMissing
                                                                            : reference.front()}});
    }
    std::vector<GroupId> ids(at(n_), kNoGroup);
    for (Index row = 0; row < n_; ++row) {
      if (in_a_cell(row)) ids[at(row)] = number.at({values.values[row], event_time_of(row)});
    }
    result.ids = SharedColumn<GroupId>(std::move(ids));
    return result;
  }

  void read_by(const Factor& factor, FactorValues& result) {
    const Expression& by = factor.by.front();
    result.by_name = by.to_string();
    const bool is_text = by.operation == Operation::kColumn && table_.has(by.name) &&
                         !table_.column(by.name).is_number();
    if (factor.by_is_categorical || is_text) {
      result.by_levels = categorical(by);
      drop_missing_codes(*result.by_levels);
    } else {
      result.by_values = numbers(by, formula_.source);
    }
  }

  void read_factors() {
    for (const auto* terms : {&formula_.terms, &formula_.endogenous, &formula_.instruments}) {
      for (const Term& term : *terms) {
        for (const Factor& factor : term.factors) (void)factor_values(factor);
      }
    }
  }

  /// Positions of the levels named in `ref` or `keep`. Errors: no-such-level.
  std::vector<char> listed_levels(const Factor& factor, const std::vector<Level>& listed,
                                  const CodedColumn& coded) const {
    std::vector<char> result(coded.n_levels, 0);
    for (const Level& level : listed) {
      bool found = false;
      for (GroupId k = 0; k < coded.n_levels; ++k) {
        const bool same = std::holds_alternative<double>(level) && !coded.numbers.empty()
                              ? coded.numbers[k] == std::get<double>(level)
                              : coded.label(k) == to_string(level);
        if (same) {
          result[k] = 1;
          found = true;
        }
      }
      if (found) continue;
      std::vector<std::string> labels;
      for (GroupId k = 0; k < coded.n_levels && k < 10000; ++k) labels.push_back(coded.label(k));
      throw InputError(
          {.code = "no-such-level",
           .what = fmt::format("{} never takes the value {}", coded.name, to_string(level)),
           .where = table_.source(),
           .context = caret_lines(formula_.source, factor.position),
           .why = "the effects of all other values are measured against it",
           .fixes = {fmt::format("its values include {}",
                                 fmt::join(nearest_names(to_string(level), labels, 3), ", "))}});
    }
    return result;
  }

  /// Whether a factor stands for indicators.
  bool makes_cells(const Factor& factor) {
    return factor.kind != FactorKind::kNumeric || factor_values(factor).levels.has_value();
  }

  /// The indicators of one factor over the table's rows.
  FrameCells cells_of(const Factor& factor) {
    if (factor.kind == FactorKind::kSunAbraham || factor.kind == FactorKind::kEtwfe) {
      return cohort_cells(factor);
    }
    const FactorValues& values = factor_values(factor);
    const CodedColumn& levels = *values.levels;
    std::vector<char> wanted(levels.n_levels, 1);
    if (!factor.keep.empty()) wanted = listed_levels(factor, factor.keep, levels);
    const std::vector<char> reference = listed_levels(factor, factor.reference, levels);
    for (GroupId k = 0; k < levels.n_levels; ++k) wanted[k] = wanted[k] && !reference[k];

    const GroupId n_by = values.by_levels ? values.by_levels->n_levels : 1;
    // Only cells that occur get a column.
    const std::size_t n_cells = static_cast<std::size_t>(levels.n_levels) * n_by;
    if (n_cells > kMaxCells) check_count(n_cells);
    std::vector<Index> position(n_cells, -1);
    const auto cell_of = [&](Index row) -> std::size_t {
      const GroupId level = levels.ids[row];
      if (!alive_[at(row)] || level == kNoGroup || !wanted[level]) return position.size();
      if (values.by_values && (*values.by_values)[row] == 0.0) return position.size();
      return static_cast<std::size_t>(level) * n_by +
             (values.by_levels ? values.by_levels->ids[row] : 0);
    };
    for (Index row = 0; row < n_; ++row) {
      if (const std::size_t cell = cell_of(row); cell < position.size()) position[cell] = 0;
    }
    // What another part of the table has, this one has too.
    for (std::size_t cell = 0; !spec_.categories.empty() && cell < n_cells; ++cell) {
      if (wanted[cell / n_by]) position[cell] = 0;
    }
    FrameCells result;
    const bool over_time =
        factor.kind == FactorKind::kIndicators && !levels.numbers.empty() && !values.by_levels;
    const auto left_out = std::find(reference.begin(), reference.end(), char{1});
    for (std::size_t cell = 0; cell < position.size(); ++cell) {
      if (position[cell] < 0) continue;
      position[cell] = static_cast<Index>(result.cells.size());
      FrameCells::Cell& added = result.cells.emplace_back();
      if (over_time) {
        added.treatment =
            TreatmentCell{.variable = values.name, .event_time = levels.numbers[cell]};
        if (left_out != reference.end()) {
          added.treatment->reference =
              levels.numbers[static_cast<std::size_t>(left_out - reference.begin())];
        }
      }
      added.name =
          fmt::format("{}::{}", values.name, levels.label(static_cast<GroupId>(cell / n_by)));
      if (values.by_levels) {
        added.name += fmt::format(":{}::{}", values.by_name,
                                  values.by_levels->label(static_cast<GroupId>(cell % n_by)));
      } else if (values.by_values) {
        added.name += ":" + values.by_name;
      }
    }
    check_count(result.cells.size());
    std::vector<GroupId> ids(at(n_), kNoGroup);
    for (Index row = 0; row < n_; ++row) {
      const std::size_t cell = cell_of(row);
      if (cell < position.size()) ids[at(row)] = static_cast<GroupId>(position[cell]);
    }
    result.ids = SharedColumn<GroupId>(std::move(ids));
    if (values.by_values) result.values = *values.by_values;
    return result;
  }

  /// The columns of one factor over the table's rows.
  std::vector<Regressor> factor_columns(const Factor& factor) {
    if (makes_cells(factor)) return columns_of(cells_of(factor));
    const FactorValues& values = factor_values(factor);
    return {{values.name, values.values, {}}};
  }

  static void check_count(std::size_t count) {
    if (count <= kMaxRegressors) return;
    throw InputError({.code = "too-many-regressors",
                      .what = fmt::format("the formula makes {} regressors", count),
                      .where = "formula",
                      .why = fmt::format("at most {} are estimated", kMaxRegressors),
                      .fixes = {"move categorical variables behind | as absorbed effects"}});
  }

  std::vector<Regressor> term_columns(const Term& term) {
    std::vector<Regressor> result = factor_columns(term.factors.front());
    for (std::size_t f = 1; f < term.factors.size(); ++f) {
      const std::vector<Regressor> right = factor_columns(term.factors[f]);
      check_count(result.size() * right.size());
      std::vector<Regressor> products;
      for (const Regressor& a : result) {
        for (const Regressor& b : right) {
          std::vector<double> values(at(n_));
          for (Index row = 0; row < n_; ++row) {
            values[at(row)] = alive_[at(row)] ? a.values[row] * b.values[row] : 0.0;
          }
          products.push_back({fmt::format("{}:{}", a.name, b.name),
                              SharedColumn<double>(std::move(values)),
                              {},
                              a.is_indicator || b.is_indicator});
        }
      }
      result = std::move(products);
    }
    return result;
  }

  /// The columns of terms; what may stand as cells goes to `cells` when it is set.
  std::vector<Regressor> all_columns(const std::vector<Term>& terms,
                                     std::vector<FrameCells>* cells) {
    std::vector<Regressor> result;
    std::set<std::string> taken;
    for (const Term& term : terms) {
      std::vector<Regressor> columns;
      if (cells != nullptr && term.factors.size() == 1 && makes_cells(term.factors.front())) {
        FrameCells found = cells_of(term.factors.front());
        const bool many = found.cells.size() >= kLeastCells &&
                          std::none_of(found.cells.begin(), found.cells.end(),
                                       [&](const auto& cell) { return taken.contains(cell.name); });
        if (many) {
          for (const FrameCells::Cell& cell : found.cells) taken.insert(cell.name);
          check_count(taken.size());
          cells->push_back(std::move(found));
          continue;
        }
        columns = columns_of(found);
      } else {
        columns = term_columns(term);
      }
      for (Regressor& regressor : columns) {
        if (taken.insert(regressor.name).second) result.push_back(std::move(regressor));
        check_count(taken.size());
      }
    }
    return result;
  }

  void make_regressors() {
    const bool absorbed = std::any_of(frame_.effects.begin(), frame_.effects.end(),
                                      [](const FrameEffect& e) { return e.slope.empty(); });
    if (formula_.intercept && !absorbed) {
      frame_.regressors.push_back(
          {"(Intercept)", SharedColumn<double>(std::vector<double>(at(n_), 1.0)), {}});
    }
    for (Regressor& regressor :
         all_columns(formula_.terms, spec_.cells ? &frame_.cells : nullptr)) {
      frame_.regressors.push_back(std::move(regressor));
    }
    frame_.endogenous = all_columns(formula_.endogenous, nullptr);
    frame_.instruments = all_columns(formula_.instruments, nullptr);
  }

  // ---- order

  /// Numbers of a row beyond its keys, in the order in which ties are broken.
  [[nodiscard]] std::vector<std::span<const double>> tie_columns() const {
    std::vector<std::span<const double>> columns = {frame_.y.values};
    for (const auto* list : {&frame_.regressors, &frame_.endogenous, &frame_.instruments}) {
      for (const Regressor& regressor : *list) columns.push_back(regressor.values.values);
    }
    for (const FrameEffect& effect : frame_.effects) columns.push_back(effect.slope.values);
    for (const FrameCells& set : frame_.cells) columns.push_back(set.values.values);
    columns.push_back(frame_.weights.values);
    columns.push_back(frame_.offset.values);
    for (const SharedColumn<double>& column : frame_.auxiliary) columns.push_back(column.values);
    std::erase_if(columns, [](std::span<const double> column) { return column.empty(); });
    return columns;
  }

  void order_rows() {
    Order order;
    order.reserve(at(n_alive()));
    for (Index row = 0; row < n_; ++row) {
      if (alive_[at(row)]) order.push_back(static_cast<GroupId>(row));
    }
    std::vector<std::span<const GroupId>> keys;
    for (const CodedColumn& key : frame_.keys) keys.push_back(key.ids.values);
    const std::vector<std::span<const double>> ties = tie_columns();

    const auto compare_keys = [&](GroupId a, GroupId b) {
      for (const auto& key : keys) {
        if (key[a] != key[b]) return key[a] < key[b] ? -1 : 1;
      }
      return 0;
    };
    const auto before_in_tie = [&](GroupId a, GroupId b) {
      for (const FrameCells& set : frame_.cells) {
        if (set.ids.values[a] != set.ids.values[b]) return set.ids.values[a] < set.ids.values[b];
      }
      for (const auto& column : ties) {
        if (column[a] != column[b]) return column[a] < column[b];
      }
      return false;
    };
    bool sorted = true;
    bool distinct = true;
    for (std::size_t k = 1; k < order.size() && sorted; ++k) {
      const int sign = compare_keys(order[k - 1], order[k]);
      sorted = sign <= 0;
      distinct = distinct && sign != 0;
    }
    if (!sorted) sort_by_keys(order, keys);
    if (!sorted || !distinct) {
      for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first + 1;
        while (last < order.size() && compare_keys(order[first], order[last]) == 0) ++last;
        if (last - first > 1) {
          std::sort(order.begin() + static_cast<std::ptrdiff_t>(first),
                    order.begin() + static_cast<std::ptrdiff_t>(last), before_in_tie);
        }
        first = last;
      }
    }
    const bool same = order.size() == at(n_) && std::is_sorted(order.begin(), order.end());
    if (!same) gather(order);
  }

  /// Counting sorts from the last key to the first.
  void sort_by_keys(Order& order, const std::vector<std::span<const GroupId>>& keys) const {
    Order next(order.size());
    for (std::size_t k = keys.size(); k-- > 0;) {
      std::vector<std::size_t> start(frame_.keys[k].n_levels + std::size_t{1}, 0);
      for (const GroupId row : order) ++start[keys[k][row] + std::size_t{1}];
      std::partial_sum(start.begin(), start.end(), start.begin());
      for (const GroupId row : order) next[start[keys[k][row]]++] = row;
      order.swap(next);
    }
  }

  template <class T>
  static void gather_column(SharedColumn<T>& column, const Order& order) {
    if (column.empty()) return;
    numerics::RawVector<T> values(order.size());
    for (std::size_t k = 0; k < order.size(); ++k) values[k] = column.values[order[k]];
    column = SharedColumn<T>(std::move(values));
  }

  void gather(const Order& order) { gather_frame(frame_, order); }

 public:
  static void gather_frame(ModelFrame& frame, const Order& order) {
    gather_column(frame.y, order);
    for (auto* list : {&frame.regressors, &frame.endogenous, &frame.instruments}) {
      for (Regressor& regressor : *list) gather_column(regressor.values, order);
    }
    for (FrameCells& set : frame.cells) {
      gather_column(set.ids, order);
      gather_column(set.values, order);
    }
    gather_column(frame.weights, order);
    gather_column(frame.offset, order);
    for (CodedColumn& key : frame.keys) gather_column(key.ids, order);
    for (FrameEffect& effect : frame.effects) gather_column(effect.slope, order);
    for (SharedColumn<double>& column : frame.auxiliary) gather_column(column, order);
    Order rows(order.size());
    for (std::size_t k = 0; k < order.size(); ++k) {
      rows[k] = frame.rows.empty() ? order[k] : frame.rows[order[k]];
    }
    frame.rows = std::move(rows);
  }

 private:
  struct Drop {
    std::string reason;
    std::vector<Index> examples;
    Index rows;
  };

  const data::Table& table_;
  const Formula& formula_;
  const FrameSpec& spec_;
  Context& context_;
  Index n_;
  ModelFrame frame_;
  std::vector<char> alive_;
  std::vector<Drop> drops_;
  std::map<std::string, std::size_t> place_of_;
  std::map<std::string, FactorValues> factors_;
  std::vector<std::unique_ptr<data::Column>> computed_;  // categorical expressions
};

}  // namespace

std::string ModelFrame::describe_row(Index row) const {
  const Index source_row = table_row(row);
  std::string text = line_text(*table, source_row);
  std::vector<std::string> values;
  for (const bool texts : {true, false}) {
    for (const CodedColumn& key : keys) {
      if (key.numbers.empty() != texts) continue;
      const GroupId level = key.ids[row];
      values.push_back(level == kNoGroup ? "missing" : key.label(level));
    }
  }
  if (!values.empty()) text += fmt::format(" ({})", fmt::join(values, ", "));
  return text;
}

CombinedIds ModelFrame::ids_of(const KeyGroup& group) const {
  std::vector<std::span<const GroupId>> columns;
  std::vector<GroupId> n_levels;
  for (const Index key : group.keys) {
    columns.push_back(keys[at(key)].ids.values);
    n_levels.push_back(keys[at(key)].n_levels);
  }
  if (!ranks.several() || ranks.keep_together(group.keys)) return combine_ids(columns, n_levels);
  double product = 1.0;
  for (const GroupId levels : n_levels) product *= levels;
  if (product >= static_cast<double>(kNoGroup)) {
    throw InputError(
        {.code = "too-many-groups",
         .what = fmt::format("{} has more combinations than ranks can share", group.name),
         .where = "formula",
         .why = "their levels multiply beyond 32 bits",
         .fixes = {"run it in one process"}});
  }
  CombinedIds result{.n_groups = static_cast<GroupId>(product), .shared = true};
  result.ids.assign(at(n_rows()), 0);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    for (std::size_t row = 0; row < result.ids.size(); ++row) {
      result.ids[row] = result.ids[row] * n_levels[c] + columns[c][row];
    }
  }
  return result;
}

Index ModelFrame::count_groups(const CombinedIds& combined) const {
  if (!combined.shared) return ranks.sum(static_cast<Index>(combined.n_groups));
  std::vector<double> occurs(combined.n_groups, 0.0);
  for (const GroupId id : combined.ids) occurs[id] = 1.0;
  if (ranks.several()) ranks.communicator->max(occurs);
  return std::count(occurs.begin(), occurs.end(), 1.0);
}

std::string ModelFrame::level_of(const KeyGroup& group, Index row) const {
  std::vector<std::string> labels;
  for (const Index key : group.keys) labels.push_back(keys[at(key)].label(keys[at(key)].ids[row]));
  return fmt::format("{}", fmt::join(labels, "-"));
}

GlmProblem ModelFrame::problem() const {
  GlmProblem result;
  result.family = family;
  result.y = y.values;
  for (const Regressor& regressor : regressors) {
    result.regressors.push_back(regressor.values.values);
    result.regressor_names.push_back(regressor.name);
  }
  for (const FrameCells& set : cells) {
    CellRegressors added{.names = {}, .ids = set.ids.values, .values = set.values.values};
    for (const FrameCells::Cell& cell : set.cells) added.names.push_back(cell.name);
    result.cells.push_back(std::move(added));
  }
  result.weights = weights.values;
  result.offset = offset.values;
  for (const CodedColumn& key : keys) {
    result.keys.push_back({.name = key.name, .ids = key.ids.values, .n_levels = key.n_levels});
  }
  for (const FrameEffect& effect : effects) {
    result.effects.push_back(
        {.name = effect.name, .keys = effect.group.keys, .slope = effect.slope.values});
  }
  result.ranks = ranks;
  return result;
}

ModelFrame ModelFrame::with_columns() const {
  ModelFrame result = *this;
  result.cells.clear();
  for (const FrameCells& set : cells) {
    for (Regressor& regressor : columns_of(set)) result.regressors.push_back(std::move(regressor));
  }
  return result;
}

void ModelFrame::keep_rows(std::span<const char> keep) {
  FrameBuilder::Order order;
  order.reserve(at(std::count_if(keep.begin(), keep.end(), [](char k) { return k != 0; })));
  for (std::size_t row = 0; row < keep.size(); ++row) {
    if (keep[row]) order.push_back(static_cast<GroupId>(row));
  }
  if (order.size() < keep.size()) FrameBuilder::gather_frame(*this, order);
}

void ModelFrame::record_drop(const std::string& stage, const std::string& reason,
                             std::span<const Index> dropped) {
  std::vector<std::string> examples;
  for (std::size_t k = 0; k < dropped.size() && k < kMaxExamples; ++k) {
    examples.push_back(describe_row(dropped[k]));
  }
  ledger.drop(stage, reason, static_cast<Index>(dropped.size()), std::move(examples));
}

ModelFrame make_frame(const data::Table& table, const Formula& formula, const FrameSpec& spec,
                      Context& context) {
  return FrameBuilder(table, formula, spec, context).build();
}

}  // namespace altyn::estimation
