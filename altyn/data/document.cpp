#include "altyn/data/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "altyn/core/errors.h"

namespace altyn::data {
namespace {

constexpr int kDeepest = 64;  // whoever reads a value goes down into it
constexpr int kMostDots = 10'000;

[[noreturn]] void fail(std::string code, std::string what, std::string where, std::string why,
                       std::vector<std::string> context = {}) {
  throw InputError({.code = std::move(code),
                    .what = std::move(what),
                    .where = std::move(where),
                    .context = std::move(context),
                    .why = std::move(why)});
}

[[noreturn]] void fail_too_deep(std::string code, std::string where) {
  fail(std::move(code), "the file is nested too deeply", std::move(where),
       fmt::format("no study needs more than {} levels", kDeepest));
}

std::string line_of_text(std::string_view text, std::size_t line) {
  for (std::size_t skipped = 1; skipped < line; ++skipped) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return "";
    text.remove_prefix(end + 1);
  }
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

/// The offset of the first byte that is not UTF-8 (overlong forms and surrogates included), or
/// npos.
std::size_t first_bad_byte(std::string_view text) {
  const auto byte = [&](std::size_t k) {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : static_cast<unsigned char>(0);
  };
  for (std::size_t k = 0; k < text.size();) {
    const unsigned lead = byte(k);
    const std::size_t n_more = lead < 0x80   ? 0
                               : lead < 0xC2 ? 9
                               : lead < 0xE0 ? 1
                               : lead < 0xF0 ? 2
                               : lead < 0xF5 ? 3
                                             : 9;
    if (n_more == 9) return k;
    unsigned low = 0x80;  // of the second byte
    unsigned high = 0xBF;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    for (std::size_t m = 1; m <= n_more; ++m) {
      if (byte(k + m) < low || byte(k + m) > high) return k;
      low = 0x80;
      high = 0xBF;
    }
    k += 1 + n_more;
  }
  return std::string_view::npos;
}

std::string pointer_token(std::string_view key) {
  std::string token;
  for (const char letter : key) {
    if (letter == '~') {
      token += "~0";
    } else if (letter == '/') {
      token += "~1";
    } else {
      token += letter;
    }
  }
  return token;
}

class TomlConverter {
 public:
  explicit TomlConverter(Document& document) : document_(document) {}

  nlohmann::json convert(const toml::node& node, const std::string& pointer, int depth = 0) {
    if (depth > kDeepest) fail_too_deep("bad-toml", document_.where(pointer));
    if (!document_.places.contains(pointer)) place(pointer, node.source());
    switch (node.type()) {
      case toml::node_type::table: {
        nlohmann::json object = nlohmann::json::object();
        for (const auto& [key, value] : *node.as_table()) {
          const std::string below = pointer + "/" + pointer_token(key.str());
          place(below, key.source());
          object[std::string(key.str())] = convert(value, below, depth + 1);
        }
        return object;
      }
      case toml::node_type::array: {
        nlohmann::json array = nlohmann::json::array();
        for (const toml::node& value : *node.as_array()) {
          array.push_back(convert(value, fmt::format("{}/{}", pointer, array.size()), depth + 1));
        }
        return array;
      }
      case toml::node_type::string:
        return node.as_string()->get();
      case toml::node_type::integer:
        return node.as_integer()->get();
      case toml::node_type::floating_point: {
        const double number = node.as_floating_point()->get();
        if (!std::isfinite(number)) {
          fail("bad-toml", "a number must be finite", document_.where(pointer),
               "nan and inf cannot be computed with");
        }
        return number;
      }
      case toml::node_type::boolean:
        return node.as_boolean()->get();
      default:
        return as_iso_text(node);
    }
  }

 private:
  void place(const std::string& pointer, const toml::source_region& source) {
    if (source.begin.line > 0) {
      document_.places[pointer] = fmt::format("{}:{}", source.begin.line, source.begin.column);
    }
  }

