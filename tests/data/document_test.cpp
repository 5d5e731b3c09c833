#include "altyn/data/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/error_of.h"
#include "data/temp_folder.h"

namespace altyn::data {
namespace {

constexpr std::string_view kClaim = R"(# a claim
[claim]
id = "lavrov"
date = 2017-10-06
at = 2017-10-06T12:30:00Z
figure = 0.4
months = 6

[[member]]
economy = "RUS"
[[member]]
economy = "KAZ"
from = 2015-01-01
"odd/key" = true
list = [1, 2.5,
        "x"]
)";

TEST(Document, TomlBecomesJsonWithDatesAsText) {
  const Document document = parse_document(kClaim, "claim.toml");
  const nlohmann::json expected = nlohmann::json::parse(R"({
    "claim": {"id": "lavrov", "date": "2017-10-06", "at": "2017-10-06T12:30:00Z", "figure": 0.4,
              "months": 6},
    "member": [{"economy": "RUS"},
               {"economy": "KAZ", "from": "2015-01-01", "odd/key": true, "list": [1, 2.5, "x"]}]})");
  EXPECT_EQ(document.value, expected);
  EXPECT_TRUE(document.value["claim"]["months"].is_number_integer());
}

TEST(Document, KnowsTheLineOfEveryKey) {
  const Document document = parse_document(kClaim, "claim.toml");
  EXPECT_EQ(document.where("/claim/figure"), "claim.toml:6:1");
  EXPECT_EQ(document.where("/member/1/economy"), "claim.toml:12:1");
  EXPECT_EQ(document.where("/member/1/odd~1key"), "claim.toml:14:1");
  EXPECT_EQ(document.where("/member/1/list/2"), "claim.toml:16:9");
  EXPECT_EQ(document.where("/claim/absent"), document.where("/claim"));
  EXPECT_EQ(document.where("/absent"), "claim.toml");
}

TEST(Document, JsonIsPlacedByPointer) {
  const Document document = parse_document(R"({"a": {"b": 1}})", "a.json");
  EXPECT_EQ(document.value["a"]["b"], 1);
  EXPECT_EQ(document.where("/a/b"), "a.json /a/b");
  EXPECT_EQ(document.where(""), "a.json");
}

TEST(Document, DropsAByteOrderMark) {
  EXPECT_EQ(parse_document("\xEF\xBB\xBF"
                           "a = 1\n",
                           "a.toml")
                .value["a"],
            1);
}

struct BadText {
  const char* name;
  std::string text;
  const char* code;
  const char* where;
};

std::string nested(std::string text, const std::string& step, const std::string& end,
                   int depth = 9990) {
  for (int k = 0; k < depth; ++k) text += step;
  return text + end;
}

class DocumentRefuses : public ::testing::TestWithParam<BadText> {};

TEST_P(DocumentRefuses, WithACodeAndThePlace) {
  const BadText& bad = GetParam();
  const ErrorDetail detail = error_of([&] { (void)parse_document(bad.text, bad.name); });
  EXPECT_EQ(detail.code, bad.code) << format_error(detail);
  EXPECT_EQ(detail.where, bad.where) << format_error(detail);
}

INSTANTIATE_TEST_SUITE_P(
    BadTexts, DocumentRefuses,
    ::testing::Values(BadText{"a.toml", "", "empty-file", "a.toml"},
                      BadText{"a.toml", "\xEF\xBB\xBF", "empty-file", "a.toml"},
                      BadText{"a.toml", "a = 1\nb = = 2\n", "bad-toml", "a.toml:2:5"},
                      BadText{"a.toml", "a = 1\na = 2\n", "bad-toml", "a.toml:2:5"},
                      BadText{"a.toml", "a = nan\n", "bad-toml", "a.toml:1:1"},
                      BadText{"a.toml", "a = 1\nb = \"\xC3\x28\"\n", "not-utf8", "a.toml:2"},
                      BadText{"a.toml", "b = \"\xED\xA0\x80\"\n", "not-utf8", "a.toml:1"},
                      BadText{"a.toml", "b = \"\xE2\x82", "not-utf8", "a.toml:1"},
                      BadText{"a.toml", nested("a", ".a", " = 1"), "bad-toml", "a.toml:1:129"},
                      BadText{"a.toml", nested("[a", ".a", "]"), "bad-toml", "a.toml:1:130"},
                      // Deep enough to end the stack of whoever goes down into them.
                      BadText{"a.toml", nested("b = 1\na", ".a", " = 1", 600'000), "bad-toml",
                              "a.toml:2"},
                      BadText{"a.toml", nested("b = [{\"a\"", " . 'a'", " = 1}]", 600'000),
                              "bad-toml", "a.toml:1"},
                      BadText{"a.json", nested("", "[", ""), "bad-json", "a.json"},
                      BadText{"a.json", "{\n  \"a\": 1,\n}", "bad-json", "a.json:3:1"},
                      BadText{"a.json", "{", "bad-json", "a.json:1:2"},
                      BadText{"a.yaml", "a: 1", "unknown-format", "a.yaml"}));

TEST(Document, DotsInTextsAndNumbersAreNotNesting) {
  std::string numbers;
  for (int k = 0; k < 9000; ++k) numbers += "0.5, ";
  const Document read =
      parse_document("x = [" + numbers + "]\ny = \"" + std::string(9000, '.') + "\"\n", "a.toml");
  EXPECT_EQ(read.value["x"].size(), 9000U);
}

TEST(Document, RefusesMissingFilesAndFolders) {
  const TempFolder folder;
  EXPECT_EQ(error_of([&] { (void)read_document(folder.path("a.toml")); }).code, "file-not-found");
  EXPECT_EQ(error_of([&] { (void)read_document(folder.path("")); }).code, "is-a-folder");
  EXPECT_EQ(read_document(folder.file("a.toml", kClaim)).value["claim"]["id"], "lavrov");
}

}  // namespace
}  // namespace altyn::data
