#include "altyn/study/section_list.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "altyn/data/document.h"

namespace altyn::study {
namespace {

using nlohmann::json;

json read_back(const std::string& toml) { return data::parse_document(toml, "x.toml").value; }

TEST(StudyToml, SectionsAndFieldsStandInTheOrderOfTheirTables) {
  const json content = {{"model", {{"theta", 4.0}, {"n_draws", 10}}},
                        {"scenario", {{"title", "t"}, {"name", "n"}}},
                        {"change", {{{"what", "tariff"}, {"name", "c"}, {"rate_pct", 5.0}}}}};
  EXPECT_EQ(study_toml("simulate", content),
            "[scenario]\nname = \"n\"\ntitle = \"t\"\n\n"
            "[[change]]\nname = \"c\"\nwhat = \"tariff\"\nrate_pct = 5.0\n\n"
            "[model]\ntheta = 4.0\nn_draws = 10\n");
}

TEST(StudyToml, PlainValuesComeBeforeTheFirstSection) {
  const json content = {{"alpha", {{"x", 1}}}, {"study", "check"}};
  EXPECT_EQ(study_toml("", content), "study = \"check\"\n\n[alpha]\nx = 1\n");
}

TEST(StudyToml, WhatTomlCannotHoldIsLeftOut) {
  const json content = {{"a", {{"x", nullptr}, {"y", 1}}}};
  EXPECT_EQ(study_toml("", content), "[a]\ny = 1\n");
}

RC_GTEST_PROP(StudyToml, AnyTextAndNumberReadBackTheSame, (double number, std::int64_t whole)) {
  RC_PRE(std::isfinite(number));
  // Letters that need care in TOML, and some that need none.
  const auto text = *rc::gen::container<std::string>(
      rc::gen::element('a', '"', '\\', '\n', '\t', '\r', '\x01', '\x7f', '#', '\'', '=', ' '));
  const json content = {{"section", {{"text", text}, {"number", number}, {"whole", whole}}},
                        {"list", {{{"key with \"quotes\"", text}}, {{"numbers", {1.5, number}}}}}};
  RC_ASSERT(read_back(study_toml("", content)) == content);
}

}  // namespace
}  // namespace altyn::study