  static std::string as_iso_text(const toml::node& node) {
    std::ostringstream text;  // toml++ prints dates and times as ISO 8601
    if (const auto* date = node.as_date()) {
      text << date->get();
    } else if (const auto* time = node.as_time()) {
      text << time->get();
    } else if (const auto* moment = node.as_date_time()) {
      text << moment->get();
    }
    return text.str();
  }

  Document& document_;
};

/// A key of many parts, "a.a.a ...", is tables as deep, and the library that reads and frees them
/// goes down with them; a key stands on one line. What is left is refused at its place by
/// TomlConverter.
void check_dots(std::string_view text, const std::string& path) {
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '.') >
        kMostDots) {
      fail("bad-toml", fmt::format("a line with more than {} dots", kMostDots),
           fmt::format("{}:{}", path, line),
           "a key of as many parts is nested too deeply; long lists may go over several lines");
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

nlohmann::json parse_toml(std::string_view text, Document& document) {
  check_dots(text, document.path);
  try {
    const toml::table table = toml::parse(text, document.path);
    return TomlConverter(document).convert(table, "");
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    fail("bad-toml", std::string(error.description()),
         fmt::format("{}:{}:{}", document.path, at.line, at.column), "the file is not valid TOML",
         {line_of_text(text, at.line)});
  }
}

nlohmann::json parse_json(std::string_view text, const Document& document) {
  try {
    return nlohmann::json::parse(text,
                                 [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
                                   if (depth > kDeepest) fail_too_deep("bad-json", document.path);
                                   return true;
                                 });
  } catch (const nlohmann::json::parse_error& error) {
    const std::string_view before = text.substr(0, error.byte == 0 ? 0 : error.byte - 1);
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    std::string what = error.what();
    if (const std::size_t colon = what.find(": "); colon != std::string::npos) {
      what.erase(0, colon + 2);
    }
    fail("bad-json", what,
         fmt::format("{}:{}:{}", document.path, line, before.size() - line_start + 1),
         "the file is not valid JSON", {line_of_text(text, line)});
  } catch (const nlohmann::json::out_of_range& error) {
    fail("bad-json", error.what(), document.path, "a number must be finite");
  }
}

}  // namespace

std::string Document::where(std::string_view pointer) const {
  if (places.empty()) return pointer.empty() ? path : fmt::format("{} {}", path, pointer);
  std::string part(pointer);
  while (true) {
    if (const auto found = places.find(part); found != places.end()) {
      return part.empty() ? path : fmt::format("{}:{}", path, found->second);
    }
    if (part.empty()) return path;
    part.resize(part.find_last_of('/') == std::string::npos ? 0 : part.find_last_of('/'));
  }
}

Document parse_document(std::string_view text, const std::string& path) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  Document document{.value = {}, .path = path, .places = {}};
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    fail("empty-file", "the file is empty", path, "it should describe what to compute");
  }
  if (const std::size_t bad = first_bad_byte(text); bad != std::string_view::npos) {
    const std::string_view before = text.substr(0, bad);
    fail("not-utf8", "the file is not UTF-8 text",
         fmt::format("{}:{}", path, std::count(before.begin(), before.end(), '\n') + 1),
         "letters would be misread");
  }
  if (path.ends_with(".json")) {
    document.value = parse_json(text, document);
  } else if (path.ends_with(".toml")) {
    document.value = parse_toml(text, document);
  } else {
    fail("unknown-format", "the ending of the name tells no known format", path,
         "files are read by the ending of their name: .toml or .json");
  }
  return document;
}

Document read_document(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    fail("file-not-found", "there is no such file", path, "it describes what to compute");
  }
  if (std::filesystem::is_directory(status)) {
    fail("is-a-folder", "this is a folder, not a file", path, "a document is one file");
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream) {
    throw SystemError({.code = "cannot-read", .what = "the file cannot be read", .where = path});
  }
  return parse_document(text, path);
}

}  // namespace altyn::data
