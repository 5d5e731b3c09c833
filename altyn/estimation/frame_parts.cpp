#include "altyn/estimation/frame_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <utility>

#include "altyn/core/errors.h"
#include "altyn/estimation/absorb_layout.h"
#include "altyn/estimation/at.h"
#include "altyn/numerics/scratch_memory.h"

namespace altyn::estimation {
namespace {

using numerics::RawVector;

constexpr const char* kFixMemory = "run it without a memory limit, in one process";

[[noreturn]] void fail_needs_memory(std::string what, const std::string& where) {
  throw InputError({.code = "needs-memory",
                    .what = std::move(what),
                    .where = where,
                    .why = "it looks at all rows at once, and here they are read in parts",
                    .fixes = {kFixMemory, "write its columns into the table"}});
}

/// What the parts' frames point at instead of a table of all rows.
struct Dictionaries {
  data::Table head;                      // no rows: says where they come from
  std::vector<data::Column> keys;        // distinct values of every key, increasing
  std::vector<data::Column> categories;  // and of the variables behind indicators
};

class PartsBuilder {
 public:
  PartsBuilder(data::TableParts& parts, const Formula& formula, const FrameSpec& spec,
               comm::Communicator* communicator, Context& context)
      : parts_(parts), formula_(formula), spec_(spec), context_(context) {
    spec_.part = true;
    spec_.cells = false;
    ranks_.communicator = communicator;
  }

  ModelFrame build() {
    refuse_what_needs_all_rows();
    find_columns();
    read_dictionaries();
    find_order();
    if (ranks_.several()) share_rows();
    if (!read_parts()) {
      parts_.sort_by(order_, columns_);
      ALTYN_CHECK(read_parts(), "a sorted copy is sorted");
    }
    return finish();
  }

 private:
  void refuse_what_needs_all_rows() const {
    if (!formula_.endogenous.empty()) {
      fail_needs_memory("instruments cannot be used here", formula_.source);
    }
    for (const Term& term : formula_.terms) {
      for (const Factor& factor : term.factors) {
        const bool cohorts =
            factor.kind == FactorKind::kSunAbraham || factor.kind == FactorKind::kEtwfe;
        const auto computed = [](const Expression* variable) {
          return variable->operation != Operation::kColumn;
        };
        const std::vector<const Expression*> variables = categorical(factor);
        if (cohorts || std::any_of(variables.begin(), variables.end(), computed)) {
          fail_needs_memory(fmt::format("{} makes a column per value", factor.to_string()),
                            formula_.source);
        }
      }
    }
    if (!ranks_.several()) return;
    const bool slopes = std::any_of(formula_.effects.begin(), formula_.effects.end(),
                                    [](const EffectTerm& e) { return !e.slopes.empty(); });
    if (formula_.effects.empty() || slopes) {
      throw InputError({.code = formula_.effects.empty() ? "needs-effects" : "needs-one-process",
                        .what = formula_.effects.empty()
                                    ? "a model without effects has no levels to share out"
                                    : "slopes by level are not shared between ranks",
                        .where = formula_.source,
                        .why = "ranks share the rows by the levels of the largest effect",
                        .fixes = {"run it in one process: altyn estimate"}});
    }
  }

  /// The variables of a factor whose values have a column each.
  [[nodiscard]] std::vector<const Expression*> categorical(const Factor& factor) const {
    const auto is_text = [&](const Expression& variable) {
      return variable.operation == Operation::kColumn && parts_.has(variable.name) &&
             !parts_.is_number(variable.name);
    };
    std::vector<const Expression*> found;
    if (factor.kind != FactorKind::kNumeric || is_text(factor.value)) {
      found.push_back(&factor.value);
    }
    for (const Expression& by : factor.by) {
      if (factor.by_is_categorical || is_text(by)) found.push_back(&by);
    }
    return found;
  }

  void want(const std::vector<std::string>& names, std::vector<std::string>& list) const {
    for (const std::string& name : names) {
      if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
    }
  }

