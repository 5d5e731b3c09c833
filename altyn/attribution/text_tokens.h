#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace altyn::attribution {

/// A word, a number or a sign of a text. Positions are bytes of PlainText::text.
struct Token {
  enum class Kind { kWord, kNumber, kSign };
  Kind kind = Kind::kSign;
  std::string lower{};  ///< the word in small letters; the sign itself
  double number = 0.0;  ///< of a number; a comma before one or two digits is a decimal sign
  std::size_t begin = 0;
  std::size_t end = 0;
  bool capital = false;  ///< the word begins with a capital letter
  std::size_t sentence = 0;
};

/// A text without markup, cut into tokens and sentences.
struct PlainText {
  std::string text{};
  std::vector<Token> tokens{};
  std::size_t n_sentences = 0;
  std::string published{};  ///< what the page's own fields say of its date, as written there
  [[nodiscard]] std::string_view slice(std::size_t begin, std::size_t end) const {
    return std::string_view(text).substr(begin, end - begin);
  }
};

/// Makes valid UTF-8 of any bytes: what is not becomes U+FFFD, control characters become blanks.
[[nodiscard]] std::string valid_utf8(std::string_view bytes);

/// The readable text of an HTML page: without tags, scripts, styles and comments; blocks stand on
/// lines of their own; character references are resolved. Never fails, whatever the markup.
[[nodiscard]] std::string text_of_html(std::string_view html, std::string& published);

/// Whether bytes look like an HTML page.
[[nodiscard]] bool looks_like_html(std::string_view bytes);

/// Cuts a text into tokens and sentences. Letters are Latin and Cyrillic, others count as words
/// too. Cost: linear in the bytes.
[[nodiscard]] PlainText tokenise(std::string_view bytes, bool html);

}  // namespace altyn::attribution
