#include "altyn/data/write_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <bit>
#include <cmath>
#include <csignal>
#include <sstream>

#include "altyn/data/provenance.h"
#include "altyn/data/read_table.h"
#include "data/error_of.h"
#include "data/temp_folder.h"

namespace altyn::data {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

Table sample_table() {
  Table table("sample");
  table.add("partner", std::vector<std::string>{"KAZ", "", "Korea, \"Rep.\" of", "Кыргызстан"});
  table.add("year", NumberColumn{2017, 2016, 2015, 2014});
  table.add("trade_musd", NumberColumn{0.1, kMissing, 1e-300, 123456789.123});
  return table;
}

std::string content_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::size_t n_files(const TempFolder& folder) {
  const fs::directory_iterator entries(folder.path(""));
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

void expect_same(const Table& a, const Table& b) {
  ASSERT_EQ(a.n_rows(), b.n_rows());
  ASSERT_EQ(a.columns().size(), b.columns().size());
  for (std::size_t k = 0; k < a.columns().size(); ++k) {
    EXPECT_EQ(a.columns()[k].name, b.columns()[k].name);
    ASSERT_EQ(a.columns()[k].is_number(), b.columns()[k].is_number());
    for (Index row = 0; row < a.n_rows(); ++row) {
      const std::string& name = a.columns()[k].name;
      if (a.columns()[k].is_number()) {
        const double left = a.numbers(name)[static_cast<std::size_t>(row)];
        const double right = b.numbers(name)[static_cast<std::size_t>(row)];
        EXPECT_TRUE(left == right || (is_missing(left) && is_missing(right))) << left << right;
      } else {
        EXPECT_EQ(a.texts(name).at(row), b.texts(name).at(row));
      }
    }
  }
}

TEST(WriteTable, ReadsBackTheSameInEveryFormat) {
  const TempFolder folder;
  for (const char* name : {"a.csv", "a.csv.gz", "a.parquet", "a.json"}) {
    const std::string path = folder.path(name);
    write_table(sample_table(), path);
    expect_same(sample_table(), read_table(path));
    const std::string first = sha256_of_file(path);
    write_table(sample_table(), path);
    EXPECT_EQ(sha256_of_file(path), first) << name << ": the same table gave other bytes";
  }
  EXPECT_EQ(n_files(folder), 4U);
}

TEST(WriteTable, WritesPlainCsv) {
  EXPECT_EQ(to_csv(sample_table()),
            "partner,year,trade_musd\n"
            "KAZ,2017,0.1\n"
            ",2016,\n"
            "\"Korea, \"\"Rep.\"\" of\",2015,1e-300\n"
            "Кыргызстан,2014,123456789.123\n");
}

/// Finite doubles of every size: the bits of a splitmix64 sequence.
NumberColumn random_doubles(std::size_t n) {
  NumberColumn values;
  for (std::uint64_t state = 1; values.size() < n; state += 0x9E3779B97F4A7C15ULL) {
    std::uint64_t bits = state;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
    const double value = std::bit_cast<double>(bits ^ (bits >> 31));
    if (std::isfinite(value)) values.push_back(value);
  }
  return values;
}

TEST(WriteTable, EveryDoubleSurvives) {
  Table table("random");
  table.add("value", random_doubles(20'000));
  const TempFolder folder;
  for (const char* name : {"a.csv", "a.csv.gz", "a.json", "a.parquet"}) {
    write_table(table, folder.path(name));
    EXPECT_EQ(read_table(folder.path(name)).numbers("value"), table.numbers("value")) << name;
  }
}

TEST(WriteTable, LeavesNothingBehindWhenTheDiskIsFull) {
  const TempFolder folder;
  const std::string path = folder.file("a.csv", "old\n");
  Table table("large");
  table.add("x", random_doubles(10'000));
  // A limit on the size of files fails like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  const rlimit small = {4096, old_limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  std::vector<std::string> codes;
  for (const char* name : {"a.csv", "b.csv.gz", "c.parquet", "d.json"}) {
    codes.push_back(error_of<SystemError>([&] { write_table(table, folder.path(name)); }).code);
  }
  setrlimit(RLIMIT_FSIZE, &old_limit);
  EXPECT_THAT(codes, ::testing::Each("cannot-write"));
  EXPECT_EQ(n_files(folder), 1U);
  EXPECT_EQ(content_of(path), "old\n");
}

TEST(WriteTable, RefusesWhatItCannotWrite) {
  const TempFolder folder;
  const std::string file = folder.file("a_file", "x");
  EXPECT_EQ(error_of<SystemError>([&] { write_table(sample_table(), file + "/a.csv"); }).code,
            "cannot-write");
  EXPECT_EQ(error_of<SystemError>([&] { write_table(sample_table(), "/proc/altyn/a.csv"); }).code,
            "cannot-write");
  EXPECT_EQ(error_of([&] { write_table(sample_table(), folder.path("")); }).code,
            "output-is-a-folder");
  EXPECT_EQ(error_of([&] { write_table(sample_table(), folder.path("a.docx")); }).code,
            "unknown-format");
  Table infinite("infinite");
  infinite.add("x", NumberColumn{HUGE_VAL});
  EXPECT_EQ(error_of([&] { write_table(infinite, folder.path("a.json")); }).code, "not-finite");
  EXPECT_EQ(n_files(folder), 1U);
}

TEST(OutputFiles, AppearTogetherOrNotAtAll) {
  const TempFolder folder;
  const std::string old = folder.file("old.txt", "before");
  {
    OutputFiles outputs;
    internal::write_bytes("after", outputs.stage(old));
    internal::write_bytes("new", outputs.stage(folder.path("deep/er/new.txt")));
    EXPECT_EQ(content_of(old), "before");
  }  // not committed
  EXPECT_EQ(content_of(old), "before");
  EXPECT_EQ(n_files(folder), 1U);
  OutputFiles outputs;
  internal::write_bytes("after", outputs.stage(old));
  internal::write_bytes("new", outputs.stage(folder.path("deep/er/new.txt")));
  outputs.commit();
  EXPECT_EQ(content_of(old), "after");
  EXPECT_EQ(content_of(folder.path("deep/er/new.txt")), "new");
  EXPECT_EQ(n_files(folder), 2U);
}

TEST(OutputFiles, AFailedMovePutsTheOldFilesBack) {
  const TempFolder folder;
  const std::string first = folder.file("first.txt", "before");
  const std::string second = folder.path("second.txt");
  OutputFiles outputs;
  internal::write_bytes("after", outputs.stage(first));
  (void)outputs.stage(second);  // announced, never written: it cannot be moved
  EXPECT_EQ(error_of<SystemError>([&] { outputs.commit(); }).code, "cannot-write");
  EXPECT_EQ(content_of(first), "before");
  EXPECT_FALSE(fs::exists(second));
}

TEST(OutputFiles, AreRemovedWhenAnExceptionPasses) {
  const TempFolder folder;
  try {
    OutputFiles outputs;
    internal::write_bytes("half", outputs.stage(folder.path("a/b.txt")));
    throw std::runtime_error("elsewhere");
  } catch (const std::runtime_error&) {
    EXPECT_EQ(n_files(folder), 0U);
  }
}

TEST(Provenance, HashesAsThePublishedVectors) {
  // FIPS 180-4 examples, and the million letters a of its test suite.
  EXPECT_EQ(sha256_of_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of_text("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  const std::string million(1'000'000, 'a');
  EXPECT_EQ(sha256_of_text(million),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  const TempFolder folder;
  EXPECT_EQ(sha256_of_file(folder.file("a", million)), sha256_of_text(million));
  EXPECT_EQ(error_of([&] { (void)sha256_of_file(folder.path("none")); }).code, "file-not-found");
}

}  // namespace
}  // namespace altyn::data
