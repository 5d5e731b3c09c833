#include "altyn/numerics/scratch_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <filesystem>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/numerics/raw_vector.h"

namespace altyn::numerics {
namespace {

constexpr std::size_t kManyNumbers = std::size_t{1} << 22;  // 32 MB

TEST(ScratchMemory, LargeVectorsLieInFilesAndSmallOnesDoNot) {
  const ScratchMemory scratch(testing::TempDir(), 0);
  const std::size_t before = scratch.most_bytes();
  const RawVector<double> small(1000);
  EXPECT_EQ(scratch.most_bytes(), before);
  const RawVector<double> large(kManyNumbers, 1.0);
  EXPECT_EQ(scratch.most_bytes(), before + kManyNumbers * sizeof(double));
}

TEST(ScratchMemory, NumbersOutlastPagesThatGoBack) {
  // A limit below the vector: its pages go back to the system again and again meanwhile.
  const ScratchMemory scratch(testing::TempDir(), std::size_t{1} << 20);
  RawVector<double> large(kManyNumbers);
  std::iota(large.begin(), large.end(), 0.0);
  madvise(large.data(), kManyNumbers * sizeof(double), MADV_DONTNEED);
  double sum = 0.0;
  for (const double value : large) sum += value;
  const auto n = static_cast<double>(kManyNumbers);
  EXPECT_EQ(sum, n * (n - 1.0) / 2.0);  // every partial sum is a whole number below 2^53
}

TEST(ScratchMemory, VectorsMayOutliveIt) {
  RawVector<double> large;
  {
    const ScratchMemory scratch(testing::TempDir(), 0);
    large.assign(kManyNumbers, 2.0);
  }
  EXPECT_EQ(large.back(), 2.0);
  large = {};
  const RawVector<double> after(kManyNumbers, 3.0);  // in memory again
  EXPECT_EQ(after.front(), 3.0);
}

TEST(ScratchMemory, AFolderThatIsNotThereIsNamed) {
  try {
    const ScratchMemory scratch("/no/such/folder", 0);
    FAIL();
  } catch (const SystemError& error) {
    EXPECT_EQ(error.detail().code, "no-scratch");
    EXPECT_EQ(error.detail().where, "/no/such/folder");
  }
}

}  // namespace
}  // namespace altyn::numerics
