#include "altyn/data/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/data/document.h"

namespace altyn::data {
namespace {

using nlohmann::json;

std::string child(const std::string& pointer, std::string_view key) {
  std::string token;
  for (const char c : key) {  // RFC 6901
    token += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return pointer + "/" + token;
}

const json& value_at(const Document& document, const std::string& pointer) {
  return document.value.at(json::json_pointer(pointer));
}

const json* find(const Document& document, const std::string& pointer, std::string_view key) {
  const json& table = value_at(document, pointer);
  const auto found = table.find(key);
  return found == table.end() ? nullptr : &*found;
}

[[noreturn]] void fail_type(std::string_view key, std::string_view wanted, const json& value,
                            std::string where) {
  throw InputError({.code = "wrong-type",
                    .what = fmt::format("{} must be {}, not {}", key, wanted, value.dump()),
                    .where = std::move(where)});
}

std::vector<std::string> names(std::initializer_list<std::string_view> list) {
  return {list.begin(), list.end()};
}

}  // namespace

Entry::Entry(const Document& document) : Entry(document, "") {}

Entry::Entry(const Document& document, std::string pointer)
    : document_(&document), pointer_(std::move(pointer)) {
  const json& value = value_at(document, pointer_);
  if (!value.is_object()) fail_type("the entry", "a table", value, where());
}

void Entry::allow_only(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : value_at(*document_, pointer_).items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string nearest = nearest_name(key, names(known));
    throw InputError(
        {.code = "unknown-key",
         .what = fmt::format("there is no key \"{}\" here", key),
         .where = where(key),
         .why = "a misspelt key would otherwise be lost without a word",
         .fixes = {nearest.empty() ? fmt::format("known keys: {}", fmt::join(known, ", "))
                                   : fmt::format("did you mean {}?", nearest)}});
  }
}

bool Entry::has(std::string_view key) const { return find(*document_, pointer_, key) != nullptr; }

std::string Entry::text(std::string_view key) const {
  const std::string value = text_if(key);
  if (value.empty()) {
    throw InputError({.code = "missing-key",
                      .what = fmt::format("{} is missing or empty", key),
                      .where = has(key) ? where(key) : where()});
  }
  return value;
}

std::string Entry::text_if(std::string_view key) const {
  const json* value = find(*document_, pointer_, key);
  if (value == nullptr) return "";
  if (!value->is_string()) fail_type(key, "a text", *value, where(key));
  return value->get<std::string>();
}

std::string Entry::choice(std::string_view key,
                          std::initializer_list<std::string_view> choices) const {
  const std::string value = text(key);
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    const std::string nearest = nearest_name(value, names(choices));
    throw InputError(
        {.code = "bad-choice",
         .what = fmt::format("{} cannot be \"{}\"", key, value),
         .where = where(key),
         .fixes = {nearest.empty() ? fmt::format("one of: {}", fmt::join(choices, ", "))
                                   : fmt::format("did you mean {}?", nearest)}});
  }
  return value;
}

Date Entry::date(std::string_view key) const { return Date::parse(text(key), where(key)); }

std::optional<Date> Entry::date_if(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return date(key);
}

std::optional<Index> Entry::whole_number_if(std::string_view key) const {
  const json* value = find(*document_, pointer_, key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_integer()) fail_type(key, "a whole number", *value, where(key));
  return value->get<Index>();
}

std::vector<std::string> Entry::texts_if(std::string_view key) const {
  const json* value = find(*document_, pointer_, key);
  if (value == nullptr) return {};
  const bool texts = value->is_array() && std::all_of(value->begin(), value->end(),
                                                      [](const json& v) { return v.is_string(); });
  if (!texts) fail_type(key, "a list of texts", *value, where(key));
  return value->get<std::vector<std::string>>();
}

std::vector<std::vector<std::string>> Entry::text_lists_if(std::string_view key) const {
  const json* value = find(*document_, pointer_, key);
  if (value == nullptr) return {};
  const auto is_text_list = [](const json& list) {
    return list.is_array() &&
           std::all_of(list.begin(), list.end(), [](const json& v) { return v.is_string(); });
  };
  if (!value->is_array() || !std::all_of(value->begin(), value->end(), is_text_list)) {
    fail_type(key, "a list of lists of texts", *value, where(key));
  }
  return value->get<std::vector<std::vector<std::string>>>();
}

std::map<std::string, double> Entry::numbers(std::string_view key) const {
  const json* value = find(*document_, pointer_, key);
  if (value == nullptr) {
    throw InputError(
        {.code = "missing-key", .what = fmt::format("{} is missing", key), .where = where()});
  }
  const bool numbers =
      value->is_object() &&
      std::all_of(value->begin(), value->end(), [](const json& v) { return v.is_number(); });
  if (!numbers) fail_type(key, "a table of numbers", *value, where(key));
  return value->get<std::map<std::string, double>>();
}

std::vector<Entry> Entry::entries_if(std::string_view key) const {
  const json* value = find(*document_, pointer_, key);
  if (value == nullptr) return {};
  if (!value->is_array()) fail_type(key, "a list of tables", *value, where(key));
  std::vector<Entry> entries;
  entries.reserve(value->size());
  for (std::size_t i = 0; i < value->size(); ++i) {
    entries.push_back(Entry(*document_, fmt::format("{}/{}", child(pointer_, key), i)));
  }
  return entries;
}

std::string Entry::where(std::string_view key) const {
  return document_->where(key.empty() ? pointer_ : child(pointer_, key));
}

}  // namespace altyn::data
