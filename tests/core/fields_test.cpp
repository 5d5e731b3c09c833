#include "altyn/core/fields.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"

namespace altyn {
namespace {

enum class Colour { kRed, kGreen };

struct Sample {
  bool loud = false;
  Index count = 3;
  double tolerance = 1e-9;
  std::string name = "x";
  std::vector<std::string> drop;
  Colour colour = Colour::kRed;
  static std::vector<Field<Sample>> fields() {
    return {make_field(&Sample::loud, {.name = "loud", .doc = "says more"}),
            make_field(&Sample::count, {.name = "count", .doc = "how many", .minimum = 1}),
            make_field(&Sample::tolerance,
                       {.name = "tolerance", .doc = "stops", .minimum = 0, .maximum = 1}),
            make_field(&Sample::name, {.name = "name", .doc = "its name"}),
            make_field(&Sample::drop, {.name = "drop", .doc = "codes to leave out"}),
            make_enum_field<&Sample::colour>({.name = "colour", .doc = "its colour"},
                                             {"red", "green"})};
  }
};

std::string code_of(const nlohmann::json& object) {
  Sample sample;
  try {
    options_from_json(sample, object, "test");
  } catch (const InputError& error) {
    return error.detail().code + ": " + error.detail().what;
  }
  return "";
}

TEST(Fields, JsonRoundTripKeepsEveryField) {
  Sample sample;
  const nlohmann::json object = {{"loud", true},           {"count", 5},
                                 {"tolerance", 0.5},       {"name", "y"},
                                 {"drop", {"TKM", "UZB"}}, {"colour", "green"}};
  options_from_json(sample, object, "test");
  EXPECT_EQ(options_to_json(sample), object);
  EXPECT_EQ(sample.colour, Colour::kGreen);
}

TEST(Fields, UnknownKeyNamesTheNearest) {
  Sample sample;
  try {
    options_from_json(sample, {{"tolerence", 0.1}}, "study.toml [estimate]");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "unknown-key");
    EXPECT_EQ(error.detail().fixes, std::vector<std::string>{"write tolerance"});
    EXPECT_EQ(error.detail().where, "study.toml [estimate]");
  }
}

TEST(Fields, RejectsWrongTypeRangeAndChoice) {
  EXPECT_EQ(code_of({{"count", 0}}), "bad-option: count must be at least 1, not 0");
  EXPECT_EQ(code_of({{"tolerance", 2.0}}), "bad-option: tolerance must be between 0 and 1, not 2");
  EXPECT_EQ(code_of({{"loud", "yes"}}),
            "bad-option: loud must be true or false, not text in quotes");
  EXPECT_EQ(code_of({{"colour", "blue"}}),
            "bad-option: colour must be one of red, green, not \"blue\"");
  EXPECT_EQ(code_of({{"count", 1.5}}), "bad-option: count must be a whole number, not a number");
}

TEST(Fields, TextValuesParseAsTheirType) {
  Sample sample;
  for (const Field<Sample>& field : fields_of<Sample>()) {
    if (field.info.name == "drop") {
      field.set(field, sample,
                value_from_text(field.info, field.get(field, sample), "A,B", "--drop"));
    }
    if (field.info.name == "count") {
      EXPECT_THROW((void)value_from_text(field.info, field.get(field, sample), "3x", "--count"),
                   InputError);
    }
  }
  EXPECT_EQ(sample.drop, (std::vector<std::string>{"A", "B"}));
}

}  // namespace
}  // namespace altyn
