#include "altyn/core/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"

namespace altyn {
namespace {

// In the order of FieldValue's alternatives.
constexpr std::string_view kTypeNames[] = {"true or false",   "a whole number",
                                           "a number",        "text in quotes",
                                           "a list of texts", "a list of numbers"};

[[noreturn]] void fail_value(const FieldInfo& info, const std::string& found,
                             const std::string& rule, const std::string& where,
                             std::vector<std::string> fixes = {}) {
  throw InputError({.code = "bad-option",
                    .what = fmt::format("{} must be {}, not {}", info.name, rule, found),
                    .where = where,
                    .why = std::string(info.doc),
                    .fixes = std::move(fixes)});
}

void check_range(const FieldInfo& info, double value, const std::string& where) {
  const bool low = info.minimum && !(value >= *info.minimum);
  const bool high = info.maximum && !(value <= *info.maximum);
  if (!low && !high && std::isfinite(value)) return;
  std::string rule = "a finite number";
  if (info.minimum && info.maximum) {
    rule = fmt::format("between {} and {}", *info.minimum, *info.maximum);
  } else if (info.minimum) {
    rule = fmt::format("at least {}", *info.minimum);
  } else if (info.maximum) {
    rule = fmt::format("at most {}", *info.maximum);
  }
  fail_value(info, fmt::format("{}", value), rule, where);
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t comma = text.find(',', begin);
    parts.push_back(text.substr(begin, comma == std::string::npos ? comma : comma - begin));
    if (comma == std::string::npos) return parts;
    begin = comma + 1;
  }
}

}  // namespace

FieldValue checked_value(const FieldInfo& info, const std::vector<std::string>& choices,
                         const FieldValue& like, FieldValue value, const std::string& where) {
  if (std::holds_alternative<double>(like) && std::holds_alternative<Index>(value)) {
    value = static_cast<double>(std::get<Index>(value));
  }
  if (like.index() != value.index()) {
    fail_value(info, std::string(kTypeNames[value.index()]), std::string(kTypeNames[like.index()]),
               where);
  }
  if (const double* number = std::get_if<double>(&value)) check_range(info, *number, where);
  if (const Index* number = std::get_if<Index>(&value)) {
    check_range(info, static_cast<double>(*number), where);
  }
  if (const auto* numbers = std::get_if<std::vector<double>>(&value)) {
    for (const double number : *numbers) check_range(info, number, where);
  }
  if (!choices.empty()) {
    const std::string& name = std::get<std::string>(value);
    if (std::find(choices.begin(), choices.end(), name) == choices.end()) {
      fail_value(info, "\"" + name + "\"", fmt::format("one of {}", fmt::join(choices, ", ")),
                 where,
                 {fmt::format("{} = \"{}\"", info.name, nearest_names(name, choices, 1)[0])});
    }
  }
  return value;
}

FieldValue value_from_text(const FieldInfo& info, const FieldValue& like, const std::string& text,
                           const std::string& where) {
  switch (like.index()) {
    case 0:
      if (text == "true" || text == "on" || text == "1" || text.empty()) return true;
      if (text == "false" || text == "off" || text == "0") return false;
      fail_value(info, "\"" + text + "\"", "true or false", where);
    case 1: {
      Index value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc{} || end != text.data() + text.size()) {
        fail_value(info, "\"" + text + "\"", "a whole number", where);
      }
      return value;
    }
    case 2: {
      const std::optional<double> value = parse_number(text);
      if (!value) fail_value(info, "\"" + text + "\"", "a number", where);
      return *value;
    }
    case 3:
      return text;
    case 4:
      return split_list(text);
    default: {
      std::vector<double> values;
      for (const std::string& part : split_list(text)) {
        const std::optional<double> value = parse_number(part);
        if (!value) fail_value(info, "\"" + part + "\"", "numbers separated by commas", where);
        values.push_back(*value);
      }
      return values;
    }
  }
}

nlohmann::json value_to_json(const FieldValue& value) {
  return std::visit([](const auto& held) { return nlohmann::json(held); }, value);
}

FieldValue value_from_json(const FieldInfo& info, const FieldValue& like,
                           const nlohmann::json& value, const std::string& where) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<Index>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) {
    if (std::holds_alternative<std::vector<double>>(like)) {
      std::vector<double> numbers;
      for (const nlohmann::json& item : value) {
        if (!item.is_number()) fail_value(info, item.dump(), "a list of numbers", where);
        numbers.push_back(item.get<double>());
      }
      return numbers;
    }
    std::vector<std::string> texts;
    for (const nlohmann::json& item : value) {
      if (!item.is_string()) fail_value(info, item.dump(), "a list of texts", where);
      texts.push_back(item.get<std::string>());
    }
    return texts;
  }
  fail_value(info, value.dump(), std::string(kTypeNames[like.index()]), where);
}

namespace internal {
void fail_unknown_field(const std::string& key, const std::vector<std::string>& known,
                        const std::string& where) {
  const std::string near = nearest_name(key, known);
  std::vector<std::string> fixes;
  if (!near.empty()) fixes.push_back(fmt::format("write {}", near));
  throw InputError({.code = "unknown-key",
                    .what = fmt::format("there is no option \"{}\" here", key),
                    .where = where,
                    .why = "a misspelt key would silently leave the default in force",
                    .fixes = fixes.empty() ? std::vector<std::string>{fmt::format(
                                                 "known keys: {}", fmt::join(known, ", "))}
                                           : fixes});
}
}  // namespace internal

}  // namespace altyn
