#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/data/fetch_registry.h"

namespace altyn::app {

/// Where a published data set is fetched from, where it goes, and how patiently.
struct FetchOptions {
  std::string output;
  std::string registry;
  std::string url;
  std::string sha256;
  bool again = false;
  bool accept_change = false;
  Index attempts = 5;
  double pause_seconds = 1.0;
  double longest_pause_seconds = 120.0;
  double timeout_seconds = 30.0;
  std::vector<std::string> reporter;
  std::vector<std::string> partner;
  std::vector<std::string> period;
  std::string flows = "M,X";
  std::string products = "TOTAL";

  static std::vector<Field<FetchOptions>> fields();
};

/// What came of it.
struct Fetched {
  std::string path;
  std::string source_json;  ///< what <path>.source.json holds: provider, licence, address, digest
  std::string text;         ///< for a terminal
};

/// The registry of what can be fetched: that of the project, or the file that `path` names.
/// Errors: InputError as FetchRegistry::read.
[[nodiscard]] data::FetchRegistry fetch_registry(const std::string& path);

/// Downloads a data set of the registry and writes beside it where it comes from. The first
/// download of an address into a folder is recorded there (FetchLock), and later ones must bring
/// the same bytes, except for answers of UN Comtrade. `note` is told what the server answers.
/// Errors: as download(); InputError "unknown-source", "by-hand" for one that is handed out to
/// people alone, "output-exists", "bad-lock", "missing-key-variable" and those of
/// data::comtrade_url and data::check_comtrade_answer for UN Comtrade.
[[nodiscard]] Fetched fetch_source(const std::string& name, const FetchOptions& options,
                                   const std::function<void(const std::string&)>& note,
                                   const Context& context);

}  // namespace altyn::app
