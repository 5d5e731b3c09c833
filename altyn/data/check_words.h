#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "altyn/data/table.h"

namespace altyn::data::internal {

/// Wording shared by the checks.

/// Million USD without decimals from 10 on: "13,844", "0.4".
[[nodiscard]] std::string millions(double value_musd);

/// A share as a percentage: 0.174 -> "17%".
[[nodiscard]] std::string percent(double share);

/// A count with a noun: "1 flow", "2,081 flows".
[[nodiscard]] std::string count_of(std::size_t n, std::string_view noun);

/// "A, B and C"; beyond `most`, "A, B, C and 4 more".
[[nodiscard]] std::string list_of(const std::vector<std::string>& words, std::size_t most = 6);

/// list_of() of the economies' names.
[[nodiscard]] std::string names_of(const std::vector<std::string>& codes, std::size_t most = 6);

/// "Russia to Kazakhstan".
[[nodiscard]] std::string flow_name(std::string_view exporter, std::string_view importer);

/// A table under construction, one row at a time: texts first, then numbers.
class RowTable {
 public:
  RowTable(std::vector<std::string> text_names, std::vector<std::string> number_names);
  void add(const std::vector<std::string>& texts, const std::vector<double>& numbers);
  [[nodiscard]] Table finish(std::string source) const;

 private:
  std::vector<std::string> text_names_;
  std::vector<std::string> number_names_;
  std::vector<std::vector<std::string>> texts_;
  std::vector<NumberColumn> numbers_;
};

}  // namespace altyn::data::internal
