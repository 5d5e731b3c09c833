#include "altyn/data/fetch_registry.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "data/error_of.h"
#include "data/temp_folder.h"

namespace altyn::data {
namespace {

FetchSource source_with(const std::string& lines) {
  const TempFolder folder;
  const std::string path = folder.file(
      "sources.toml",
      "[[source]]\nname = \"a\"\ntitle = \"A\"\nprovider = \"P\"\nlicence = \"L\"\npage = \"p\"\n" +
          lines);
  return FetchRegistry::read(path).find("a");
}

TEST(FetchRegistry, AFileIsCalledAsItSaysOrAsItsAddressEnds) {
  EXPECT_EQ(source_with("url = \"https://p.org/x/a.zip\"\n").file, "a.zip");
  EXPECT_EQ(source_with("url = \"https://p.org/a.zip?id=1/2#top\"\n").file, "a.zip");
  EXPECT_EQ(source_with("url = \"https://p.org/get?id=1\"\nfile = \"a.zip\"\n").file, "a.zip");
  EXPECT_EQ(source_with("why = \"by hand\"\n").file, "");
}

TEST(FetchRegistry, AnAddressThatEndsInNoNameNeedsOne) {
  for (const char* url : {"https://", "https://p.org", "https://p.org/", "https://p.org/x/..",
                          "https://p.org/?file=a.zip", "p"}) {
    const ErrorDetail error =
        error_of([&] { (void)source_with(fmt::format("url = \"{}\"\n", url)); });
    EXPECT_EQ(error.code, "bad-file-name") << url;
    EXPECT_NE(error.where.find("sources.toml"), std::string::npos) << error.where;
  }
}

TEST(FetchRegistry, AFileStaysInTheFolderThatIsAskedFor) {
  for (const char* file : {"../a.zip", "/etc/a.zip", "x/a.zip", "..", ".", "x\\\\a.zip", "a\\nb"}) {
    const ErrorDetail error = error_of([&] {
      (void)source_with(fmt::format("url = \"https://p.org/a.zip\"\nfile = \"{}\"\n", file));
    });
    EXPECT_EQ(error.code, "bad-file-name") << file;
  }
}

TEST(ComtradeAnswer, SaysWhyItHoldsNothingWhereItSays) {
  const TempFolder folder;
  const auto what = [&](const char* answer) {
    return error_of([&] { (void)check_comtrade_answer(folder.file("a.json", answer)); }).what;
  };
  EXPECT_EQ(what(R"({"message": "no such key"})"), "no such key");
  for (const char* silent : {R"({"message": 3})", R"({"message": ""})", "{}"}) {
    EXPECT_EQ(what(silent), "the answer holds no data") << silent;
  }
}

}  // namespace
}  // namespace altyn::data
