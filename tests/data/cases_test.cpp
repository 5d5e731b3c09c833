#include "altyn/data/cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "altyn/core/errors.h"
#include "altyn/data/read_table.h"
#include "places.h"

namespace altyn::data {
namespace {

using testing::HasSubstr;

const std::string kSource = project_path("cases");

template <class Action>
std::string code_of(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.detail().code;
  }
  return "";
}

TEST(Cases, AreFoundFromABuildWithoutBeingTold) {
  EXPECT_TRUE(std::filesystem::is_directory(CasesFolder::find().path()));
}

TEST(Cases, AreWhatTheManifestSays) {
  const CasesFolder cases = CasesFolder::find(kSource);
  EXPECT_GE(cases.files().size(), 12U);
  for (const CaseFile& file : cases.files()) {
    EXPECT_NO_THROW(cases.verify(file.name)) << file.name;
    EXPECT_FALSE(file.provider.empty()) << file.name;
    EXPECT_FALSE(file.licence.empty()) << file.name;
  }
}

TEST(Cases, TablesHaveTheRowsTheManifestSays) {
  const CasesFolder cases = CasesFolder::find(kSource);
  for (const CaseFile& file : cases.files()) {
    if (!file.file.ends_with(".csv.gz")) continue;
    ReadOptions options;
    if (file.name == "published_figures") options.text_columns = {"value"};  // "~40"
    const Table table = read_table(cases.open(file.name), options);
    EXPECT_EQ(table.n_rows(), file.rows.value_or(-1)) << file.name;
  }
}

TEST(Cases, TakeUpLittleRoom) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kSource)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  EXPECT_LT(bytes, 3'000'000U);
}

TEST(Cases, HaveNoFileThatTheManifestDoesNotName) {
  const CasesFolder cases = CasesFolder::find(kSource);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kSource)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name == "manifest.toml") continue;
    if (!name.ends_with(".csv.gz") && !name.ends_with(".toml")) continue;
    const std::string inside = std::filesystem::relative(entry.path(), kSource).string();
    const bool named = std::any_of(cases.files().begin(), cases.files().end(),
                                   [&](const CaseFile& file) { return file.file == inside; });
    EXPECT_TRUE(named) << inside;
  }
}

TEST(Cases, NameTheNearestOfAnUnknownCase) {
  const CasesFolder cases = CasesFolder::find(kSource);
  try {
    (void)cases.open("world_trad");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "unknown-case");
    EXPECT_THAT(error.detail().fixes.at(0), HasSubstr("world_trade"));
  }
}

class OwnCases : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  [[nodiscard]] static std::string entry(const std::string& extra = "") {
    // The checksum is that of the three letters "abc" (FIPS 180-2, appendix B.1).
    return "[[file]]\nname = \"a\"\nfile = \"a.csv\"\nwhat = \"w\"\nprovider = \"p\"\n"
           "licence = \"l\"\nunit = \"u\"\nperiod = \"t\"\nsha256 = "
           "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"\n" +
           extra;
  }
  std::filesystem::path folder_;
};

TEST_F(OwnCases, AreOpenedAndVerified) {
  write("manifest.toml", entry());
  write("a.csv", "abc");
  const CasesFolder cases = CasesFolder::find(folder_.string());
  EXPECT_EQ(cases.open("a"), (folder_ / "a.csv").string());
  EXPECT_NO_THROW(cases.verify("a"));
  write("a.csv", "abd");
  EXPECT_EQ(code_of([&] { cases.verify("a"); }), "case-changed");
}

TEST_F(OwnCases, SayWhatIsMissing) {
  EXPECT_EQ(code_of([&] { (void)CasesFolder::find(folder_.string()); }), "no-cases");
  write("manifest.toml", entry());
  const CasesFolder cases = CasesFolder::find(folder_.string());
  EXPECT_EQ(code_of([&] { (void)cases.open("a"); }), "case-missing");
}

TEST_F(OwnCases, RejectABadManifest) {
  write("manifest.toml", entry("licens = \"l\"\n"));
  EXPECT_EQ(code_of([&] { (void)CasesFolder::find(folder_.string()); }), "unknown-key");
  write("manifest.toml", entry() + entry());
  EXPECT_EQ(code_of([&] { (void)CasesFolder::find(folder_.string()); }), "duplicate-case");
  write("manifest.toml", "[[file]]\nname = \"a\"\n");
  EXPECT_EQ(code_of([&] { (void)CasesFolder::find(folder_.string()); }), "missing-key");
  write("manifest.toml", entry("rows = \"many\"\n"));
  EXPECT_EQ(code_of([&] { (void)CasesFolder::find(folder_.string()); }), "wrong-type");
}

}  // namespace
}  // namespace altyn::data
