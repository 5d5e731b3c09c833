#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/data/table.h"

namespace altyn::study {

/// Tables that the caller holds in memory, by the names under which a study asks for them. Each is
/// made when it is read, and given the source that messages name.
using MemoryTables = std::map<std::string, std::function<data::Table(const std::string& source)>>;

/// Files by the name that a study knows them by: their paths.
using Shelf = std::map<std::string, std::string>;

/// What to run, as plain data: the command line, a study file and a run record all become this, and
/// run_study() is the one path from here to an answer.
struct Study {
  std::string kind;        ///< "check", "estimate", "simulate", ...: the table in study.cpp
  nlohmann::json content;  ///< the sections of that kind
  std::string where;       ///< the file it was read from, or "command line", for messages
  std::string folder;      ///< relative paths in it start here; "" is the working folder
  /// When set, the study may read bundled files and these, by name, and nothing else: no path in a
  /// study that came over a network is ever opened.
  std::shared_ptr<const Shelf> shelf{};
  MemoryTables tables{};  ///< come before bundled tables and files of the same name
};

/// One output file: text as it is, or a table in the format of the name's ending.
struct OutputFile {
  std::string name;
  std::variant<std::string, data::Table> content;
};

/// A file that was read, by the name it was asked for; bundled tables by their place in cases/.
struct InputFile {
  std::string path;
  std::string sha256;
};

/// What a study found, ready for every surface.
struct StudyResult {
  std::string text;      ///< for a terminal, with colour codes
  nlohmann::json value;  ///< the whole result
  std::vector<OutputFile> files;
  std::vector<InputFile> inputs;
  std::vector<Certificate> certificates;
  /// Every certificate holds.
  [[nodiscard]] bool certified() const;
};

/// Reads a study file (.toml or .json): `study = "check"` and the sections of that kind. A file
/// that does not name its kind is known by its sections and those of what it extends: a scenario, a
/// network, a plan, a claim. Errors: InputError as read_document; "unknown-study" for another kind,
/// and where no section or those of several kinds tell it.
[[nodiscard]] Study read_study(const std::string& path);

/// Runs a study. Errors: InputError for what the study or its files get wrong; Cancelled.
[[nodiscard]] StudyResult run_study(const Study& study, Context& context);

/// Drops terminal colour codes.
[[nodiscard]] std::string without_colour(const std::string& text);

}  // namespace altyn::study
