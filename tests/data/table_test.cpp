#include "altyn/data/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "altyn/core/errors.h"
#include "altyn/data/ledger.h"

namespace altyn::data {
namespace {

Table sample() {
  Table table("trade.csv");
  table.add("exporter", std::vector<std::string>{"RUS", "", "KAZ"});
  table.add("trade", NumberColumn{1.0, kMissing, 3.0}, "million USD");
  return table;
}

TEST(Table, CodesTextsInSortedOrderWithEmptyAsMissing) {
  const Table table = sample();
  const TextColumn& exporter = table.texts("exporter");
  EXPECT_THAT(exporter.dictionary, testing::ElementsAre("KAZ", "RUS"));
  EXPECT_THAT(exporter.codes, testing::ElementsAre(1, kNoGroup, 0));
  EXPECT_EQ(exporter.at(1), "");
}

TEST(Table, AMissingColumnNamesTheNearest) {
  try {
    (void)sample().numbers("trad");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "no-such-column");
    EXPECT_THAT(error.detail().fixes, testing::ElementsAre("write trade"));
  }
  EXPECT_THROW((void)sample().numbers("exporter"), InputError);
  EXPECT_THROW((void)sample().texts("trade"), InputError);
}

TEST(Table, FilteredRowsRememberTheirLines) {
  const Table kept = sample().filtered({true, false, true});
  EXPECT_EQ(kept.n_rows(), 2);
  EXPECT_EQ(kept.line_of(1), 4);
  EXPECT_EQ(kept.filtered({false, true}).line_of(0), 4);
  EXPECT_EQ(kept.texts("exporter").at(1), "KAZ");
}

TEST(SampleLedger, AccountsForEveryRow) {
  SampleLedger ledger(100);
  ledger.drop("clean", "trade is missing", 7, {"line 3", "4", "5", "6", "7", "8"});
  ledger.drop("estimate", "only zeros in pair", 0);
  ledger.drop("estimate", "singleton in pair", 3);
  ledger.note("clean", "reported by the exporter only", 12);
  EXPECT_EQ(ledger.rows_used(), 90);
  EXPECT_EQ(ledger.dropped().size(), 2U);
  EXPECT_EQ(ledger.dropped()[0].examples.size(), 5U);
  EXPECT_THAT(ledger.to_text(), testing::HasSubstr("          90 rows used\n"));
}

}  // namespace
}  // namespace altyn::data
