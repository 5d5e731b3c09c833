#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace altyn::data {

/// A file that can be fetched, and what is known of it.
struct FetchSource {
  std::string name;  ///< "baci_hs17"
  std::string title;
  std::string provider;
  std::string licence;
  std::string page;         ///< where the provider describes it
  std::string url;          ///< "" when the provider wants a person to ask: see `page`
  std::string file;         ///< name that it is kept under
  std::string import;       ///< the importer that reads it: "baci", "" for none
  std::string why;          ///< why there is no url
  std::string sha256;       ///< "" when not known
  std::uint64_t bytes = 0;  ///< 0 when not known
};

/// The sources of a registry: a TOML file of [[source]] tables with the keys above.
/// Errors: InputError as read_document; "missing-key", "unknown-key", "wrong-type",
/// "duplicate-source", "bad-sha256", "bad-file-name" for a `file` with folders or an address that
/// ends in no name and has no `file`.
class FetchRegistry {
 public:
  [[nodiscard]] static FetchRegistry read(const std::string& path);
  [[nodiscard]] const std::vector<FetchSource>& sources() const { return sources_; }
  /// Errors: InputError "unknown-source" with the nearest name.
  [[nodiscard]] const FetchSource& find(std::string_view name) const;

 private:
  std::vector<FetchSource> sources_;
};

/// The name that an address ends in: "b.zip" of "https://a/b.zip?id=1". Errors: InputError
/// "bad-file-name" at `where` when there is none.
[[nodiscard]] std::string file_of_address(std::string_view url, const std::string& where);

/// What to ask of the UN Comtrade interface.
struct ComtradeQuery {
  std::vector<std::string> reporters;  ///< economies; at least one
  std::vector<std::string> partners;   ///< empty: all
  std::vector<std::string> periods;    ///< "2017" or months "201702", all of one kind
  std::string flows = "M,X";
  std::string products = "TOTAL";  ///< "TOTAL", "AG2", or codes
};

/// Path and query of the request below `base` (docs/data-sources.md). Errors: InputError
/// "unknown-economy"; "bad-period"; "missing-option" without reporter or period.
[[nodiscard]] std::string comtrade_url(const std::string& base, const ComtradeQuery& query);

/// Rows of one answer; the interface cuts longer ones.
inline constexpr std::size_t kComtradeRows = 250000;

/// Looks at an answer of the interface before it is kept. Returns its number of rows. Errors:
/// InputError "bad-answer" for text that is no answer, an error that it carries, or one that was
/// cut at kComtradeRows.
[[nodiscard]] std::size_t check_comtrade_answer(const std::string& path);

}  // namespace altyn::data
