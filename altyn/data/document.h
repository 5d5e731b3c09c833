#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace altyn::data {

/// A study, claim, scenario or registry file as one JSON value, with the place of each part. Meant
/// for .cpp files: whoever reads a document needs the whole of JSON anyway.
struct Document {
  nlohmann::json value;  ///< TOML dates and times are texts: "2017-02-01", "2017-02-01T12:00:00Z"
  std::string path;      ///< as the user gave it
  /// JSON pointer -> "line:column"; empty for JSON files, whose parser keeps no places.
  std::map<std::string, std::string> places;

  /// Where a part stands: "claim.toml:12:1" for "/claim/window". A part that is absent is placed at
  /// the nearest part above it; a JSON file gives "claim.json /claim/window".
  [[nodiscard]] std::string where(std::string_view pointer) const;
};

/// Reads a .toml or .json file. A byte-order mark is dropped and the text must be UTF-8.
/// Errors (InputError): file-not-found, is-a-folder, empty-file, unknown-format, not-utf8, and
/// bad-toml or bad-json with line and column; JSON has at most 64 levels.
[[nodiscard]] Document read_document(const std::string& path);

/// The same from text; `path` names it in messages and tells its format.
[[nodiscard]] Document parse_document(std::string_view text, const std::string& path);

}  // namespace altyn::data
