#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fuzz/mutate.h"
#include "fuzz/targets.h"
#include "places.h"

// Every reader on its kept corpus and on mutations of it that are the same in every run. Without
// Clang's help this finds what is near the surface; tests/fuzz/run searches deeper and keeps what
// it finds in the corpus.
namespace altyn::fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> seeds_of(std::string_view target) {
  const fs::path folder = fs::path(project_path("tests/fuzz/corpus")) / target;
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  for (const fs::path& path : paths) {
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    seeds.push_back(bytes.str());
  }
  return seeds;
}

class Reader : public ::testing::TestWithParam<Target> {};

TEST_P(Reader, TakesItsCorpus) {
  const std::vector<std::string> seeds = seeds_of(GetParam().name);
  ASSERT_FALSE(seeds.empty());
  for (const std::string& seed : seeds) EXPECT_NO_THROW(GetParam().read(seed));
  EXPECT_NO_THROW(GetParam().read(""));
}

TEST_P(Reader, TakesOrRefusesDamagedFiles) {
  const std::vector<std::string> seeds = seeds_of(GetParam().name);
  ASSERT_FALSE(seeds.empty());
  const std::uint64_t n_mutations = GetParam().n_mutations * times_as_many();
  for (std::uint64_t number = 0; number < n_mutations; ++number) {
    const std::string bytes = mutated(seeds[number % seeds.size()], seeds, number);
    try {
      GetParam().read(bytes);
    } catch (const std::exception& error) {
      ADD_FAILURE() << "mutation " << number << ": " << error.what() << "\n"
                    << ::testing::PrintToString(bytes.substr(0, 2000));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Reader, ::testing::ValuesIn(targets()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace altyn::fuzz
