#include "altyn/study/regions_study.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "altyn/attribution/region_shares.h"
#include "altyn/core/errors.h"
#include "altyn/study/region_tables.h"

namespace altyn::study {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kRegions =
    "region,name,economy,population,latitude,longitude,capital\n"
    "P1,West,POL,300,52.4,16.9,0\n"
    "P2,Centre,POL,500,52.2,21.0,1\n"
    "D1,East,DEU,400,51.3,12.4,0\n"
    "D2,North,DEU,900,53.6,10.0,0\n";
constexpr const char* kBorders = "economy,partner,region\nPOL,DEU,P1\nDEU,POL,D1\n";

class RegionsStudy : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / (std::string("altyn_regions_") + test->name());
    fs::create_directories(folder_);
    write("regions.csv", kRegions);
    write("borders.csv", kBorders);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  /// The regions with one text in place of another.
  void change(const std::string& from, const std::string& to) {
    std::string text = kRegions;
    text.replace(text.find(from), from.size(), to);
    write("regions.csv", text);
  }
  [[nodiscard]] Study study(const std::string& first = "POL",
                            const std::string& second = "DEU") const {
    return {.kind = "regions",
            .content = {{"pair", {{"first", first}, {"second", second}}},
                        {"data", {{"regions", "regions.csv"}, {"borders", "borders.csv"}}}},
            .where = "test",
            .folder = folder_.string()};
  }
  [[nodiscard]] static std::string code_of(const Study& study) {
    try {
      Context context(1);
      (void)run_study(study, context);
    } catch (const InputError& error) {
      return error.detail().code;
    }
    return "";
  }
  [[nodiscard]] std::string code() const { return code_of(study()); }

  fs::path folder_;
};

json bundled(const std::string& first, const std::string& second, const std::string& size) {
  Context context(1);
  const Study study{
      .kind = "regions",
      .content = {{"pair", {{"first", first}, {"second", second}}}, {"data", {{"size", size}}}},
      .where = "test",
      .folder = ""};
  return run_study(study, context).value;
}

TEST(BundledRegions, GiveTheRangesOfTheFirstPass) {
  // A first pass with another day's places gave both on the border .08 to .20, at least one .50 to
  // .66, neither in a capital .64 to .81. Places differ by day and draws stop short of the corners
  // of their ranges: .03 holds both.
  const json value = bundled("RUS", "KAZ", "population");
  const double ranges[3][2] = {{0.08, 0.20}, {0.50, 0.66}, {0.64, 0.81}};
  const json& rows = value["tables"]["region_shares"]["rows"];
  ASSERT_EQ(rows.size(), 3u);
  for (std::size_t d = 0; d < 3; ++d) {
    EXPECT_NEAR(rows[d][5].get<double>(), ranges[d][0], 0.03) << rows[d];
    EXPECT_NEAR(rows[d][6].get<double>(), ranges[d][1], 0.03) << rows[d];
  }
  // "About 70%" only where nothing but the capitals is left out.
  EXPECT_FALSE(rows[0][8].get<bool>());
  EXPECT_FALSE(rows[1][8].get<bool>());
  EXPECT_TRUE(rows[2][8].get<bool>());
}

TEST(BundledRegions, CountTheRegionsOnTheCommonBorder) {
  const json value = bundled("RUS", "KAZ", "product");
  int first = 0, second = 0;
  for (const json& row : value["tables"]["regions"]["rows"]) {
    if (row[8].get<bool>()) ++(row[2] == "Russia" ? first : second);
  }
  EXPECT_EQ(first, 12);
  EXPECT_EQ(second, 7);
  EXPECT_EQ(value["tables"]["regions"]["rows"].size(), 83u + 18u);
}

TEST(BundledRegions, AStatedProductReplacesPopulationAndIsNamed) {
  const json value = bundled("RUS", "KAZ", "product");
  double of_economy = 0.0;
  for (const json& row : value["tables"]["regions"]["rows"]) {
    if (row[0] == "RU.04") of_economy = row[5].get<double>();
  }
  EXPECT_NEAR(of_economy, 0.00532, 1e-12);  // 550.0 of 103,400 billion roubles
  bool named = false;
  for (const json& note : value["notes"]) {
    named = named || note.get<std::string>().find("Altai Krai: 0.53%") != std::string::npos;
  }
  EXPECT_TRUE(named);
}

TEST(BundledRegions, ThePairIsTheSameEitherWayRound) {
  const json one = bundled("RUS", "KAZ", "population");
  const json other = bundled("KAZ", "RUS", "population");
  for (std::size_t d = 0; d < 3; ++d) {
    // Size elasticities of the two sides are drawn in turn: equal up to the noise of 2,000 draws.
    EXPECT_NEAR(one["tables"]["region_shares"]["rows"][d][2].get<double>(),
                other["tables"]["region_shares"]["rows"][d][2].get<double>(), 0.01);
  }
}

