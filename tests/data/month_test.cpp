#include "altyn/data/month.h"

#include <gtest/gtest.h>

#include "altyn/core/errors.h"

namespace altyn::data {
namespace {

TEST(Month, ReadsPrintsAndCounts) {
  const Month month = Month::parse("2016-11", "test");
  EXPECT_EQ(month.plus(3).to_string(), "2017-02");
  EXPECT_EQ(month.plus(-11).to_string(), "2015-12");
  EXPECT_EQ(month.year(), 2016);
  EXPECT_EQ(month.month(), 11);
}

TEST(Month, RejectsWhatIsNoMonth) {
  for (const char* text :
       {"", "2017", "2017-13", "2017-00", "2017/02", "17-02", "2017-2a", "-017-02"}) {
    EXPECT_THROW((void)Month::parse(text, "test"), InputError) << text;
  }
}

TEST(Window, ReadsBothEnds) {
  const Window window = Window::parse("2017-02..2017-07", "test");
  EXPECT_EQ(window.n_months(), 6);
  EXPECT_EQ(window.shifted(-12).to_string(), "2016-02..2016-07");
  EXPECT_THROW((void)Window::parse("2017-07..2017-02", "test"), InputError);
}

}  // namespace
}  // namespace altyn::data
