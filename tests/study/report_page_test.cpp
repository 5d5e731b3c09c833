#include "altyn/study/report_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>
#include <nlohmann/json.hpp>

namespace altyn::study {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kOpen = "<script type=\"application/json\" id=\"altyn-result\">";
constexpr std::string_view kClose = "</script>";

// What a browser would hand to the page's script.
std::string result_element(const std::string& page) {
  const std::size_t start = page.find(kOpen) + kOpen.size();
  return page.substr(start, page.find(kClose, start) - start);
}

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t n = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    ++n;
  return n;
}

TEST(ReportPage, IsAWholePageWithOnePlaceForTheResult) {
  EXPECT_THAT(std::string(kReportPage), StartsWith("<!doctype html>"));
  EXPECT_THAT(std::string(kReportPage), HasSubstr("</html>"));
  EXPECT_EQ(count(kReportPage, "__ALTYN_RESULT__"), 1u);
}

TEST(ReportPage, LoadsNothingFromTheNetworkAndForbidsIt) {
  const std::string page(kReportPage);
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy\" content=\"default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("<script src")));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_LT(page.size(),
            650'000u);  // mailed around: charts, a map of the world, fonts, three languages
}

TEST(ReportHtml, HoldsTheResultWordForWord) {
  const json result = {
      {"schema", "altyn.check/1"}, {"growth", 0.38369}, {"none", nullptr}, {"word", "Россия"}};
  EXPECT_EQ(json::parse(result_element(report_html(result))), result);
}

TEST(ReportHtml, TextInTheResultCannotEndItsElementOrOpenAComment) {
  const json result = {
      {"words", "</script><script>alert(1)</script><!-- \u2028\u2029 __ALTYN_RESULT__"}};
  const std::string page = report_html(result);
  const std::string element = result_element(page);
  EXPECT_EQ(json::parse(element), result);
  EXPECT_THAT(element, Not(HasSubstr("<")));
  EXPECT_THAT(element, Not(HasSubstr("\xE2\x80\xA8")));
  EXPECT_EQ(count(page, kClose), count(kReportPage, kClose));
}

TEST(ReportHtml, ReplacesBytesThatAreNoText) {
  const std::string element = result_element(report_html({{"words", "a\xFFz"}}));
  EXPECT_EQ(json::parse(element)["words"], "a\xEF\xBF\xBDz");
}

RC_GTEST_PROP(ReportHtml, AnyTextComesBackAsItWas, (const std::string& noise)) {
  std::string text;
  for (const char letter : noise) text += static_cast<char>(letter & 0x7F);
  text += "<\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA</script";
  const json result = {{"text", text}};
  RC_ASSERT(json::parse(result_element(report_html(result))) == result);
}

}  // namespace
}  // namespace altyn::study