TEST(BundledRegions, EveryNeighbourPairHasBorders) {
  for (const auto& [first, second] :
       {std::pair("RUS", "CHN"), std::pair("RUS", "MNG"), std::pair("KAZ", "CHN"),
        std::pair("KAZ", "KGZ"), std::pair("KAZ", "UZB"), std::pair("CHN", "MNG"),
        std::pair("CHN", "KGZ"), std::pair("KGZ", "UZB")}) {
    EXPECT_EQ(bundled(first, second, "product")["tables"]["region_shares"]["rows"].size(), 3u);
  }
}

TEST_F(RegionsStudy, ReadsTheTablesOfAUser) {
  Context context(1);
  const StudyResult result = run_study(study(), context);
  EXPECT_EQ(result.value["schema"], "altyn.regions/1");
  EXPECT_EQ(result.value["name"], "pol-deu-regions");
  EXPECT_EQ(result.value["tables"]["region_pairs"]["rows"].size(), 4u);
  EXPECT_EQ(result.value["russian"]["summary"].size(), result.value["summary"].size());
  EXPECT_EQ(result.inputs.size(), 2u);
}

TEST_F(RegionsStudy, CodesMayBeNumbers) {
  write("regions.csv",
        "region,name,economy,population,latitude,longitude,capital\n"
        "01,West,POL,300,52.4,16.9,0\n02,Centre,POL,500,52.2,21.0,1\n"
        "11,East,DEU,400,51.3,12.4,0\n");
  write("borders.csv", "economy,partner,region\nPOL,DEU,01\nDEU,POL,11\n");
  Context context(1);
  EXPECT_EQ(run_study(study(), context).value["tables"]["regions"]["rows"][0][0], "01");
}

TEST_F(RegionsStudy, BadRegionsAreNamed) {
  change("300", "0");
  EXPECT_EQ(code(), "bad-size");
  change("300", "-5");
  EXPECT_EQ(code(), "bad-size");
  change("300", "");
  EXPECT_EQ(code(), "bad-size");
  change("300", "many");
  EXPECT_EQ(code(), "text-in-number");
  change("52.4", "95");
  EXPECT_EQ(code(), "bad-coordinate");
  change("16.9", "");
  EXPECT_EQ(code(), "bad-coordinate");
  change("21.0,1", "21.0,yes");
  EXPECT_EQ(code(), "text-in-number");
  change("21.0,1", "21.0,2");
  EXPECT_EQ(code(), "bad-flag");
  change("P2", "P1");
  EXPECT_EQ(code(), "duplicate-region");
  change("21.0,1", "21.0,0");
  EXPECT_EQ(code(), "no-capital");
  change("POL", "QQQ");
  EXPECT_EQ(code(), "unknown-economy");
  change("population", "people");
  EXPECT_EQ(code(), "no-such-column");
  change("52.4,16.9", "51.3,12.4");
  EXPECT_EQ(code(), "same-place");
}

TEST_F(RegionsStudy, AProductNeedsASource) {
  const std::string head =
      "region,name,economy,population,latitude,longitude,capital,product_share,product_source\n";
  const std::string rest = "P2,Centre,POL,500,52.2,21.0,1,,\nD1,East,DEU,400,51.3,12.4,0,,\n";
  write("regions.csv", head + "P1,West,POL,300,52.4,16.9,0,0.2,\n" + rest);
  EXPECT_EQ(code(), "no-source");
  write("regions.csv", head + "P1,West,POL,300,52.4,16.9,0,1.2,an office\n" + rest);
  EXPECT_EQ(code(), "bad-size");
  write("regions.csv", head + "P1,West,POL,300,52.4,16.9,0,0.2,an office\n" + rest);
  EXPECT_EQ(code(), "");
}

TEST_F(RegionsStudy, BadBordersAreNamed) {
  write("borders.csv", "economy,partner,region\nPOL,DEU,P9\nDEU,POL,D1\n");
  EXPECT_EQ(code(), "unknown-region");
  write("borders.csv", "economy,partner,region\nPOL,DEU,P1\n");
  EXPECT_EQ(code(), "no-border");
  write("borders.csv", "economy,partner\nPOL,DEU\n");
  EXPECT_EQ(code(), "no-such-column");
  write("borders.csv", "economy,partner,region\nPOL,XX9,P1\n");
  EXPECT_EQ(code(), "unknown-economy");
}

TEST_F(RegionsStudy, BadQuestionsAreNamed) {
  EXPECT_EQ(code_of(study("POL", "POL")), "same-economy");
  EXPECT_EQ(code_of(study("POL", "")), "missing-key");
  EXPECT_EQ(code_of(study("POL", "KAZZ")), "unknown-economy");
  EXPECT_EQ(code_of(study("POL", "FRA")), "no-regions");
  Study upside_down = study();
  upside_down.content["options"] = {{"distance_low", -0.5}};
  EXPECT_EQ(code_of(upside_down), "bad-range");
  Study beyond = study();
  beyond.content["options"] = {{"figure", 1.7}};
  EXPECT_EQ(code_of(beyond), "bad-option");
  Study misspelt = study();
  misspelt.content["data"]["border"] = "borders.csv";
  EXPECT_EQ(code_of(misspelt), "unknown-key");
  Study absent = study();
  absent.content["data"]["borders"] = "nowhere.csv";
  EXPECT_EQ(code_of(absent), "file-not-found");
}

}  // namespace
}  // namespace altyn::study
