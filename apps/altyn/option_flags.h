#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "altyn/core/fields.h"

namespace altyn::app {

/// The flag of a field: se_convention -> --se-convention.
[[nodiscard]] inline std::string flag_of(std::string_view field_name) {
  std::string flag = "--" + std::string(field_name);
  std::replace(flag.begin() + 2, flag.end(), '_', '-');
  return flag;
}

/// The text in --help: what it does, its choices, unit and source.
[[nodiscard]] std::string flag_help(const FieldInfo& info, const std::vector<std::string>& choices,
                                    const FieldValue& value);

/// Adds one flag per field of the table. `given` collects the names of the fields that the user
/// set; `without` names fields that the command takes in another way.
template <class S>
void add_flags(CLI::App& command, S& options, std::vector<std::string>& given,
               const std::vector<std::string>& without = {}) {
  for (const Field<S>& field : fields_of<S>()) {
    const std::string name(field.info.name);
    if (std::find(without.begin(), without.end(), name) != without.end()) continue;
    const std::string flag = flag_of(name);
    const FieldValue value = field.get(field, options);
    const std::string help = flag_help(field.info, field.choices, value);
    const auto set = [&options, name, flag, &given, &field](const std::string& text) {
      set_field(options, name, value_from_text(field.info, field.get(field, options), text, flag),
                flag);
      given.push_back(name);
    };
    if (const bool* on = std::get_if<bool>(&value)) {
      // What is on by default is turned off by --no-name.
      const std::string shown = *on ? "--no-" + flag.substr(2) : flag;
      command.add_flag_callback(
          shown, [set, turned = *on ? "false" : "true"] { set(turned); }, help);
    } else {
      command.add_option_function<std::string>(flag, set, help)->type_name("");
    }
  }
}

}  // namespace altyn::app
