#include "altyn/attribution/text_tokens.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdlib>

namespace altyn::attribution {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// One code point and the bytes it takes; `length` 0 when the bytes are not UTF-8.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;
};

CodePoint decode(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(bytes[at + k]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 && lead < 0xF5   ? 4
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                                                           : 0;
  if (length == 0 || at + length > bytes.size()) return {};
  std::uint32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte(k) & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (byte(k) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[length] || surrogate || value > 0x10FFFF) return {};
  return {value, length};
}

void append(std::string& out, std::uint32_t value) {
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += static_cast<char>(0xC0U | (value >> 6U));
    out += static_cast<char>(0x80U | (value & 0x3FU));
  } else if (value < 0x10000) {
    out += static_cast<char>(0xE0U | (value >> 12U));
    out += static_cast<char>(0x80U | ((value >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (value & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (value >> 18U));
    out += static_cast<char>(0x80U | ((value >> 12U) & 0x3FU));
    out += static_cast<char>(0x80U | ((value >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (value & 0x3FU));
  }
}

bool is_upper(std::uint32_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
         (c >= 0x400 && c <= 0x42F);
}

std::uint32_t lower(std::uint32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
  if (c == 0x401) return 0x435;  // yo is written as ye by most
  if (c == 0x451) return 0x435;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

bool is_digit(std::uint32_t c) { return c >= '0' && c <= '9'; }

bool is_letter(std::uint32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) || (c >= 0x370 && c <= 0x1FFF) ||
         (c >= 0x2E80 && c <= 0xFFEF && c != 0xFFFD);
}

bool is_blank(std::uint32_t c) { return c <= ' ' || c == 0xA0 || c == 0x2009 || c == 0x202F; }

/// Words after which a full stop ends no sentence.
bool is_abbreviation(std::string_view word) {
  constexpr std::array<std::string_view, 32> kWords = {
      "mr",   "mrs",  "ms",  "dr",  "jan",  "feb", "mar", "apr", "jun", "jul", "aug",
      "sep",  "sept", "oct", "nov", "dec",  "bn",  "mln", "u.s", "no",  "г",   "гг",
      "млрд", "млн",  "тыс", "руб", "долл", "им",  "т",   "е",   "д",   "ст"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool same_letters(std::string_view text, std::size_t at, std::string_view word) {
  if (at + word.size() > text.size()) return false;
  for (std::size_t k = 0; k < word.size(); ++k) {
    if (std::tolower(static_cast<unsigned char>(text[at + k])) != word[k]) return false;
  }
  return true;
}

/// Resolves one character reference at '&'; returns the place after it, or `at` when it is none.
std::size_t reference(std::string_view html, std::size_t at, std::string& out) {
  struct Named {
    std::string_view name;
    std::uint32_t value;
  };
  constexpr std::array<Named, 14> kNamed = {{{"amp;", '&'},
                                             {"lt;", '<'},
                                             {"gt;", '>'},
                                             {"quot;", '"'},
                                             {"apos;", '\''},
                                             {"nbsp;", ' '},
                                             {"ndash;", 0x2013},
                                             {"mdash;", 0x2014},
                                             {"laquo;", 0xAB},
                                             {"raquo;", 0xBB},
                                             {"ldquo;", 0x201C},
                                             {"rdquo;", 0x201D},
                                             {"rsquo;", 0x2019},
                                             {"percnt;", '%'}}};
  for (const Named& named : kNamed) {
    if (html.substr(at + 1, named.name.size()) == named.name) {
      append(out, named.value);
      return at + 1 + named.name.size();
    }
  }
  if (at + 2 >= html.size() || html[at + 1] != '#') return at;
  std::size_t place = at + 2;
  const bool hex = html[place] == 'x' || html[place] == 'X';
  if (hex) ++place;
  std::uint32_t value = 0;
  const std::size_t first = place;
  for (; place < html.size() && place < first + 7; ++place) {
    const auto c = static_cast<unsigned char>(html[place]);
    if (hex ? std::isxdigit(c) == 0 : std::isdigit(c) == 0) break;
    const int digit = std::isdigit(c) != 0 ? c - '0' : std::tolower(c) - 'a' + 10;
    value = value * (hex ? 16U : 10U) + static_cast<std::uint32_t>(digit);
  }
  if (place == first || place >= html.size() || html[place] != ';') return at;
  const bool sound = value > 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  append(out, sound ? value : 0xFFFD);
  return place + 1;
}

/// The value of an attribute inside a tag, as written; "" when there is none.
std::string_view attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = 0; at + name.size() + 2 < tag.size(); ++at) {
    if (!same_letters(tag, at, name) || tag[at + name.size()] != '=') continue;
    const char quote = tag[at + name.size() + 1];
    if (quote != '"' && quote != '\'') continue;
    const std::size_t first = at + name.size() + 2;
    const std::size_t last = tag.find(quote, first);
    return last == std::string_view::npos ? "" : tag.substr(first, last - first);
  }
  return "";
}

constexpr std::size_t kLongestTag = 4096;
constexpr std::size_t kLongestSentence = 100;  // tokens; what goes on is read as another one

}  // namespace

std::string valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint point = decode(bytes, at);
    if (point.length == 0) {
      out += kReplacement;
      ++at;
      continue;
    }
    if (point.value < ' ' && point.value != '\n') {
      out += ' ';
    } else {
      out.append(bytes.substr(at, point.length));
    }
    at += point.length;
  }
  return out;
}

bool looks_like_html(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 2048);
  for (std::size_t at = start.find('<'); at != std::string_view::npos;
       at = start.find('<', at + 1)) {
    for (const std::string_view tag :
         {"<!doctype html", "<html", "<head", "<body", "<p>", "<div"}) {
      if (same_letters(start, at, tag)) return true;
    }
  }
  return false;
}

std::string text_of_html(std::string_view html, std::string& published) {
  std::string out;
  std::size_t at = 0;
  while (at < html.size()) {
    const char c = html[at];
    if (c == '&') {
      const std::size_t next = reference(html, at, out);
      if (next == at) out += c;
      at = next == at ? at + 1 : next;
      continue;
    }
    if (c != '<') {
      out += c == '\n' ? ' ' : c;
      ++at;
      continue;
    }
    if (html.substr(at, 4) == "<!--") {
      const std::size_t end = html.find("-->", at + 4);
      at = end == std::string_view::npos ? html.size() : end + 3;
      continue;
    }
    // What is skipped with its content; without an end tag the rest is skipped.
    bool skipped = false;
    for (const std::string_view name : {"script", "style", "template", "noscript", "svg"}) {
      if (!same_letters(html, at + 1, name)) continue;
      std::size_t end = at + 1;
      do {
        end = html.find("</", end + 1);
      } while (end != std::string_view::npos && !same_letters(html, end + 2, name));
      const std::size_t close = end == std::string_view::npos ? end : html.find('>', end);
      at = close == std::string_view::npos ? html.size() : close + 1;
      skipped = true;
      break;
    }
    if (skipped) continue;
    const std::size_t end = html.substr(at, kLongestTag).find_first_of("<>", 1);
    if (end == std::string_view::npos || html[at + end] == '<') {  // a bare sign, not a tag
      out += c;
      ++at;
      continue;
    }
    const std::string_view tag = html.substr(at + 1, end - 1);
    if (published.empty() && same_letters(tag, 0, "meta") &&
        tag.find("published_time") != std::string_view::npos) {
      published = attribute(tag, "content");
    }
    if (published.empty() && same_letters(tag, 0, "time")) published = attribute(tag, "datetime");
    const bool closing = tag.starts_with('/');
    const std::string_view name = closing ? tag.substr(1) : tag;
    for (const std::string_view block :
         {"p",      "div", "br", "li",         "h1",      "h2",      "h3",
          "h4",     "td",  "tr", "title",      "article", "section", "header",
          "footer", "ul",  "ol", "blockquote", "time",    "aside",   "nav"}) {
      const bool whole = name.size() == block.size() ||
                         (name.size() > block.size() &&
                          std::isalnum(static_cast<unsigned char>(name[block.size()])) == 0);
      if (same_letters(name, 0, block) && whole) {
        out += "\n\n";
        break;
      }
    }
    at += end + 1;
  }
  return out;
}

PlainText tokenise(std::string_view bytes, bool html) {
  PlainText made;
  made.text = html ? valid_utf8(text_of_html(bytes, made.published)) : valid_utf8(bytes);
  const std::string& text = made.text;
  std::size_t sentence = 0;
  std::size_t length = 0;  // tokens of the sentence so far
  const auto end_sentence = [&] {
    if (length > 0) ++sentence;
    length = 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode(text, at);
    if (is_blank(point.value)) {
      if (point.value == '\n') {
        std::size_t next = at + 1;
        while (next < text.size() && (text[next] == ' ' || text[next] == '\r')) ++next;
        if (next < text.size() && text[next] == '\n') end_sentence();
      }
      at += point.length;
      continue;
    }
    Token token = {.begin = at, .end = at, .sentence = sentence};
    if (is_digit(point.value)) {
      token.kind = Token::Kind::kNumber;
      std::string digits;
      std::size_t place = at;
      bool decimal = false;
      while (place < text.size()) {
        const char c = text[place];
        const auto after = [&](std::size_t k) {
          return place + k < text.size() && is_digit(static_cast<unsigned char>(text[place + k]));
        };
        if (is_digit(static_cast<unsigned char>(c))) {
          digits += c;
          ++place;
        } else if ((c == '.' || c == ',') && !decimal && after(1)) {
          const bool thousands = c == ',' && after(2) && after(3) && !after(4);
          if (!thousands) {
            digits += '.';
            decimal = true;
          }
          ++place;
        } else {
          break;
        }
      }
      token.end = place;
      token.number = digits.size() > 18 ? 0.0 : std::strtod(digits.c_str(), nullptr);
      token.lower = text.substr(at, place - at);
    } else if (is_letter(point.value)) {
      token.kind = Token::Kind::kWord;
      token.capital = is_upper(point.value);
      std::size_t place = at;
      while (place < text.size()) {
        const CodePoint next = decode(text, place);
        const bool dot_inside = next.value == '.' && place + 1 < text.size() && place > at &&
                                place - at <= 3 && is_upper(point.value) &&
                                is_upper(static_cast<unsigned char>(text[place + 1]));
        if (!is_letter(next.value) && !dot_inside) break;
        append(token.lower, lower(next.value));
        place += next.length;
      }
      token.end = place;
    } else {
      token.end = at + point.length;
      token.lower = text.substr(at, point.length);
    }
    at = token.end;
    ++length;
    const bool stop = token.lower == "." || token.lower == "!" || token.lower == "?" ||
                      token.lower == "\xE2\x80\xA6";
    const Token* before = made.tokens.empty() ? nullptr : &made.tokens.back();
    const bool shortened =
        token.lower == "." && before != nullptr && before->end == token.begin &&
        before->kind == Token::Kind::kWord &&
        (is_abbreviation(before->lower) || (before->capital && before->lower.size() <= 2));
    made.tokens.push_back(std::move(token));
    if ((stop && !shortened) || length >= kLongestSentence) end_sentence();
  }
  made.n_sentences = sentence + (length > 0 ? 1 : 0);
  return made;
}

}  // namespace altyn::attribution
