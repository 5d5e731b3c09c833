#include <cmath>

#include "altyn/equilibrium/multi_sector.h"
#include "altyn/equilibrium/multi_sector_levels.h"
#include "equilibrium/conformance.h"

namespace altyn::testing {
namespace {

using equilibrium::Closure;
using equilibrium::MultiSectorLevels;

struct Variant {
  std::string name;
  bool several_sectors = true;
  bool inputs = true;
  std::size_t n_factors = 1;
  double entry = 0.0;
  double selection = 0.0;
};

// The same matrix in importer rows, per sector.
std::vector<double> importer_rows(const TestWorld& world, const std::vector<double>& values) {
  std::vector<double> rows(values.size());
  const std::size_t n = world.n();
  for (std::size_t j = 0; j < world.n_sectors; ++j) {
    for (std::size_t exporter = 0; exporter < n; ++exporter) {
      for (std::size_t importer = 0; importer < n; ++importer) {
        rows[(j * n + importer) * n + exporter] = values[world.cell(j, exporter, importer)];
      }
    }
  }
  return rows;
}

MultiSectorLevels levels_of(const TestWorld& world, const Variant& variant) {
  const std::size_t n = world.n();
  const std::size_t n_sectors = world.n_sectors;
  MultiSectorLevels levels;
  levels.economies = world.economies;
  levels.factors.resize(variant.n_factors);
  for (std::size_t f = 0; f < variant.n_factors; ++f)
    levels.factors[f] = "factor " + std::to_string(f);
  levels.theta = world.theta;
  levels.tariff = importer_rows(world, world.tariff);
  levels.trade = importer_rows(world, world.trade);
  for (std::size_t k = 0; k < levels.trade.size(); ++k) levels.trade[k] /= 1.0 + levels.tariff[k];
  levels.value_added.assign(variant.n_factors * n_sectors * n, 0.0);
  if (variant.inputs) levels.intermediate_use.assign(n * n_sectors * n_sectors, 0.0);
  for (std::size_t j = 0; j < n_sectors; ++j) {
    levels.sectors.push_back("S" + std::to_string(j));
    if (variant.entry != 0.0) levels.entry.push_back(variant.entry);
    if (variant.selection != 0.0) levels.selection.push_back(variant.selection);
    for (std::size_t e = 0; e < n; ++e) {
      double sales = 0.0;
      for (std::size_t importer = 0; importer < n; ++importer) {
        sales += levels.trade[(j * n + importer) * n + e];
      }
      // Half of the drawn share of inputs, mostly of the own sector: final use stays positive.
      const double materials =
          variant.inputs ? 0.5 * (1.0 - world.value_added_share[e * n_sectors + j]) : 0.0;
      for (std::size_t input = 0; variant.inputs && input < n_sectors; ++input) {
        const double weight = n_sectors == 1 ? 1.0
                              : input == j   ? 0.7
                                             : 0.3 / static_cast<double>(n_sectors - 1);
        levels.intermediate_use[(e * n_sectors + input) * n_sectors + j] =
            materials * weight * sales;
      }
      for (std::size_t f = 0; f < variant.n_factors; ++f) {
        const double lean = variant.n_factors == 1 ? 1.0
                            : (f + j) % 2 == 0
                                ? 0.8 / static_cast<double>((variant.n_factors + 1) / 2)
                                : 0.2 / static_cast<double>(variant.n_factors / 2);
        levels.value_added[(f * n_sectors + j) * n + e] = (1.0 - materials) * lean * sales;
      }
    }
  }
  return levels;
}

Subject multi_sector(const Variant& variant, Closure closure) {
  Subject subject;
  subject.name = "multi_sector_" + variant.name + "_" + equilibrium::to_string(closure);
  subject.several_sectors = variant.several_sectors;
  subject.real_results_need_numeraire = closure == Closure::kAdditive;
  subject.deficits = closure != Closure::kNone;
  subject.productivity_is_delivery = variant.entry == 0.0 && variant.selection == 0.0;
  if (!variant.several_sectors && subject.productivity_is_delivery) {
    subject.acr_exponent = [variant](const TestWorld& world, std::size_t e) {
      const double inputs = variant.inputs ? 0.5 * (1.0 - world.value_added_share[e]) : 0.0;
      return -1.0 / ((1.0 - inputs) * world.theta[0]);
    };
  }
  subject.solve = [variant, closure](const TestWorld& world) {
    const equilibrium::BaseFromLevels made = base_from_levels(levels_of(world, variant));
    equilibrium::MultiSectorShock shock;
    shock.tariff = importer_rows(world, world.new_tariff);
    shock.cost_hat = importer_rows(world, world.cost_hat);
    for (std::size_t j = 0; j < world.n_sectors; ++j) {
      shock.productivity_hat.insert(shock.productivity_hat.end(), world.productivity_hat.begin(),
                                    world.productivity_hat.end());
    }
    Context context(1);
    const equilibrium::MultiSectorModel model(
        made.base, {.closure = closure, .numeraire = world.numeraire, .tolerance = 1e-12}, context);
    equilibrium::MultiSectorWorkspace workspace;
    equilibrium::MultiSectorResult result;
    model.solve(shock, workspace, result, context);
    Outcome outcome;
    outcome.status = result.status;
    outcome.certificate = result.certificate;
    outcome.message = result.message;
    const std::size_t n = world.n();
    for (std::size_t e = 0; e < n; ++e) {
      // The average reward of an economy's factors.
      double before = 0.0, after = 0.0;
      for (std::size_t f = 0; f < variant.n_factors; ++f) {
        before += model.base().factor_income[f * n + e];
        after += model.base().factor_income[f * n + e] * result.wage_hat[f * n + e];
      }
      outcome.wage_hat.push_back(after / before);
    }
    outcome.price_hat = result.consumer_price_hat;
    outcome.welfare_hat = result.welfare_hat;
    for (std::size_t j = 0; j < world.n_sectors; ++j) {
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        for (std::size_t importer = 0; importer < n; ++importer) {
          const std::size_t cell = model.base().cell(j, importer, exporter);
          const std::size_t to = model.base().at(j, importer);
          outcome.base_trade.push_back(model.base_levels().trade_share[cell] *
                                       model.base_levels().expenditure[to]);
          outcome.trade.push_back(result.trade_share[cell] * result.expenditure[to]);
        }
      }
    }
    return outcome;
  };
  return subject;
}

}  // namespace

void add_multi_sector_subjects(std::vector<Subject>& subjects) {
  for (const Variant& variant :
       {Variant{.name = "inputs"}, Variant{.name = "no_inputs", .inputs = false},
        Variant{.name = "two_factors", .n_factors = 2},
        Variant{.name = "one_good", .several_sectors = false, .inputs = false},
        Variant{.name = "one_good_inputs", .several_sectors = false},
        Variant{.name = "entry", .entry = 0.6},
        Variant{.name = "entry_and_selection", .entry = 0.6, .selection = 0.5}}) {
    for (const Closure closure : {Closure::kNone, Closure::kAdditive, Closure::kWorldShare,
                                  Closure::kMultiplicative, Closure::kEndogenous}) {
      subjects.push_back(multi_sector(variant, closure));
    }
  }
}

}  // namespace altyn::testing
