#pragma once

#include <string>
#include <vector>

#include "altyn/core/types.h"

namespace altyn::data {

/// Rows that left the sample for one reason.
struct LedgerEntry {
  std::string stage;   ///< "read", "clean", "formula", "estimate"
  std::string reason;  ///< plain words: "trade is missing", "only zeros in pair"
  Index rows = 0;
  std::vector<std::string> examples;  ///< at most five: "line 17 (KAZ, RUS, 2010)"
};

/// Accounts for every row between the file and the estimate: rows_read - all dropped = rows_used,
/// always. Notes count rows that stayed but deserve a word (duplicates kept, values imputed).
class SampleLedger {
 public:
  explicit SampleLedger(Index rows_read = 0) : rows_read_(rows_read) {}
  void drop(std::string stage, std::string reason, Index rows,
            std::vector<std::string> examples = {});
  void note(std::string stage, std::string reason, Index rows,
            std::vector<std::string> examples = {});
  [[nodiscard]] Index rows_read() const { return rows_read_; }
  [[nodiscard]] Index rows_used() const;
  [[nodiscard]] const std::vector<LedgerEntry>& dropped() const { return dropped_; }
  [[nodiscard]] const std::vector<LedgerEntry>& notes() const { return notes_; }
  /// The fixed-order text table: rows read, each reason, rows used.
  [[nodiscard]] std::string to_text() const;

 private:
  Index rows_read_ = 0;
  std::vector<LedgerEntry> dropped_;
  std::vector<LedgerEntry> notes_;
};

}  // namespace altyn::data
