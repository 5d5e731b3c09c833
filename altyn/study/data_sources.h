#pragma once

#include <memory>
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
  /// Of a study: its folder, its shelf and the tables it holds in memory; `cases` is another cases
  /// folder, "" for the usual one. Errors: InputError "not-on-the-shelf" for one where the study
  /// has a shelf; "case-changed" for a bundled study that was altered.
  explicit DataSources(const Study& study, const std::string& cases = "");
  /// The same with a cases folder that was found before.
  DataSources(const Study& study, data::CasesFolder cases);

  /// The path of a bundled table ("world_trade") or a file. Errors: InputError "file-not-found"
  /// with the nearest name; "not-on-the-shelf"; "case-changed" for a bundled file that was altered.
  [[nodiscard]] std::string find(const std::string& name_or_path);
  /// Reads a table in memory, or what find() finds; the table's source is the name a reader knows
  /// it by, not where it lies on this machine. Errors: as read_table.
  [[nodiscard]] data::Table read(const std::string& name_or_path,
                                 const data::ReadOptions& options = {},
                                 data::SampleLedger* ledger = nullptr);
  /// Whether read() would take a table of this name from memory.
  [[nodiscard]] bool in_memory(const std::string& name) const { return tables_.contains(name); }
  /// As find(), without remembering that it was read. Cost: a look at the disk.
  [[nodiscard]] std::string locate(const std::string& name_or_path) const;
  /// The same sources with nothing read yet.
  [[nodiscard]] DataSources unread() const;
  /// Remembers what was read elsewhere.
  void add_inputs(const std::vector<InputFile>& inputs);
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
  std::shared_ptr<const Shelf> shelf_;
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