  /// The columns that the model reads, and those whose values are keys.
  void find_columns() {
    for (const auto* terms : {&formula_.effects, &std::as_const(spec_).groups}) {
      for (const EffectTerm& term : *terms) {
        want(term.columns, key_names_);
        for (const Expression& slope : term.slopes) want(slope.columns(), columns_);
      }
    }
    want(key_names_, columns_);
    want(formula_.outcome.columns(), columns_);
    for (const Term& term : formula_.terms) {
      for (const Factor& factor : term.factors) {
        want(factor.value.columns(), columns_);
        for (const Expression& by : factor.by) want(by.columns(), columns_);
        for (const Expression* variable : categorical(factor)) {
          want(variable->columns(), category_names_);
        }
      }
    }
    for (const std::string* text : {&spec_.weights, &spec_.offset, &spec_.subset}) {
      if (!text->empty()) want(parse_expression(*text, "option").columns(), columns_);
    }
    for (const std::string& text : spec_.auxiliary) {
      want(parse_expression(text, "column").columns(), columns_);
    }
    // A column that the file lacks fails where the formula is read, with a mark under its name.
    const auto lacks = [&](const std::string& name) { return !parts_.has(name); };
    std::erase_if(columns_, lacks);
    std::erase_if(key_names_, lacks);
    std::erase_if(category_names_, lacks);
  }

  void read_dictionaries() {
    owner_ = std::make_shared<Dictionaries>();
    owner_->head.set_source(parts_.path());
    for (const std::string& name : key_names_) {
      data::Table found = parts_.count({name});
      owner_->keys.push_back(found.column(name));
    }
    for (const std::string& name : category_names_) {
      data::Table found = parts_.count({name});
      owner_->categories.push_back(found.column(name));
    }
    spec_.categories = owner_->categories;
  }

  [[nodiscard]] Index key_position(const std::string& name) const {
    const auto place = std::find(key_names_.begin(), key_names_.end(), name);
    return place - key_names_.begin();
  }
  [[nodiscard]] static GroupId n_values(const data::Column& column) {
    if (const auto* texts = std::get_if<data::TextColumn>(&column.values)) {
      return static_cast<GroupId>(texts->dictionary.size());
    }
    return static_cast<GroupId>(std::get<data::NumberColumn>(column.values).size());
  }

  /// The keys in the order in which the kernel wants the rows, as far as it can be told before they
  /// are read.
  void find_order() {
    std::vector<Effect> effects;
    std::vector<Index> n_levels;
    for (const EffectTerm& term : formula_.effects) {
      Effect effect{.name = term.groups_name()};
      double levels = 1.0;
      for (const std::string& column : term.columns) {
        const Index key = key_position(column);
        if (key == std::ssize(key_names_)) continue;
        effect.keys.push_back(key);
        levels *= n_values(owner_->keys[at(key)]);
      }
      if (!term.intercept || effect.keys.empty()) continue;
      effects.push_back(std::move(effect));
      n_levels.push_back(static_cast<Index>(
          std::min(levels, static_cast<double>(std::numeric_limits<Index>::max() / 2))));
    }
    for (const Index key : expected_order(effects, n_levels)) {
      order_.push_back(key_names_[at(key)]);
    }
    for (const std::string& name : key_names_) {
      if (std::find(order_.begin(), order_.end(), name) == order_.end()) order_.push_back(name);
    }
    spec_.key_order = order_;
  }

  /// Takes this rank's rows: consecutive values of the first key, or of the first two where the
  /// first has few, about as many rows as the other ranks have.
  void share_rows() {
    const Index n_ranks = ranks_.communicator->size();
    shared_by_ = {order_.front()};
    data::Table counts = parts_.count(shared_by_);
    if (counts.n_rows() < 2 * n_ranks && order_.size() > 1) {
      shared_by_.push_back(order_[1]);
      counts = parts_.count(shared_by_);
    }
    const data::NumberColumn& rows = counts.numbers("rows");
    double total = 0.0;
    for (const double count : rows) total += count;
    const auto bound = [&](Index rank) {
      const double wanted = total * static_cast<double>(rank) / static_cast<double>(n_ranks);
      double sum = 0.0;
      std::size_t value = 0;
      while (value < rows.size() && sum + 0.5 * rows[value] < wanted) sum += rows[value++];
      return static_cast<Index>(value);
    };
    const Index rank = ranks_.communicator->rank();
    const Index first = bound(rank);
    const Index last = rank + 1 == n_ranks ? counts.n_rows() : bound(rank + 1);
    if (first == last) {
      throw InputError(
          {.code = "too-many-ranks",
           .what = fmt::format("rank {} of {} would have no rows", rank, n_ranks),
           .where = "mpirun -n",
           .why = fmt::format("rows of one {} stay on one rank", fmt::join(shared_by_, "^")),
           .fixes = {"use fewer ranks"}});
    }
    parts_.keep_between(shared_by_, counts, first, last);
  }

