#include "altyn/data/ledger.h"

#include <fmt/format.h>

namespace altyn::data {
namespace {

constexpr std::size_t kMaxExamples = 5;

LedgerEntry make_entry(std::string stage, std::string reason, Index rows,
                       std::vector<std::string> examples) {
  if (examples.size() > kMaxExamples) examples.resize(kMaxExamples);
  return {std::move(stage), std::move(reason), rows, std::move(examples)};
}

}  // namespace

void SampleLedger::drop(std::string stage, std::string reason, Index rows,
                        std::vector<std::string> examples) {
  if (rows == 0) return;
  dropped_.push_back(make_entry(std::move(stage), std::move(reason), rows, std::move(examples)));
}

void SampleLedger::note(std::string stage, std::string reason, Index rows,
                        std::vector<std::string> examples) {
  if (rows == 0) return;
  notes_.push_back(make_entry(std::move(stage), std::move(reason), rows, std::move(examples)));
}

Index SampleLedger::rows_used() const {
  Index used = rows_read_;
  for (const LedgerEntry& entry : dropped_) used -= entry.rows;
  return used;
}

std::string SampleLedger::to_text() const {
  std::string text = fmt::format("{:>12} rows read\n", fmt::group_digits(rows_read_));
  for (const LedgerEntry& entry : dropped_) {
    text += fmt::format("{:>12} {}: {}", fmt::format("-{}", fmt::group_digits(entry.rows)),
                        entry.stage, entry.reason);
    if (!entry.examples.empty()) text += fmt::format(" ({})", fmt::join(entry.examples, "; "));
    text += "\n";
  }
  text += fmt::format("{:>12} rows used\n", fmt::group_digits(rows_used()));
  for (const LedgerEntry& entry : notes_) {
    text += fmt::format("{:>12} of these: {}", fmt::group_digits(entry.rows), entry.reason);
    if (!entry.examples.empty()) text += fmt::format(" ({})", fmt::join(entry.examples, "; "));
    text += "\n";
  }
  return text;
}

}  // namespace altyn::data
