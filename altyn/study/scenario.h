#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/data/agreements.h"
#include "altyn/equilibrium/one_sector.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What a change does to the pairs it names.
enum class ChangeKind {
  kAgreement,   ///< an agreement's estimated effect on trade, turned off or on
  kBorderCost,  ///< trade costs up or down by a percentage
};

/// One assumption of a scenario. The section [[change]]; every one wants a source.
struct ScenarioChange {
  ChangeKind what = ChangeKind::kAgreement;
  std::string agreement;
  bool turn_on = false;
  std::vector<std::string> joining;
  double effect = 0.0;
  double effect_se = 0.0;
  std::vector<std::string> from;
  std::vector<std::string> with;
  bool both = true;
  double by_pct = 0.0;
  std::vector<double> range_pct;
  std::string source;

  static std::vector<Field<ScenarioChange>> fields();
};

/// The section [scenario].
struct ScenarioHead {
  std::string name;
  std::string title;
  Index year = 2016;
  std::string extends;

  static std::vector<Field<ScenarioHead>> fields();
};

/// The section [world]: where the base comes from.
struct ScenarioWorld {
  std::string trade = "world_trade";
  std::string gdp = "gdp";
  std::vector<std::string> agreements = {"agreements_eaeu", "agreements_world"};

  static std::vector<Field<ScenarioWorld>> fields();
};

/// The section [model].
struct ScenarioModel {
  double theta = 5.0;
  std::vector<double> theta_range = {3.0, 8.0};
  equilibrium::Closure deficits = equilibrium::Closure::kMultiplicative;
  Index n_draws = 500;

  static std::vector<Field<ScenarioModel>> fields();
};

struct Scenario {
  ScenarioHead head{};
  ScenarioWorld world{};
  ScenarioModel model{};
  std::vector<ScenarioChange> changes{};
};

/// Reads the sections scenario, world, model and [[change]] of a study; with `extends`, on top of
/// another scenario file, whose changes come first.
/// Errors: InputError of reading; "extends-itself"; "bad-change" for one that names no pairs or no
/// size; "unknown-economy".
[[nodiscard]] Scenario read_scenario(const Study& study, DataSources& sources);

/// The pairs that a change touches: [n * n] exporter row, importer column, +1 where an agreement
/// comes into force or a cost applies, -1 where an agreement goes, else 0.
/// Errors: InputError "no-pairs" when nothing in the world is touched.
[[nodiscard]] std::vector<double> touched_pairs(const ScenarioChange& change, int year,
                                                const std::vector<std::string>& economies,
                                                const data::AgreementRegistry& registry);

/// The effect on log trade of a change of this size (a coefficient, or percent of cost), per unit
/// of touched_pairs().
[[nodiscard]] double direct_effect(const ScenarioChange& change, double size, double theta);

}  // namespace altyn::study
