#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace altyn::data {

/// An economy as trade data name it.
struct Economy {
  std::string_view code;  ///< ISO 3166-1 alpha-3: "KAZ"
  std::string_view code2;
  int number = 0;         ///< ISO 3166-1 numeric, as in UN Comtrade: 398
  std::string_view name;  ///< English, short
  std::string_view name_russian;
};

/// All economies, sorted by code.
[[nodiscard]] std::span<const Economy> economies();

/// The economy of exactly this code, or nullptr.
[[nodiscard]] const Economy* find_economy(std::string_view code);

enum class Language { kEnglish, kRussian };

/// "Kazakhstan" or "Казахстан"; the code itself where the table has no name.
[[nodiscard]] std::string economy_name(std::string_view code,
                                       Language language = Language::kEnglish);

/// What a code or name in a data file stands for.
struct CodeReading {
  enum class Kind {
    kEconomy,  ///< `code` is its present code
    kFormer,   ///< a state that was dissolved (SUN, YUG, SCG, CSK, ...): `code` keeps its own code
    kAggregate,  ///< a group or a remainder (World, EU, areas not elsewhere specified)
    kUnknown,
  };
  Kind kind = Kind::kUnknown;
  std::string code;
  /// Why `code` differs from the text: "Romania's code before 2002", "by name"; "" when it does
  /// not.
  std::string note;
};

/// Reads an alpha-3 code in any case, a code that was renamed (ROM, ZAR, TMP, BUR, WBG, ...), a
/// number of ISO, UN Comtrade or BACI (643; 842 is the United States, 699 India, 757 Switzerland,
/// 490 Taiwan), a two-letter code except NA (it also means "no value"), or an English or Russian
/// name.
[[nodiscard]] CodeReading read_economy(std::string_view text);

/// The present code for `text`. Errors: InputError "unknown-economy" with the three nearest codes,
/// or "not-an-economy" for a group. Former states are accepted under their own code.
[[nodiscard]] std::string economy_code(std::string_view text, const std::string& where);

/// The error of economy_code(), for callers that read many codes.
[[noreturn]] void fail_unknown_economy(std::string_view text, const std::string& where);

}  // namespace altyn::data
