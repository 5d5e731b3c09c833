#include "altyn/equilibrium/sector_quota.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium {
namespace {

class Quotas : public ::testing::Test {
 protected:
  const testing::RandomMultiSector world =
      testing::random_multi_sector({.n = 5, .n_sectors = 3, .seed = 91});
  Context context{1};
  const MultiSectorModel model{world.base, {}, context};

  [[nodiscard]] Quota on(std::size_t j, std::size_t importer, std::size_t exporter,
                         double limit) const {
    return {.name = "q", .cells = {world.base.cell(j, importer, exporter)}, .limit = limit};
  }
};

TEST_F(Quotas, AreTheTariffThatLeavesTheLimit) {
  const QuotaEquivalents found =
      quota_equivalents(model, {}, std::vector<Quota>{on(1, 0, 3, 0.7), on(2, 4, 2, 0.5)}, context);
  ASSERT_EQ(found.status, SolveStatus::kConverged) << found.message;
  EXPECT_TRUE(found.result.certificate.holds());
  EXPECT_NEAR(found.volume[0], 0.7, 1e-7);
  EXPECT_NEAR(found.volume[1], 0.5, 1e-7);
  EXPECT_GT(found.rate[0], 0.0);
  // The same tariffs, set by hand, lead to the same equilibrium.
  MultiSectorShock shock;
  shock.tariff = model.base().tariff;
  const std::size_t cells[] = {world.base.cell(1, 0, 3), world.base.cell(2, 4, 2)};
  for (std::size_t q = 0; q < 2; ++q) {
    shock.tariff[cells[q]] = (1.0 + shock.tariff[cells[q]]) * (1.0 + found.rate[q]) - 1.0;
  }
  const MultiSectorResult alone = solve_multi_sector(model.base(), shock, {}, context);
  for (std::size_t e = 0; e < 5; ++e) {
    EXPECT_NEAR(alone.welfare_hat[e], found.result.welfare_hat[e], 1e-8);
  }
  EXPECT_LT(found.n_solves, 30);
}

TEST_F(Quotas, ThatDoNotBindCostNothing) {
  const QuotaEquivalents found =
      quota_equivalents(model, {}, std::vector<Quota>{on(1, 0, 3, 1.5)}, context);
  ASSERT_EQ(found.status, SolveStatus::kConverged);
  EXPECT_EQ(found.rate[0], 0.0);
  EXPECT_NEAR(found.result.welfare_hat[0], 1.0, 1e-9);
}

TEST_F(Quotas, GiveTheirRentToWhoeverHoldsTheLicences) {
  Quota quota = on(0, 0, 2, 0.6);
  const QuotaEquivalents auctioned =
      quota_equivalents(model, {}, std::vector<Quota>{quota}, context);
  quota.rent_abroad = true;
  const QuotaEquivalents voluntary =
      quota_equivalents(model, {}, std::vector<Quota>{quota}, context);
  ASSERT_EQ(auctioned.status, SolveStatus::kConverged) << auctioned.message;
  ASSERT_EQ(voluntary.status, SolveStatus::kConverged) << voluntary.message;
  EXPECT_GT(auctioned.result.welfare_hat[0], voluntary.result.welfare_hat[0]);
  EXPECT_GT(voluntary.result.export_duty[2], 0.0);
}

TEST_F(Quotas, RefuseWhatHasNoAnswer) {
  const auto code = [&](std::vector<Quota> quotas) {
    try {
      static_cast<void>(quota_equivalents(model, {}, quotas, context));
    } catch (const InputError& error) {
      return error.detail().code;
    }
    return std::string();
  };
  EXPECT_EQ(code({on(1, 0, 3, 0.0)}), "quota-range");
  EXPECT_EQ(code({on(1, 0, 3, 0.5), on(1, 0, 3, 0.6)}), "quota-range");
  EXPECT_EQ(code({{.name = "empty"}}), "quota-range");
}

}  // namespace
}  // namespace altyn::equilibrium
