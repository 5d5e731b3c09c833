#include "option_flags.h"

#include <fmt/format.h>

namespace altyn::app {
namespace {

std::string show(const FieldValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "on" : "off";
  if (const auto* count = std::get_if<Index>(&value)) return fmt::format("{}", *count);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    return fmt::format("{}", fmt::join(*texts, ","));
  }
  return fmt::format("{}", fmt::join(std::get<std::vector<double>>(value), ","));
}

}  // namespace

std::string flag_help(const FieldInfo& info, const std::vector<std::string>& choices,
                      const FieldValue& value) {
  std::string help(info.doc);
  if (!choices.empty()) help += fmt::format("; one of {}", fmt::join(choices, ", "));
  if (!info.unit.empty()) help += fmt::format("; in {}", info.unit);
  const std::string shown = show(value);
  if (!shown.empty() && shown != "off") help += fmt::format(" [{}]", shown);
  return help;
}

}  // namespace altyn::app