  // ---- the parts

  template <class T>
  static void append(RawVector<T>& column, std::span<const T> values) {
    column.insert(column.end(), values.begin(), values.end());
  }

  void reserve() {
    const auto n = at(parts_.n_rows());
    y_.reserve(n);
    rows_.reserve(n);
    for (RawVector<double>& column : regressors_) column.reserve(n);
    for (RawVector<GroupId>& column : ids_) column.reserve(n);
    for (RawVector<double>& column : slopes_) column.reserve(n);
    for (RawVector<double>& column : auxiliary_) column.reserve(n);
    if (!spec_.weights.empty()) weights_.reserve(n);
    if (!spec_.offset.empty()) offset_.reserve(n);
  }

  void start(ModelFrame&& like) {
    y_.clear();
    rows_.clear();
    weights_.clear();
    offset_.clear();
    regressors_.assign(like.regressors.size(), {});
    ids_.assign(like.keys.size(), {});
    slopes_.assign(like.effects.size(), {});
    auxiliary_.assign(like.auxiliary.size(), {});
    ledger_ = {};
    reserve();
    frame_ = std::move(like);
  }

  /// False when the rows do not come in the order that is wanted.
  bool add(ModelFrame& part, const data::Table& table) {
    const auto n = at(part.n_rows());
    for (std::size_t k = 0; k < part.keys.size(); ++k) {
      const std::vector<GroupId> codes =
          codes_among(part.keys[k], owner_->keys[at(key_position(part.keys[k].name))]);
      const std::size_t before = ids_[k].size();
      ids_[k].resize(before + n);
      for (std::size_t row = 0; row < n; ++row) {
        ids_[k][before + row] = codes[part.keys[k].ids.values[row]];
      }
    }
    const std::size_t first = y_.size();
    const auto compare = [&](std::size_t a, std::size_t b) {
      for (std::size_t k = 0; k < order_.size(); ++k) {
        if (ids_[k][a] != ids_[k][b]) return ids_[k][a] < ids_[k][b];
      }
      return true;
    };
    if (n > 0 && first > 0 && !compare(first - 1, first)) return false;
    append(y_, part.y.values);
    for (std::size_t j = 0; j < regressors_.size(); ++j) {
      append(regressors_[j], part.regressors[j].values.values);
    }
    for (std::size_t e = 0; e < slopes_.size(); ++e)
      append(slopes_[e], part.effects[e].slope.values);
    for (std::size_t a = 0; a < auxiliary_.size(); ++a) {
      append(auxiliary_[a], part.auxiliary[a].values);
    }
    append(weights_, part.weights.values);
    append(offset_, part.offset.values);
    const data::NumberColumn& file_rows = table.numbers(data::kFileRow);
    for (Index row = 0; row < part.n_rows(); ++row) {
      rows_.push_back(static_cast<GroupId>(static_cast<Index>(file_rows[at(part.table_row(row))]) -
                                           offset_row_));
    }
    for (const data::LedgerEntry& entry : part.ledger.dropped()) add_entry(entry);
    return true;
  }

  void add_entry(const data::LedgerEntry& entry) {
    for (data::LedgerEntry& known : ledger_) {
      if (known.stage != entry.stage || known.reason != entry.reason) continue;
      known.rows += entry.rows;
      known.examples.insert(known.examples.end(), entry.examples.begin(), entry.examples.end());
      return;
    }
    ledger_.push_back(entry);
  }

