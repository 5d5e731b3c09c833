#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "altyn/core/types.h"

namespace altyn {

/// The value of one option, whatever its C++ type; enums travel as their name.
using FieldValue =
    std::variant<bool, Index, double, std::string, std::vector<std::string>, std::vector<double>>;

/// What every surface needs to know of an option.
struct FieldInfo {
  std::string_view name{};  ///< the same in C++, command line (--a-b for a_b), TOML, JSON, Python
  std::string_view doc{};   ///< what it does and when to change it
  std::string_view unit{};  ///< "" when it has none
  std::optional<double> minimum{};  ///< inclusive
  std::optional<double> maximum{};  ///< inclusive
  std::string_view source{};        ///< citation of the default or the method, "" when none
};

/// One row of the field table of struct S: the options struct's only description. It feeds the
/// command line, TOML and JSON reading, the JSON schema, the docs page and Python.
template <class S>
class Field {
 public:
  FieldInfo info;
  std::vector<std::string> choices;  ///< names of an enum's values; empty otherwise
  FieldValue (*get)(const Field&, const S&) = nullptr;
  void (*set)(const Field&, S&, const FieldValue&) = nullptr;
  std::variant<bool S::*, Index S::*, double S::*, std::string S::*, std::vector<std::string> S::*,
               std::vector<double> S::*>
      member;
};

/// A field of a plain type (bool, Index, double, std::string, a vector of strings or doubles).
template <class S, class T>
[[nodiscard]] Field<S> make_field(T S::* member, FieldInfo info) {
  Field<S> field;
  field.info = info;
  field.member = member;
  field.get = [](const Field<S>& self, const S& options) -> FieldValue {
    return options.*std::get<T S::*>(self.member);
  };
  field.set = [](const Field<S>& self, S& options, const FieldValue& value) {
    options.*std::get<T S::*>(self.member) = std::get<T>(value);
  };
  return field;
}

/// A field of an enum type. `kMember` is a template argument so that no state is needed;
/// `names[k]` is the name of the enum's value k, counted from 0 without gaps.
template <auto kMember, class S, class E>
[[nodiscard]] Field<S> make_enum_field_impl(E S::*, FieldInfo info,
                                            std::vector<std::string> names) {
  static_assert(std::is_enum_v<E>);
  Field<S> field;
  field.info = info;
  field.choices = std::move(names);
  field.get = [](const Field<S>& self, const S& options) -> FieldValue {
    return self.choices.at(static_cast<std::size_t>(options.*kMember));
  };
  field.set = [](const Field<S>& self, S& options, const FieldValue& value) {
    const std::string& name = std::get<std::string>(value);
    for (std::size_t k = 0; k < self.choices.size(); ++k) {
      if (self.choices[k] == name) options.*kMember = static_cast<E>(k);
    }
  };
  return field;
}
template <auto kMember>
[[nodiscard]] auto make_enum_field(FieldInfo info, std::vector<std::string> names) {
  return make_enum_field_impl<kMember>(kMember, info, std::move(names));
}

/// The table of an options struct, which declares it as `static std::vector<Field<S>> fields();`.
template <class S>
[[nodiscard]] const std::vector<Field<S>>& fields_of() {
  static const std::vector<Field<S>> table = S::fields();
  return table;
}

/// Checks type, range and choice of a value and converts whole numbers to double where a double is
/// wanted. `where` names the option as the user wrote it (file and line, or flag).
/// Errors: InputError with the rule and, for a choice, the nearest name.
[[nodiscard]] FieldValue checked_value(const FieldInfo& info,
                                       const std::vector<std::string>& choices,
                                       const FieldValue& like, FieldValue value,
                                       const std::string& where);

/// Parses one option given as text (a command line flag). Lists are split at commas.
[[nodiscard]] FieldValue value_from_text(const FieldInfo& info, const FieldValue& like,
                                         const std::string& text, const std::string& where);

[[nodiscard]] nlohmann::json value_to_json(const FieldValue& value);
[[nodiscard]] FieldValue value_from_json(const FieldInfo& info, const FieldValue& like,
                                         const nlohmann::json& value, const std::string& where);

namespace internal {
[[noreturn]] void fail_unknown_field(const std::string& key, const std::vector<std::string>& known,
                                     const std::string& where);
}  // namespace internal

/// Sets one field by name from a value. Errors: InputError for an unknown name (with the nearest
/// one), a wrong type, or a value out of range.
template <class S>
void set_field(S& options, const std::string& name, const FieldValue& value,
               const std::string& where) {
  std::vector<std::string> known;
  for (const Field<S>& field : fields_of<S>()) {
    if (field.info.name == name) {
      field.set(field, options,
                checked_value(field.info, field.choices, field.get(field, options), value, where));
      return;
    }
    known.emplace_back(field.info.name);
  }
  internal::fail_unknown_field(name, known, where);
}

/// Options as a JSON object (defined in fields_json.h), every field with its present value.
template <class S>
[[nodiscard]] nlohmann::json options_to_json(const S& options);

/// Reads a JSON object into options; fields that are absent keep their value.
/// `where` names the object ("file.toml [estimate]"). Errors: as set_field.
template <class S>
void options_from_json(S& options, const nlohmann::json& object, const std::string& where);

}  // namespace altyn
