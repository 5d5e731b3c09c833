#include "altyn/equilibrium/sector_variant.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector.h"
#include "altyn/equilibrium/sector_welfare.h"
#include "equilibrium/caliendo_parro_data.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium {
namespace {

constexpr std::size_t kRegions = 31;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

// Trade of 1993 with deficits, before anything is made an equilibrium; input shares of materials.
struct Observed {
  testing::CaliendoParro balanced = testing::caliendo_parro();
  std::vector<double> trade;      // [sector, importer, exporter] at the border
  std::vector<double> output;     // [sector, economy]
  std::vector<double> materials;  // [economy, input, output] shares

  Observed() {
    const auto columns = testing::read_columns("multisector/cp2015_trade.csv.gz");
    for (const std::string& value : columns.at("value")) trade.push_back(std::stod(value));
    output.assign(40 * kRegions, 0.0);
    for (std::size_t cell = 0; cell < trade.size(); ++cell) {
      output[cell / kRegions / kRegions * kRegions + cell % kRegions] += trade[cell];
    }
    materials = testing::read_numbers("equilibrium/cp2015/noS_G.csv.gz");
  }

  [[nodiscard]] MultiSectorLevels levels() const {
    return {.economies = balanced.base.economies,
            .sectors = balanced.base.sectors,
            .trade = trade,
            .tariff = balanced.base.tariff,
            .intermediate_use = {},
            .value_added = output,
            .theta = balanced.base.theta};
  }
};

// Linear welfare in percent of Mexico, Canada and the United States when NAFTA's tariffs go from
// 1993's to 2005's, deficits removed first as the authors' programs do.
std::array<double, 3> nafta_welfare(const MultiSectorLevels& levels,
                                    const std::vector<double>& tariff_2005) {
  Context context(1);
  const MultiSectorModel model(base_from_levels(levels, NegativeFinalUse::kClip).base,
                               {.closure = Closure::kNone, .base_tolerance = 10.0}, context);
  const MultiSectorBase& base = model.base();
  MultiSectorShock shock{.tariff = base.tariff};
  const std::array<std::size_t, 3> members = {testing::kMexico, testing::kCanada, testing::kUsa};
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    for (const std::size_t importer : members) {
      for (const std::size_t exporter : members) {
        const std::size_t cell = base.cell(j, importer, exporter);
        if (importer != exporter) shock.tariff[cell] = tariff_2005[cell];
      }
    }
  }
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(shock, workspace, result, context);
  EXPECT_TRUE(result.certificate.holds()) << result.certificate.summary();
  const LinearWelfare linear = linear_welfare(model, shock, result);
  std::array<double, 3> percent{};
  for (std::size_t k = 0; k < 3; ++k) percent[k] = 100.0 * linear.cp_linear[members[k]];
  return percent;
}

void expect_published(const std::array<double, 3>& found, const std::array<double, 3>& printed) {
  // The programs print three decimals here; half a unit of the last one.
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(found[k], printed[k], 5.1e-4) << k;
}

// Caliendo and Parro (2015), table 11 in more digits, from the authors' programs. They take the
// share of a sector's own good in its materials as its share in all of its cost; value added is the
// rest.
TEST(SectorVariant, ReproducesThePublishedNumbersWithoutInputOutputLinks) {
  ALTYN_NEEDS_REFERENCE("multisector/cp2015_trade.csv.gz");
  const Observed observed;
  MultiSectorLevels levels = observed.levels();
  // A few sectors use nothing but themselves; a base has factors everywhere, however little.
  for (double& value : levels.value_added) value *= 1e-9;
  levels.intermediate_use = observed.materials;
  for (std::size_t k = 0; k < levels.intermediate_use.size(); ++k) {
    double& use = levels.intermediate_use[k];
    use = std::max(use, 0.0) * observed.output[k % 40 * kRegions + k / 1600];
  }
  expect_published(
      nafta_welfare(as_variant(levels, SectorVariant::kNoLinks), observed.balanced.tariff_2005),
      {0.657, -0.039, 0.042});
}

TEST(SectorVariant, ReproducesThePublishedNumbersWithoutMaterials) {
  ALTYN_NEEDS_REFERENCE("multisector/cp2015_trade.csv.gz");
  const Observed observed;
  expect_published(nafta_welfare(as_variant(observed.levels(), SectorVariant::kNoInputs),
                                 observed.balanced.tariff_2005),
                   {0.501, -0.030, 0.029});
}

