#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/types.h"

namespace altyn::data {

/// One file of the cases folder, as its manifest describes it.
struct CaseFile {
  std::string name;  ///< "world_trade"
  std::string file;  ///< path inside the folder
  std::string what;
  std::string provider;
  std::string licence;
  std::string address;  ///< "" when none is known
  std::string unit;
  std::string period;
  std::optional<Index> rows;  ///< of a table, without its header
  std::string sha256;         ///< of the file as it is stored
};

/// The bundled data: tables, agreements and claims, each with source, licence and checksum.
class CasesFolder {
 public:
  /// Finds the folder: `path` when it is not empty; else share/altyn/cases of the installation the
  /// running program belongs to; else cases/ beside the shared object that holds this code; else
  /// share/altyn/cases of the one this library was configured for; else the source
  /// tree. Errors: InputError "no-cases" naming every place that was tried; "unknown-key",
  /// "missing-key", "wrong-type", "duplicate-case" for a manifest that is not as it should be.
  [[nodiscard]] static CasesFolder find(const std::string& path = "");

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::vector<CaseFile>& files() const { return files_; }
  /// Errors: InputError "unknown-case" with the nearest name.
  [[nodiscard]] const CaseFile& file(std::string_view name) const;

  /// The path of a file that is read next. Errors: as file(); InputError "case-missing" when it is
  /// not there, "case-changed" when it is not what the manifest says. Cost: reads the file.
  [[nodiscard]] std::string open(std::string_view name) const;
  /// Compares a file with its checksum: whoever names a bundled file gets what the name stands for
  /// or nothing. Errors and cost: as open().
  void verify(std::string_view name) const;

 private:
  std::string path_;
  std::vector<CaseFile> files_;
};

}  // namespace altyn::data
