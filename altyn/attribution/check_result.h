#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "altyn/attribution/check_options.h"
#include "altyn/attribution/claim.h"
#include "altyn/attribution/interval.h"
#include "altyn/attribution/pair_series.h"
#include "altyn/core/certificate.h"
#include "altyn/data/ledger.h"
#include "altyn/data/table.h"

namespace altyn::attribution {

/// One value of a result table. A number that is not finite counts as missing.
using Cell = std::variant<std::monostate, bool, double, std::string>;

struct ResultColumn {
  std::string name{};
  std::string label{};
  std::string unit{};  ///< "fraction", "log", "million USD", ...; "" for text
};

/// A table behind one chart, ready for every output: names, labels and units included.
struct ResultTable {
  std::string id{};
  std::string title{};
  std::string note{};
  std::vector<ResultColumn> columns{};
  std::vector<std::vector<Cell>> rows{};

  /// Appends a row. Errors: InternalError when its length is not the number of columns.
  void add(std::vector<Cell> row);
};

/// The same table as typed columns, for writing to a file; truth values become 1 and 0.
[[nodiscard]] data::Table to_data_table(const ResultTable& table);

/// One item of the confidence checklist that a line can answer: is the evidence itself sound?
struct EvidenceCheck {
  bool passed = false;
  std::string sentence{};
};

/// One way to say how much of the growth the cause explains.
struct LineOfEvidence {
  std::string id{};  ///< "L1"
  std::string title{};
  std::string question{};
  bool available = false;
  std::string missing{};   ///< when not available: why, in one sentence
  bool is_main = false;    ///< takes part in the verdict
  std::string rests_on{};  ///< main lines that rest on the same estimate share one weight
  std::string bound{};     ///< "upper" when the share is the most the line allows
  std::optional<Interval> share{};
  std::optional<double> probability_at_threshold{};
  std::string finding{};
  std::string limits{};
  std::string data{};
  std::string period{};
  std::string controls{};
  std::optional<std::uint64_t> seed{};
  std::vector<Certificate> certificates{};
  std::vector<std::string> tables{};
  std::string method{};                 ///< how it is computed, for the method notes
  std::string would_change{};           ///< what would have turned it the other way, in numbers
  std::vector<EvidenceCheck> checks{};  ///< for the confidence checklist
  std::vector<double> share_draws{};    ///< [n_draws] or fewer; behind share, not exported
};

/// A check of the data that concerns this claim.
struct DataFinding {
  std::string severity{};  ///< "error", "warning", "note"
  std::string check{};
  std::string sentence{};
  std::string where{};
};

/// A line with what it adds to the tables, ledgers and findings of the result.
struct LineResult {
  LineOfEvidence line{};
  std::vector<ResultTable> tables{};
  std::vector<std::pair<std::string, data::SampleLedger>> ledgers{};
  std::vector<DataFinding> findings{};
};

enum class NumberKey { kRight, kRightForThisWindowOnly, kWrong, kCannotBeChecked };
enum class CauseKey { kSupported, kContradicted, kNotSupported, kPossibleNotShown, kNotTestable };
enum class ConfidenceKey { kLow, kMedium, kHigh };
/// The keys of the JSON form: "right_for_this_window_only", "not_supported", "medium", ...
[[nodiscard]] std::string_view to_string(NumberKey key);
[[nodiscard]] std::string_view to_string(CauseKey key);
[[nodiscard]] std::string_view to_string(ConfidenceKey key);

struct NumberVerdict {
  NumberKey key = NumberKey::kCannotBeChecked;
  std::string label{};
  std::string sentence{};
  std::string rule{};
};

struct CauseVerdict {
  CauseKey key = CauseKey::kNotTestable;
  std::string label{};
  std::string sentence{};
  std::string rule{};
  std::string likelihood{};             ///< calibrated word for `probability`
  std::optional<double> probability{};  ///< of the synthesis
};

struct Confidence {
  ConfidenceKey key = ConfidenceKey::kLow;
  std::vector<std::string> reasons{};
};

struct Verdict {
  NumberVerdict number{};
  CauseVerdict cause{};
  Confidence confidence{};
  std::vector<std::string> summary{};
  std::vector<std::string> speaks_for{};
  std::vector<std::string> speaks_against{};
  std::vector<std::string> would_change{};
};

/// All main lines together; each counts the same.
struct Synthesis {
  std::optional<Interval> share{};
  std::optional<double> probability_at_threshold{};
  std::string sentence{};
};

/// A file the check reads from.
struct Source {
  std::string file{};
  std::string provider{};
  std::string licence{};
  std::string sha256{};
  std::string what{};
};

/// What makes the run repeatable; filled by whoever starts it.
struct RunInfo {
  std::string version{};
  std::string command{};
  std::uint64_t seed = 0;
  std::vector<std::pair<std::string, std::string>> inputs{};  ///< path, sha256
};

/// Everything a claim check found. Its JSON form is docs/check-result.md.
struct CheckResult {
  std::string title{};
  Claim claim{};
  std::string reporter_name{};
  std::string partner_name{};
  std::string agreement_name{};
  double threshold = 0.0;
  Verdict verdict{};
  Growth growth{};  ///< of the claimed measure in the claimed windows
  std::vector<LineOfEvidence> lines{};
  Synthesis synthesis{};
  std::string calibration{};  ///< how often the verdict misleads; "" when it was not computed
  std::vector<ResultTable> tables{};
  std::vector<std::pair<std::string, data::SampleLedger>> ledgers{};
  std::vector<DataFinding> findings{};
  std::vector<Source> sources{};
  RunInfo run{};
  CheckOptions options{};

  /// Nothing when the result has no such table (its line is not available).
  [[nodiscard]] const ResultTable* find_table(std::string_view id) const;
};

}  // namespace altyn::attribution
