#include "altyn/data/trade_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/error_of.h"

namespace altyn::data {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

Table with_columns(const std::vector<std::string>& names) {
  Table table("file.csv");
  for (const std::string& name : names) table.add(name, NumberColumn{1.0});
  return table;
}

struct Source {
  const char* name;
  std::vector<std::string> columns;
  std::vector<std::pair<Role, const char*>> expected;
  double million_usd;  // of the trade column
};

class KnownSources : public ::testing::TestWithParam<Source> {};

TEST_P(KnownSources, AreUnderstoodByTheirColumnNames) {
  const Source& source = GetParam();
  const Table table = with_columns(source.columns);
  const TradeColumns found = find_trade_columns(table);
  for (const auto& [role, name] : source.expected) {
    ASSERT_NE(found.find(role), nullptr) << role_name(role);
    EXPECT_EQ(*found.find(role), name) << role_name(role);
  }
  EXPECT_EQ(amount_unit(table, *found.find(Role::kTrade), {}).million_usd, source.million_usd);
}

INSTANTIATE_TEST_SUITE_P(
    Sources, KnownSources,
    ::testing::Values(
        Source{"CepiiGravity",
               {"year", "iso3_o", "iso3_d", "distw_harmonic", "contig", "tradeflow_baci"},
               {{Role::kExporter, "iso3_o"},
                {Role::kImporter, "iso3_d"},
                {Role::kTrade, "tradeflow_baci"},
                {Role::kDistance, "distw_harmonic"}},
               1e-3},
        Source{"Baci",
               {"t", "i", "j", "k", "v", "q"},
               {{Role::kExporter, "i"},
                {Role::kImporter, "j"},
                {Role::kYear, "t"},
                {Role::kTrade, "v"},
                {Role::kSector, "k"},
                {Role::kQuantity, "q"}},
               1e-3},
        Source{"Comtrade",
               {"refYear", "reporterISO", "partnerISO", "flowCode", "cmdCode", "primaryValue"},
               {{Role::kReporter, "reporterISO"},
                {Role::kPartner, "partnerISO"},
                {Role::kFlow, "flowCode"},
                {Role::kSector, "cmdCode"},
                {Role::kTrade, "primaryValue"},
                {Role::kYear, "refYear"}},
               1e-6},
        Source{"Wits",
               {"Year", "ReporterISO3", "PartnerISO3", "TradeFlowName", "TradeValue in 1000 USD"},
               {{Role::kReporter, "ReporterISO3"},
                {Role::kFlow, "TradeFlowName"},
                {Role::kYear, "Year"},
                {Role::kTrade, "TradeValue in 1000 USD"}},
               1e-3},
        Source{"ItpdE",
               {"exporter_iso3", "importer_iso3", "year", "industry_id", "trade"},
               {{Role::kExporter, "exporter_iso3"},
                {Role::kSector, "industry_id"},
                {Role::kTrade, "trade"}},
               1.0}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(TradeColumns, SaysWhatItFoundAndWhatElseItSaw) {
  const TradeColumns found =
      find_trade_columns(with_columns({"iso3_o", "orig", "importer", "trade_musd"}));
  EXPECT_THAT(found.detected, Contains("exporter = iso3_o (also seen: orig)"));
  EXPECT_THAT(found.detected, Contains("importer = importer"));
}

TEST(TradeColumns, TheUsersChoiceComesFirst) {
  const Table table = with_columns({"iso3_o", "from", "importer", "x"});
  const TradeColumns found = find_trade_columns(table, {.exporter = "from", .trade = "x"});
  EXPECT_EQ(*found.find(Role::kExporter), "from");
  EXPECT_EQ(amount_unit(table, "x", {.unit = "busd"}).million_usd, 1000.0);
  EXPECT_EQ(error_of([&] { (void)find_trade_columns(table, {.exporter = "form"}); }).code,
            "no-such-column");
}

TEST(TradeColumns, SingleLettersMeanNothingOnTheirOwn) {
  const TradeColumns found = find_trade_columns(with_columns({"i", "t", "v"}));
  EXPECT_TRUE(found.names.empty());
}

TEST(TradeColumns, AskForWhatIsNotStated) {
  const Table table = with_columns({"a", "trade"});
  const ErrorDetail role =
      error_of([&] { (void)find_trade_columns(table).require(Role::kExporter, table); });
  EXPECT_EQ(role.code, "no-column-for");
  EXPECT_THAT(role.context.at(1), HasSubstr("iso3_o"));
  EXPECT_EQ(error_of([&] { (void)amount_unit(table, "trade", {}); }).code, "unit-unknown");
  EXPECT_EQ(error_of([&] { (void)amount_unit(table, "trade", {.unit = "eur"}); }).code, "bad-unit");
}

}  // namespace
}  // namespace altyn::data
