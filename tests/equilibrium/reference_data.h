#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "places.h"

/// Reading the reference data that golden tests compare with. The folder is not part of the
/// project: tests skip where it is absent.
namespace altyn::testing {

inline std::string reference_path(const std::string& file) { return reference_data_path(file); }

#define ALTYN_NEEDS_REFERENCE(file)                                   \
  if (!std::filesystem::exists(altyn::testing::reference_path(file))) \
  GTEST_SKIP() << "reference data absent: " << altyn::testing::reference_path(file)

/// A comma- or tab-separated file, plain or gzipped, as rows of text without quotes.
inline std::vector<std::vector<std::string>> read_rows(const std::string& file,
                                                       char separator = ',') {
  const std::string command = "zcat -f '" + reference_path(file) + "'";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  char buffer[1 << 16];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    text.append(buffer, got);
  }
  pclose(pipe);
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    std::vector<std::string> row;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, separator);) {
      if (cell.size() > 1 && cell.front() == '"') cell = cell.substr(1, cell.size() - 2);
      row.push_back(cell);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The same with a header: column name -> values as text.
inline std::map<std::string, std::vector<std::string>> read_columns(const std::string& file) {
  const auto rows = read_rows(file);
  std::map<std::string, std::vector<std::string>> columns;
  for (std::size_t c = 0; c < rows.at(0).size(); ++c) {
    std::vector<std::string>& column = columns[rows[0][c]];
    for (std::size_t r = 1; r < rows.size(); ++r) column.push_back(rows[r].at(c));
  }
  return columns;
}

/// Numbers only, row-major.
inline std::vector<double> read_numbers(const std::string& file, char separator = ',') {
  std::vector<double> numbers;
  for (const auto& row : read_rows(file, separator)) {
    for (const std::string& cell : row) {
      if (!cell.empty()) numbers.push_back(std::stod(cell));
    }
  }
  return numbers;
}

}  // namespace altyn::testing
