#include <gtest/gtest.h>

#include <array>

#include "altyn/equilibrium/multi_sector.h"
#include "altyn/equilibrium/sector_welfare.h"
#include "equilibrium/caliendo_parro_data.h"

namespace altyn::equilibrium {
namespace {

using testing::kCanada;
using testing::kMexico;
using testing::kUsa;

class OnlyNafta : public ::testing::Test {
 protected:
  void SetUp() override {
    ALTYN_NEEDS_REFERENCE("equilibrium/cp2015/noS_Din.csv.gz");
    const testing::CaliendoParro data = testing::caliendo_parro();
    model.emplace(data.base, MultiSectorOptions{}, context);
    shock.tariff = testing::only_nafta(data);
    MultiSectorWorkspace workspace;
    model->solve(shock, workspace, result, context);
  }
  Context context{1};
  std::optional<MultiSectorModel> model;
  MultiSectorShock shock;
  MultiSectorResult result;
};

// The authors' programs print these for NAFTA's tariff cuts from 1993 to 2005 alone, without
// deficits (Caliendo and Parro 2015, table 2, rounds them to two decimals). The tolerance is that
// of the authors' stopping rule (excess demand below 1e-7) and of one slightly negative input share
// in their table, which is set to zero here.
TEST_F(OnlyNafta, ReproducesThePublishedLinearWelfare) {
  ASSERT_TRUE(result.certificate.holds()) << result.certificate.summary();
  const LinearWelfare linear = linear_welfare(*model, shock, result);
  const std::vector<double> real_wage = real_wage_hat(*model, result);
  struct Row {
    std::size_t economy;
    double welfare, terms_of_trade, volume_of_trade, real_wage;  // percent
  };
  const std::array<Row, 3> rows = {{{kMexico, 1.3121137, -0.4117712, 1.7238850, 1.7153235},
                                    {kCanada, -0.0638164, -0.1081023, 0.0442859, 0.3228296},
                                    {kUsa, 0.0847532, 0.0435315, 0.0412218, 0.1124433}}};
  constexpr double kPercentagePoints = 1e-5;
  for (const Row& row : rows) {
    const std::string& name = model->base().economies[row.economy];
    EXPECT_NEAR(100.0 * linear.cp_linear[row.economy], row.welfare, kPercentagePoints) << name;
    EXPECT_NEAR(100.0 * linear.terms_of_trade[row.economy], row.terms_of_trade, kPercentagePoints)
        << name;
    EXPECT_NEAR(100.0 * linear.volume_of_trade[row.economy], row.volume_of_trade, kPercentagePoints)
        << name;
    EXPECT_NEAR(100.0 * (real_wage[row.economy] - 1.0), row.real_wage, kPercentagePoints) << name;
  }
}

// Real income of the same equilibrium, computed from scratch in another program and printed to five
// decimals: the published gain of Mexico is the first-order formula, not the model's welfare.
TEST_F(OnlyNafta, ExactWelfareDiffersFromTheLinearNumber) {
  constexpr double kPercentagePoints = 1e-4;
  EXPECT_NEAR(100.0 * (result.welfare_hat[kMexico] - 1.0), 0.00732, kPercentagePoints);
  EXPECT_NEAR(100.0 * (result.welfare_hat[kCanada] - 1.0), -0.11010, kPercentagePoints);
  EXPECT_NEAR(100.0 * (result.welfare_hat[kUsa] - 1.0), 0.07415, kPercentagePoints);
}

}  // namespace
}  // namespace altyn::equilibrium
