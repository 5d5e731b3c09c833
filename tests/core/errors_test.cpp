#include "altyn/core/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace altyn {
namespace {

TEST(FormatError, ShowsPlaceContextReasonAndFixesInThatOrder) {
  const std::string text = format_error({.code = "bad",
                                         .what = "it is wrong",
                                         .where = "trade.csv line 17",
                                         .context = {"KAZ,RUS,x"},
                                         .why = "sums need numbers",
                                         .fixes = {"mend it", "drop it"}});
  EXPECT_EQ(text,
            "error[bad]: it is wrong\n"
            "  --> trade.csv line 17\n"
            "   | KAZ,RUS,x\n"
            "   = why it matters: sums need numbers\n"
            "   = fix 1: mend it\n"
            "   = fix 2: drop it\n");
}

TEST(NearestName, FindsAMisspeltNameAndRefusesAFarOne) {
  const std::vector<std::string> names = {"exporter", "importer", "year"};
  EXPECT_EQ(nearest_name("exportr", names), "exporter");
  EXPECT_EQ(nearest_name("Importer", names), "importer");
  EXPECT_EQ(nearest_name("zzzzzz", names), "");
  EXPECT_EQ(nearest_name("x", {}), "");
  EXPECT_THAT(nearest_names("imprter", names, 2), testing::ElementsAre("importer", "exporter"));
}

TEST(Check, ThrowsInternalErrorWithThePlace) {
  try {
    ALTYN_CHECK(1 + 1 == 3, "arithmetic");
    FAIL();
  } catch (const InternalError& error) {
    EXPECT_THAT(error.detail().where, testing::StartsWith("errors_test.cpp:"));
  }
}

}  // namespace
}  // namespace altyn
