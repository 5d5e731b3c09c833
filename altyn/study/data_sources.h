#pragma once

#include <string>
#include <utility>
#include <vector>

#include "altyn/attribution/check_result.h"
#include "altyn/data/cases.h"
#include "altyn/data/ledger.h"
#include "altyn/data/read_table.h"
#include "altyn/data/table.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// Finds what a study reads, bundled tables by name and files by path, and remembers each with its
/// digest for the run record.
class DataSources {
 public:
  /// `folder` is where relative paths start; `cases` another cases folder, "" for the usual one.
  explicit DataSources(std::string folder, const std::string& cases = "");

  /// Those of a study: its folder, and the tables it holds in memory.
  explicit DataSources(const Study& study, const std::string& cases = "");

  /// The path of a bundled table ("world_trade") or of a file. Errors: InputError "file-not-found"
  /// with the nearest bundled name.
  [[nodiscard]] std::string find(const std::string& name_or_path);
  /// Reads a table in memory, or what find() finds; the table's source is the name a reader knows
  /// it by, not where it lies on this machine. Errors: as read_table.
  [[nodiscard]] data::Table read(const std::string& name_or_path,
                                 const data::ReadOptions& options = {},
                                 data::SampleLedger* ledger = nullptr);
  [[nodiscard]] const data::CasesFolder& cases() const { return cases_; }
  /// The bundled file behind a path that find() returned; null for a file of the user's.
  [[nodiscard]] const data::CaseFile* bundled(const std::string& path) const;
  /// The same for an entry of inputs().
  [[nodiscard]] const data::CaseFile* bundled(const InputFile& input) const;
  /// Everything found so far, in that order.
  [[nodiscard]] const std::vector<InputFile>& inputs() const { return inputs_; }

 private:
  /// A bundled table by its place in cases/, a user's file as it was asked for.
  [[nodiscard]] std::string shown_name(const std::string& path, const std::string& asked) const;

  std::string folder_;
  MemoryTables tables_;
  data::CasesFolder cases_;
  std::vector<InputFile> inputs_;
};

/// What the manifest says of a bundled table, else the path alone.
[[nodiscard]] attribution::Source source_of(const DataSources& sources, const InputFile& input);

/// "RUS=table" -> {"RUS", "table"}. Errors: InputError "bad-option" naming `field`.
[[nodiscard]] std::pair<std::string, std::string> split_name(const std::string& text,
                                                             const std::string& field);

}  // namespace altyn::study
