#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/types.h"
#include "altyn/data/date.h"

namespace altyn::data {

struct Document;

/// One table of a document, read key by key: every error names file, line and key. The document
/// must outlive its entries.
class Entry {
 public:
  /// The whole document. Errors: InputError "wrong-type" when it is not a table.
  explicit Entry(const Document& document);

  /// Errors: InputError "unknown-key" with the nearest known one.
  void allow_only(std::initializer_list<std::string_view> known) const;

  [[nodiscard]] bool has(std::string_view key) const;
  /// A text that is not empty. Errors: InputError "missing-key", "wrong-type".
  [[nodiscard]] std::string text(std::string_view key) const;
  /// A text, or "" when the key is absent. Errors: InputError "wrong-type".
  [[nodiscard]] std::string text_if(std::string_view key) const;
  /// One of the choices. Errors: as text(), and InputError "bad-choice" with the nearest one.
  [[nodiscard]] std::string choice(std::string_view key,
                                   std::initializer_list<std::string_view> choices) const;
  /// Errors: as text(), and InputError "bad-date".
  [[nodiscard]] Date date(std::string_view key) const;
  [[nodiscard]] std::optional<Date> date_if(std::string_view key) const;
  /// A whole number. Errors: InputError "wrong-type".
  [[nodiscard]] std::optional<Index> whole_number_if(std::string_view key) const;
  /// A list of texts, empty when the key is absent. Errors: InputError "wrong-type".
  [[nodiscard]] std::vector<std::string> texts_if(std::string_view key) const;
  /// A list of lists of texts, empty when the key is absent. Errors: InputError "wrong-type".
  [[nodiscard]] std::vector<std::vector<std::string>> text_lists_if(std::string_view key) const;
  /// A table of numbers by name. Errors: InputError "missing-key", "wrong-type".
  [[nodiscard]] std::map<std::string, double> numbers(std::string_view key) const;
  /// A list of tables, empty when the key is absent. Errors: InputError "wrong-type".
  [[nodiscard]] std::vector<Entry> entries_if(std::string_view key) const;

  /// "agreements.toml:17:1", the place of the table or of one of its keys.
  [[nodiscard]] std::string where(std::string_view key = "") const;

 private:
  Entry(const Document& document, std::string pointer);
  const Document* document_;
  std::string pointer_;
};

}  // namespace altyn::data
