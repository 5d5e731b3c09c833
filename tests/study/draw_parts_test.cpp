#include "altyn/study/draw_parts.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/data/document.h"
#include "places.h"

namespace altyn::study {
namespace {

namespace fs = std::filesystem;

std::string code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.detail().code;
  }
  return "none";
}

Study study_with_draws(Index n_draws) {
  const std::string file = project_path("cases/eaeu/no-union.toml");
  Study study{.kind = "simulate",
              .content = data::read_document(file).value,
              .where = file,
              .folder = fs::path(file).parent_path().string()};
  study.content["model"]["n_draws"] = n_draws;
  return study;
}

std::string fresh_folder(const std::string& name) {
  const std::string folder = testing::TempDir() + "altyn_parts_" + name;
  fs::remove_all(folder);
  return folder;
}

void run_parts(const Study& study, Index n_parts, const std::string& folder, Context& context) {
  for (Index part = 1; part <= n_parts; ++part) {
    write_part(study, run_part(study, part, n_parts, context), part, n_parts, folder, context);
  }
}

void expect_same_in_parts(const Study& study, Index n_parts, const std::string& name) {
  Context context(1);
  const StudyResult whole = run_study(study, context);
  const std::string folder = fresh_folder(name);
  run_parts(study, n_parts, folder, context);
  const StudyResult merged = merge_parts(study, folder, context);
  EXPECT_EQ(merged.text, whole.text);
  ASSERT_EQ(merged.files.size(), whole.files.size());
  for (std::size_t f = 0; f < whole.files.size(); ++f) {
    EXPECT_EQ(merged.files[f].name, whole.files[f].name);
    const auto* text = std::get_if<std::string>(&whole.files[f].content);
    if (text == nullptr) continue;
    EXPECT_TRUE(std::get<std::string>(merged.files[f].content) == *text) << whole.files[f].name;
  }
}

TEST(DrawParts, MergedPartsAreTheBytesOfOneRun) {
  expect_same_in_parts(study_with_draws(7), 3, "merged");
}

TEST(DrawParts, APartMayHaveNoDraws) { expect_same_in_parts(study_with_draws(2), 3, "empty"); }

// Quotas, a customs union, ranges, elasticities and noise in the base's flows: every source of
// draws in a world of many sectors.
TEST(DrawParts, ManySectorsAreTheBytesOfOneRunToo) {
  Study study = read_study(project_path("cases/examples/three-economies/union.toml"));
  study.content["flags"] = {{"n_draws", 7}, {"trade_log_sd", 0.02}};
  expect_same_in_parts(study, 3, "sectors");
}

TEST(DrawParts, ChangesOnANetworkAreTheBytesOfOneRunToo) {
  Study study = read_study(project_path("cases/eaeu/corridors-altai.toml"));
  study.content["flags"] = {{"n_draws", 3}};
  expect_same_in_parts(study, 2, "network");
}

TEST(DrawParts, MarketsByThemselvesAreTheBytesOfOneRunToo) {
  for (const char* name : {"preference", "four-markets"}) {
    Study study = read_study(project_path("cases/examples/partial/" + std::string(name) + ".toml"));
    study.content["flags"] = {{"n_draws", 5}};
    SCOPED_TRACE(name);
    expect_same_in_parts(study, 2, "others");
  }
}

TEST(DrawParts, ScenariosOfBothKindsMayStandSideBySide) {
  const Study study{.kind = "simulate",
                    .content = {{"scenarios",
                                 {project_path("cases/examples/three-economies/regions.toml"),
                                  project_path("cases/eaeu/common-tariff-plus-5.toml")}},
                                {"flags", {{"n_draws", 3}}}},
                    .where = "batch",
                    .folder = ""};
  expect_same_in_parts(study, 2, "batch");
}

TEST(DrawParts, AMissingPartIsNamed) {
  const Study study = study_with_draws(4);
  Context context(1);
  const std::string folder = fresh_folder("missing");
  EXPECT_EQ(code_of([&] { (void)merge_parts(study, folder, context); }), "missing-part");
  write_part(study, run_part(study, 2, 2, context), 2, 2, folder, context);
  EXPECT_EQ(code_of([&] { (void)merge_parts(study, folder, context); }), "missing-part");
}

TEST(DrawParts, PartsOfAnotherSeedAreRefused) {
  const Study study = study_with_draws(4);
  Context context(1);
  const std::string folder = fresh_folder("seed");
  run_parts(study, 2, folder, context);
  Context other(1, 7);
  EXPECT_EQ(code_of([&] { (void)merge_parts(study, folder, other); }), "other-part");
}

TEST(DrawParts, NamesOfPartsAreReadOrRefused) {
  EXPECT_EQ(read_part_name("3/8").part, 3);
  EXPECT_EQ(read_part_name("3/8").n_parts, 8);
  for (const char* text : {"3", "0/8", "9/8", "a/8", "3/", "/8", "3/8/2", "-1/2", ""}) {
    EXPECT_EQ(code_of([&] { (void)read_part_name(text); }), "bad-part") << text;
  }
}

TEST(DrawParts, AStudyWithoutDrawsHasNoParts) {
  const Study study = read_study(project_path("cases/eaeu/plan-2013-2015.toml"));
  Context context(1);
  EXPECT_EQ(code_of([&] { (void)run_part(study, 1, 2, context); }), "no-parts");
}

}  // namespace
}  // namespace altyn::study