  bool read_parts() {
    const Index n_parts = parts_.n_parts();
    offset_row_ = parts_.first_row();
    if (parts_.n_rows() >= static_cast<Index>(kNoGroup)) {
      throw InputError({.code = "too-many-rows",
                        .what = fmt::format("{} rows in one process", parts_.n_rows()),
                        .where = parts_.path(),
                        .why = "rows are numbered with 32 bits",
                        .fixes = {"mpirun -n 8 altyn-mpi estimate ..."}});
    }
    // The next part is read while this one is worked on.
    const auto read = [&](Index part) {
      return std::async(std::launch::async, [this, part] { return parts_.read(part, columns_); });
    };
    std::future<data::Table> next = n_parts > 0 ? read(0) : std::future<data::Table>();
    for (Index part = 0; part < n_parts; ++part) {
      data::Table table = next.get();
      if (part + 1 < n_parts) next = read(part + 1);
      context_.report({.step = "read", .iteration = part, .total = n_parts});
      context_.throw_if_stopped();
      // The row's place in the file, for messages: parts of a sorted copy do not follow each other.
      std::vector<Index> lines;
      for (const double row : table.numbers(data::kFileRow)) {
        lines.push_back(static_cast<Index>(row) + 1);
      }
      table.set_lines(std::move(lines));
      ModelFrame frame = make_frame(table, formula_, spec_, context_);
      if (part == 0) start(ModelFrame(frame));
      if (!add(frame, table)) return false;
    }
    return true;
  }

  /// Values that no row of the model takes have no column, as in a table that is read whole.
  void drop_absent_values() {
    std::vector<double> used(regressors_.size(), 1.0);
    for (std::size_t j = 0; j < regressors_.size(); ++j) {
      if (!frame_.regressors[j].is_indicator) continue;
      const RawVector<double>& column = regressors_[j];
      const bool any = std::any_of(column.begin(), column.end(), [](double x) { return x != 0.0; });
      used[j] = any ? 1.0 : 0.0;
    }
    ranks_.sum(std::span(used));
    std::size_t kept = 0;
    for (std::size_t j = 0; j < used.size(); ++j) {
      if (used[j] == 0.0) continue;
      if (kept != j) {
        regressors_[kept] = std::move(regressors_[j]);
        frame_.regressors[kept] = std::move(frame_.regressors[j]);
      }
      ++kept;
    }
    regressors_.resize(kept);
    frame_.regressors.resize(kept);
  }

  ModelFrame finish() {
    if (y_.empty() && !ranks_.several()) {
      std::vector<std::string> lines;
      for (const data::LedgerEntry& entry : ledger_) {
        lines.push_back(fmt::format("{} rows: {}", entry.rows, entry.reason));
      }
      throw InputError({.code = "no-rows-left",
                        .what = fmt::format("none of the {} rows can be used", parts_.n_rows()),
                        .where = parts_.path(),
                        .context = std::move(lines),
                        .why = "an estimate needs rows with an outcome, regressors and effects"});
    }
    frame_.ledger = data::SampleLedger(parts_.n_rows());
    for (data::LedgerEntry& entry : ledger_) {
      frame_.ledger.drop(entry.stage, entry.reason, entry.rows, entry.examples);
    }
    owner_->head.number_rows(offset_row_ + 1, "row");
    frame_.table = &owner_->head;
    frame_.own_table = owner_;
    frame_.y = SharedColumn<double>(std::move(y_));
    drop_absent_values();
    for (std::size_t j = 0; j < regressors_.size(); ++j) {
      frame_.regressors[j].values = SharedColumn<double>(std::move(regressors_[j]));
    }
    for (std::size_t e = 0; e < slopes_.size(); ++e) {
      frame_.effects[e].slope = SharedColumn<double>(std::move(slopes_[e]));
    }
    for (std::size_t a = 0; a < auxiliary_.size(); ++a) {
      frame_.auxiliary[a] = SharedColumn<double>(std::move(auxiliary_[a]));
    }
    frame_.weights = SharedColumn<double>(std::move(weights_));
    frame_.offset = SharedColumn<double>(std::move(offset_));
    for (std::size_t k = 0; k < frame_.keys.size(); ++k) {
      CodedColumn& key = frame_.keys[k];
      key.column = &owner_->keys[at(key_position(key.name))];
      key.ids = SharedColumn<GroupId>(std::move(ids_[k]));
      key.n_levels = n_values(*key.column);
      key.numbers.clear();
      if (const auto* numbers = std::get_if<data::NumberColumn>(&key.column->values)) {
        key.numbers = *numbers;
      }
      for (const std::string& name : shared_by_) {
        if (name == key.name) ranks_.keys.push_back(static_cast<Index>(k));
      }
    }
    bool same = true;
    for (std::size_t row = 0; row < rows_.size() && same; ++row) same = rows_[row] == row;
    if (same) rows_ = {};
    frame_.rows = std::move(rows_);
    frame_.ranks = ranks_;
    return std::move(frame_);
  }