// Their one-sector model has a traded and a non-traded good: medians of tariffs and value added
// shares, means of input shares over each group of twenty, one elasticity of 4.55.
TEST(SectorVariant, ReproducesThePublishedNumbersOfOneTradedSector) {
  ALTYN_NEEDS_REFERENCE("multisector/cp2015_trade.csv.gz");
  const Observed observed;
  const std::size_t square = kRegions * kRegions;
  MultiSectorLevels two{.economies = observed.balanced.base.economies,
                        .sectors = {"traded", "not traded"},
                        .trade = std::vector<double>(2 * square, 0.0),
                        .tariff = std::vector<double>(2 * square, 0.0),
                        .intermediate_use = std::vector<double>(kRegions * 4, 0.0),
                        .value_added = std::vector<double>(2 * kRegions, 0.0),
                        .theta = {4.55, 4.55}};
  for (std::size_t cell = 0; cell < observed.trade.size(); ++cell) {
    two.trade[cell / (20 * square) * square + cell % square] += observed.trade[cell];
  }
  std::vector<double> tariff_2005 = two.tariff;
  for (std::size_t pair = 0; pair < square; ++pair) {
    std::vector<double> before, after;
    for (std::size_t j = 0; j < 20; ++j) {
      before.push_back(observed.balanced.base.tariff[j * square + pair]);
      after.push_back(observed.balanced.tariff_2005[j * square + pair]);
    }
    two.tariff[pair] = median(before);
    tariff_2005[pair] = median(after);
  }
  for (std::size_t e = 0; e < kRegions; ++e) {
    std::array<double, 4> mean{};  // [input group, output group]
    for (std::size_t k = 0; k < 1600; ++k) {
      mean[k / 800 * 2 + k % 40 / 20] += observed.materials[e * 1600 + k] / 400.0;
    }
    for (std::size_t group = 0; group < 2; ++group) {
      std::vector<double> shares;
      double output = 0.0;
      for (std::size_t j = 20 * group; j < 20 * group + 20; ++j) {
        shares.push_back(observed.balanced.base.value_added_share[j * kRegions + e]);
        output += observed.output[j * kRegions + e];
      }
      const double own = median(shares);
      two.value_added[group * kRegions + e] = own * output;
      for (std::size_t input = 0; input < 2; ++input) {
        two.intermediate_use[e * 4 + input * 2 + group] =
            mean[input * 2 + group] / (mean[group] + mean[2 + group]) * (1.0 - own) * output;
      }
    }
  }
  expect_published(nafta_welfare(two, tariff_2005), {0.408, -0.085, 0.055});
}

class OfARandomWorld : public ::testing::TestWithParam<SectorVariant> {
 protected:
  const testing::RandomMultiSector world =
      testing::random_multi_sector({.n = 5, .n_sectors = 4, .seed = 7});
  Context context{1};
};

TEST_P(OfARandomWorld, KeepsFlowsDutiesAndTheEquilibrium) {
  const MultiSectorModel full(world.base, {.closure = Closure::kAdditive}, context);
  const MultiSectorLevels levels = as_variant(levels_of(full.base()), GetParam());
  const MultiSectorModel model(base_from_levels(levels, NegativeFinalUse::kClip).base,
                               {.closure = Closure::kAdditive}, context);
  EXPECT_LT(model.base_check().largest, 1e-9);
  const auto total = [](const std::vector<double>& values) {
    double sum = 0.0;
    for (const double value : values) sum += value;
    return sum;
  };
  EXPECT_NEAR(total(model.base_levels().output), total(full.base_levels().output),
              1e-8 * total(full.base_levels().output));
  for (std::size_t e = 0; e < 5; ++e) {
    EXPECT_NEAR(model.base_levels().duty[e], full.base_levels().duty[e],
                1e-8 * full.base_levels().duty[e]);
    EXPECT_NEAR(model.base_levels().deficit[e], full.base_levels().deficit[e],
                1e-8 * full.base_levels().income[e]);
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, OfARandomWorld,
                         ::testing::Values(SectorVariant::kFull, SectorVariant::kNoLinks,
                                           SectorVariant::kNoInputs, SectorVariant::kOneSector),
                         [](const auto& variant) { return std::string(to_string(variant.param)); });

TEST(SectorVariant, InputsWithoutFactorsCannotBeReplacedByThem) {
  MultiSectorLevels levels{.economies = {"A", "B"},
                           .sectors = {"good"},
                           .factors = {"labour", "capital"},
                           .trade = {1, 1, 1, 1},
                           .intermediate_use = {1, 1},
                           .value_added = {0, 1, 0, 1},
                           .theta = {4}};
  try {
    static_cast<void>(as_variant(levels, SectorVariant::kNoInputs));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "no-value-added");
    EXPECT_NE(error.detail().where.find("good in A"), std::string::npos);
  }
}

}  // namespace
}  // namespace altyn::equilibrium
