#include "altyn/data/date.h"

#include <gtest/gtest.h>

#include "altyn/core/errors.h"

namespace altyn::data {
namespace {

TEST(Date, ReadsPrintsAndOrders) {
  EXPECT_EQ(Date::parse("2015-08-12", "test").to_string(), "2015-08-12");
  EXPECT_EQ(Date::of(1970, 1, 2).count, 1);
  EXPECT_LT(Date::of(2014, 12, 31), Date::of(2015, 1, 1));
  EXPECT_EQ(Date::of(2015, 1, 1).count - Date::of(2014, 12, 31).count, 1);
}

TEST(Date, KnowsTheEndsOfAMonth) {
  EXPECT_EQ(Date::first_of(Month::of(2016, 2)).to_string(), "2016-02-01");
  EXPECT_EQ(Date::last_of(Month::of(2016, 2)).to_string(), "2016-02-29");
  EXPECT_EQ(Date::last_of(Month::of(2015, 12)).to_string(), "2015-12-31");
}

TEST(Date, RejectsWhatIsNoDay) {
  for (const char* text : {"", "2015", "2015-08", "2015-02-29", "2015-13-01", "2015-00-10",
                           "2015-01-00", "2015/01/01", "12-08-2015", "2015-8-12", "2015-08-1x"}) {
    try {
      (void)Date::parse(text, "agreements.toml:3");
      FAIL() << text;
    } catch (const InputError& error) {
      EXPECT_EQ(error.detail().code, "bad-date") << text;
      EXPECT_EQ(error.detail().where, "agreements.toml:3");
    }
  }
}

}  // namespace
}  // namespace altyn::data