  data::TableParts& parts_;
  const Formula& formula_;
  FrameSpec spec_;
  Context& context_;
  comm::Ranks ranks_;
  std::vector<std::string> columns_;
  std::vector<std::string> key_names_;
  std::vector<std::string> category_names_;
  std::vector<std::string> order_;
  std::vector<std::string> shared_by_;
  std::shared_ptr<Dictionaries> owner_;
  Index offset_row_ = 0;

  ModelFrame frame_;  // of the first part; its columns are put in at the end
  RawVector<double> y_;
  RawVector<GroupId> rows_;
  RawVector<double> weights_;
  RawVector<double> offset_;
  std::vector<RawVector<double>> regressors_;
  std::vector<RawVector<GroupId>> ids_;
  std::vector<RawVector<double>> slopes_;
  std::vector<RawVector<double>> auxiliary_;
  std::vector<data::LedgerEntry> ledger_;
};

void refuse_options(const EstimateOptions& options, bool several) {
  const VarianceKind kind = options.variance;
  const bool shared = kind == VarianceKind::kAuto || kind == VarianceKind::kIid ||
                      kind == VarianceKind::kHc0 || kind == VarianceKind::kRobust ||
                      kind == VarianceKind::kCluster;
  if (several && !shared) {
    throw InputError({.code = "needs-one-process",
                      .what = "this kind of standard errors is not summed over ranks",
                      .where = "variance",
                      .why = "it compares rows of different ranks",
                      .fixes = {"--variance cluster", "run it in one process: altyn estimate"}});
  }
  if (options.bias_correction)
    fail_needs_memory("the bias correction cannot be used here", "bias_correction");
}

}  // namespace

ModelFrame make_frame_in_parts(data::TableParts& parts, const Formula& formula,
                               const FrameSpec& spec, comm::Communicator* communicator,
                               Context& context) {
  return PartsBuilder(parts, formula, spec, communicator, context).build();
}

Estimate estimate_in_parts(const std::string& path, const Formula& formula,
                           const EstimateOptions& options, comm::Communicator* communicator,
                           Context& context) {
  const auto start = std::chrono::steady_clock::now();
  refuse_options(options, communicator != nullptr);
  const FrameSpec spec = frame_spec(formula, options);
  constexpr double kGigabyte = 1e9;
  std::optional<numerics::ScratchMemory> scratch;
  if (options.memory_limit_gb > 0.0) {
    scratch.emplace(options.scratch, static_cast<std::size_t>(options.memory_limit_gb * kGigabyte));
  }
  const double share = options.memory_limit_gb > 0.0 ? options.memory_limit_gb / 4.0 : 4.0;
  std::optional<ModelFrame> frame;
  {
    data::TableParts parts(
        path,
        {.scratch = options.scratch, .memory_gb = share, .n_threads = context.pool->n_threads()});
    frame = make_frame_in_parts(parts, formula, spec, communicator, context);
  }
  EstimateOptions here = options;
  here.keep_rows = false;
  Estimate result = summarise(fit_frame(std::move(*frame), here, context), context);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace altyn::estimation
