#include "altyn/core/certificate.h"

#include <gtest/gtest.h>

namespace altyn {
namespace {

Certificate good() {
  Certificate certificate;
  certificate.subject = "one-sector equilibrium";
  certificate.status = SolveStatus::kConverged;
  certificate.positive = true;
  certificate.closure = "additive";
  certificate.numeraire = "world output";
  certificate.blocks = {{.name = "market clearing",
                         .residual = 3e-12,
                         .tolerance = 1e-10,
                         .measure = "max |log residual|",
                         .worst = "KAZ"}};
  return certificate;
}

TEST(Certificate, HoldsOnlyWhenEverythingDoes) {
  EXPECT_TRUE(good().holds());
  Certificate certificate = good();
  certificate.blocks[0].residual = 2e-10;
  EXPECT_FALSE(certificate.holds());
  certificate = good();
  certificate.positive = false;
  EXPECT_FALSE(certificate.holds());
  certificate = good();
  certificate.status = SolveStatus::kIterationLimit;
  EXPECT_FALSE(certificate.holds());
  certificate = good();
  certificate.blocks.clear();
  EXPECT_FALSE(certificate.holds());
  EXPECT_FALSE(Certificate{}.holds());
}

TEST(Certificate, ABlockNeverEvaluatedDoesNotHold) {
  Certificate certificate = good();
  certificate.blocks.push_back({.name = "budgets", .tolerance = 1e-10});
  EXPECT_FALSE(certificate.holds());
}

TEST(Certificate, SummaryNamesTheWorstPlaceOfAFailure) {
  Certificate certificate = good();
  EXPECT_EQ(certificate.summary(),
            "certified: market clearing 3.0e-12; deficits additive; numeraire world output");
  certificate.blocks[0].residual = 0.1;
  certificate.status = SolveStatus::kStalled;
  EXPECT_EQ(
      certificate.summary(),
      "NOT certified (stalled): market clearing 1.0e-01 (above 1e-10, worst at KAZ); deficits "
      "additive; numeraire world output");
}

}  // namespace
}  // namespace altyn
