#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <random>

#include "altyn/core/errors.h"
#include "altyn/data/read_table.h"
#include "altyn/data/write_table.h"

// A table that was written is read as the same table, whatever stands in its cells.
namespace altyn::data {
namespace {

namespace fs = std::filesystem;
using Random = std::mt19937_64;  // the same numbers everywhere

std::size_t below(Random& random, std::size_t n) { return static_cast<std::size_t>(random() % n); }

double number(Random& random) {
  constexpr double kOdd[] = {0.0,  -0.0, 1.0,    -1.0,  0.1,     1e308,   5e-324, 2017.0,
                             1e15, 1e-7, 123.45, 1e300, 99999.0, -1e-300, 0.5};
  if (below(random, 4) == 0) return kMissing;
  if (below(random, 2) == 0) return kOdd[below(random, std::size(kOdd))];
  const double any = std::bit_cast<double>(random());
  return std::isfinite(any) ? any : 7.0;
}

std::string text(Random& random) {
  const char* kPieces[] = {"a", "RUS", "é", "Казахстан", ",",  "\"", ";", "\t", " ",  "#",   "|",
                           "'", "\\",  "0", "1.5",       "NA", ".",  "-", "\n", "{}", "null"};
  std::string made;
  for (std::size_t n = below(random, 4); n > 0; --n)
    made += kPieces[below(random, std::size(kPieces))];
  return made;
}

Table table(Random& random) {
  Table made("made up");
  const std::size_t n_rows = 1 + below(random, 12);
  // The first column keeps a letter in every row: a row of nothing is no row of a text table.
  std::vector<std::string> names(n_rows);
  for (std::string& name : names) name = "x" + text(random);
  made.add("name", names);
  for (std::size_t k = below(random, 4); k > 0; --k) {
    if (below(random, 2) == 0) {
      NumberColumn values(n_rows);
      for (double& value : values) value = number(random);
      made.add("amount" + std::to_string(k), values);
    } else {
      std::vector<std::string> values(n_rows);
      for (std::string& value : values) value = text(random);
      made.add("text" + std::to_string(k), values);
    }
  }
  return made;
}

std::string difference(const Table& a, const Table& b) {
  if (a.n_rows() != b.n_rows()) return "another number of rows";
  if (a.columns().size() != b.columns().size()) return "another number of columns";
  for (std::size_t k = 0; k < a.columns().size(); ++k) {
    const Column& one = a.columns()[k];
    const Column& other = b.columns()[k];
    if (one.name != other.name) return "another name than " + one.name;
    if (one.is_number() != other.is_number()) return "another type of " + one.name;
    for (Index row = 0; row < a.n_rows(); ++row) {
      const auto place = static_cast<std::size_t>(row);
      const bool same = one.is_number()
                            ? std::get<NumberColumn>(one.values)[place] ==
                                      std::get<NumberColumn>(other.values)[place] ||
                                  (is_missing(std::get<NumberColumn>(one.values)[place]) &&
                                   is_missing(std::get<NumberColumn>(other.values)[place]))
                            : std::get<TextColumn>(one.values).at(row) ==
                                  std::get<TextColumn>(other.values).at(row);
      if (!same) return one.name + " in row " + std::to_string(row + 1);
    }
  }
  return "";
}

class RoundTrip : public ::testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, GivesTheSameTable) {
  const std::string path =
      (fs::path(::testing::TempDir()) / ("round-trip" + std::string(GetParam()))).string();
  Random random(20171006);
  for (int k = 0; k < 25; ++k) {
    const Table written = table(random);
    ReadOptions options{.n_threads = 1};
    for (const Column& column : written.columns()) {
      (column.is_number() ? options.number_columns : options.text_columns).push_back(column.name);
    }
    write_table(written, path);
    try {
      const std::string found = difference(written, read_table(path, options));
      EXPECT_EQ(found, "") << "table " << k << "\n" << to_csv(written);
    } catch (const Error& error) {
      ADD_FAILURE() << "table " << k << "\n" << format_error(error.detail()) << to_csv(written);
    }
  }
  fs::remove(path);
}

INSTANTIATE_TEST_SUITE_P(Of, RoundTrip, ::testing::Values(".csv", ".csv.gz", ".parquet", ".json"),
                         [](const auto& test) {
                           const std::string ending = test.param;
                           return ending.substr(ending.rfind('.') + 1);
                         });

}  // namespace
}  // namespace altyn::data
