#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "altyn/core/errors.h"
#include "altyn/study/data_sources.h"
#include "fuzz/mutate.h"
#include "places.h"

// Bundled files with damage: whoever asks for one gets the data that its name stands for, or an
// error. Two hundred damaged copies are tried, and ALTYN_MUTANTS times as many on request.
namespace altyn::fuzz {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void write_bytes(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), std::ssize(bytes));
}

const std::uint64_t kMutants = 200 * times_as_many();

class BundledFiles : public ::testing::Test {
 protected:
  BundledFiles() {
    fs::copy(project_path("cases"), folder_, fs::copy_options::recursive);
    files_ = data::CasesFolder::find(folder_.string()).files();
    for (const data::CaseFile& file : files_) originals_.push_back(bytes_of(folder_ / file.file));
  }
  ~BundledFiles() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  /// What a check gets under the name of a file, or the code of the error.
  std::pair<std::string, std::string> asked_for(const std::string& name) const {
    try {
      const study::Study study{.kind = "check", .content = {}, .where = "test", .folder = ""};
      study::DataSources sources(study, folder_.string());
      return {bytes_of(sources.find(name)), ""};
    } catch (const InputError& error) {
      EXPECT_FALSE(error.detail().what.empty() || error.detail().where.empty());
      return {"", error.detail().code};
    }
  }

  fs::path folder_ = fs::path(::testing::TempDir()) / ("altyn-cases-" + std::to_string(::getpid()));
  std::vector<data::CaseFile> files_;
  std::vector<std::string> originals_;
};

TEST_F(BundledFiles, AreTheDataTheyNameOrRefused) {
  for (std::uint64_t number = 0; number < kMutants; ++number) {
    const auto k = static_cast<std::size_t>(number % files_.size());
    const std::string damaged = mutated(originals_[k], originals_, number);
    write_bytes(folder_ / files_[k].file, damaged);
    const auto [bytes, code] = asked_for(files_[k].name);
    if (damaged == originals_[k]) {
      EXPECT_EQ(bytes, originals_[k]);
    } else {
      EXPECT_EQ(code, "case-changed") << files_[k].file << ", mutation " << number;
    }
    write_bytes(folder_ / files_[k].file, originals_[k]);
  }
}

TEST_F(BundledFiles, StayWhatTheyAreWhateverTheManifestSays) {
  const fs::path manifest = folder_ / "manifest.toml";
  const std::string original = bytes_of(manifest);
  int n_taken = 0;
  for (std::uint64_t number = 0; number < kMutants; ++number) {
    write_bytes(manifest, mutated(original, {original}, number));
    const auto k = static_cast<std::size_t>(number % files_.size());
    const auto [bytes, code] = asked_for(files_[k].name);
    if (code.empty()) {
      ++n_taken;
      EXPECT_EQ(bytes, originals_[k]) << files_[k].file << ", mutation " << number;
    }
  }
  EXPECT_GT(n_taken, 0) << "a changed word of its description harms no file";
}

TEST_F(BundledFiles, SayHowToWorkOnAVersionOfOnesOwn) {
  const fs::path scenario = folder_ / "eaeu" / "no-union.toml";
  write_bytes(scenario, bytes_of(scenario) + "\n# mine\n");
  const study::Study study{
      .kind = "simulate", .content = {}, .where = scenario.string(), .folder = ""};
  try {
    const study::DataSources sources(study, folder_.string());
    ADD_FAILURE() << "a changed bundled study was taken";
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "case-changed");
    EXPECT_NE(format_error(error.detail()).find("copy it"), std::string::npos);
  }
  // A copy elsewhere is the user's own, and still stands on the bundled files beside the original.
  const fs::path own = folder_ / "own";
  fs::create_directories(own);
  fs::copy_file(scenario, own / "mine.toml");
  const study::Study mine{.kind = "simulate",
                          .content = {},
                          .where = (own / "mine.toml").string(),
                          .folder = own.string()};
  study::DataSources sources(mine, folder_.string());
  EXPECT_EQ(sources.find("eaeu-2016.toml"), (folder_ / "eaeu" / "eaeu-2016.toml").string());
  EXPECT_THROW((void)sources.find("nodes.csv"), InputError) << "a table of one's own is missing";
}

}  // namespace
}  // namespace altyn::fuzz
