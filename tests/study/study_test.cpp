#include "altyn/study/study.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/data/output_files.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/scenario.h"
#include "altyn/study/sector_scenario.h"
#include "places.h"

namespace altyn::study {
namespace {

Study bundled(const char* name) { return read_study(project_path(name)); }

Study written(const std::string& text) {
  const std::string path = testing::TempDir() + "altyn_study_test.toml";
  data::write_text(text, path);
  return read_study(path);
}

ErrorDetail refused(const std::string& text) {
  try {
    (void)written(text);
  } catch (const InputError& error) {
    return error.detail();
  }
  return {};
}

TEST(StudyFile, IsKnownByItsSectionsAndThoseItExtends) {
  const Study scenario = bundled("cases/eaeu/no-union.toml");
  EXPECT_EQ(scenario.kind, "simulate");
  EXPECT_EQ(scenario.content.at("file"), scenario.where);
  EXPECT_EQ(bundled("cases/eaeu/corridors-altai.toml").kind, "corridors");
  EXPECT_EQ(bundled("cases/eaeu/corridors-2016.toml").kind, "corridors");
  EXPECT_EQ(bundled("cases/eaeu/plan-2013-2015.toml").kind, "monitor");
  EXPECT_EQ(written("[scenario]\nname = \"s\"\nextends = \"" +
                    project_path("cases/eaeu/corridors-2016.toml") + "\"\n")
                .kind,
            "corridors");
  EXPECT_EQ(written("[estimate]\ndata = \"x\"\n[options]\n").kind, "estimate");
  EXPECT_EQ(written("[data]\ntable = \"x\"\n").kind, "data_check");
  EXPECT_EQ(written("[pair]\nfirst = \"RUS\"\n[data]\n").kind, "regions");
}

TEST(StudyFile, AClaimFileIsACheckOfThatFile) {
  const Study claim = bundled("cases/eaeu/lavrov-2017.toml");
  EXPECT_EQ(claim.kind, "check");
  EXPECT_EQ(claim.content, (nlohmann::json{{"claim", "lavrov-2017.toml"}}));
  const Study sections = written("[claim]\nreporter = \"RUS\"\n[data]\nworld = \"\"\n");
  EXPECT_EQ(sections.kind, "check");
  EXPECT_EQ(sections.content.at("claim").at("reporter"), "RUS");
}

TEST(StudyFile, WhatItSaysItselfStandsAboveItsSections) {
  EXPECT_EQ(written("study = \"simulate\"\n[scenario]\n[network]\n").kind, "simulate");
  EXPECT_EQ(refused("study = \"simulat\"\n").fixes.front(), "study = \"simulate\"");
}

TEST(StudyFile, ValuesOfAnotherKindAreRefusedByTheirPlace) {
  const auto refusal = [](const std::string& text) {
    const Study study = written("study = \"simulate\"\n" + text);
    DataSources sources(study);
    try {
      if (has_sectors(study.content)) {
        (void)read_sector_scenario(study);
      } else {
        (void)read_scenario(study, sources);
      }
    } catch (const InputError& error) {
      return error.detail().code;
    }
    return std::string();
  };
  EXPECT_EQ(refusal("[[change]]\nwhat = 3\n"), "bad-option");
  EXPECT_EQ(refusal("[[change]]\nwhat = [\"tariff\"]\n"), "bad-option");
  EXPECT_EQ(refusal("[sectors]\n[[change]]\nwhat = {}\n"), "bad-option");
  EXPECT_EQ(refusal("model = 3\n[flags]\ntheta = 4\n"), "wrong-type");
  EXPECT_EQ(refusal("[[change]]\nwhat = \"tariff\"\nphase_in = [1e300, 1e301]\n"), "bad-option");
  EXPECT_EQ(refusal("[scenario]\nextends = \"" + std::string(5000, 'x') + "\"\n"),
            "file-not-found");
}

TEST(StudyFile, SectionsOfSeveralKindsAreNamed) {
  const ErrorDetail both = refused("[claim]\n[scenario]\nname = \"s\"\n");
  EXPECT_EQ(both.code, "unknown-study");
  ASSERT_EQ(both.context.size(), 2U);
  EXPECT_EQ(both.context[0], "\"check\" is known by claim");
  EXPECT_EQ(both.context[1], "\"simulate\" is known by scenario");
  const ErrorDetail none = refused("[options]\ntolerance = 1e-8\n");
  EXPECT_EQ(none.code, "unknown-study");
  EXPECT_GT(none.context.size(), 8U);
  EXPECT_EQ(none.fixes.size(), 3U);
}

}  // namespace
}  // namespace altyn::study
