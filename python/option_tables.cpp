#include "option_tables.h"

#include <nlohmann/json.hpp>

#include "altyn/attribution/check.h"
#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"
#include "altyn/data/checks.h"
#include "altyn/data/read_table.h"
#include "altyn/data/trade_columns.h"
#include "altyn/estimation/estimate.h"
#include "altyn/estimation/regression_table.h"
#include "altyn/study/check_study.h"
#include "altyn/study/data_check_study.h"
#include "altyn/study/estimate_study.h"
#include "altyn/study/follow_up.h"
#include "altyn/study/scenario.h"

namespace altyn::python {
namespace {

using Sections = nlohmann::ordered_json;

template <class S>
void add(Sections& sections, const char* name) {
  Sections fields = Sections::object();
  const nlohmann::json schema = fields_schema<S>();
  for (const Field<S>& field : fields_of<S>()) {  // in the order of the table
    const std::string key(field.info.name);
    fields[key] = schema.at("properties").at(key);
  }
  sections[name] = fields;
}

}  // namespace

std::string option_tables(const std::string& kind) {
  Sections sections = Sections::object();
  if (kind == "estimate") {
    add<study::EstimateStudy>(sections, "estimate");
    add<estimation::EstimateOptions>(sections, "options");
    add<estimation::RegressionTableOptions>(sections, "table");
    add<study::FollowUp>(sections, "follow_up");
    add<estimation::BootstrapOptions>(sections, "bootstrap");
    add<estimation::JackknifeOptions>(sections, "jackknife");
    add<estimation::PenalisedOptions>(sections, "penalty");
    add<estimation::PlotOptions>(sections, "plot");
  } else if (kind == "check") {
    add<attribution::Claim>(sections, "claim");
    add<study::CheckData>(sections, "data");
    add<attribution::CheckOptions>(sections, "options");
  } else if (kind == "data_check") {
    add<study::DataCheckStudy>(sections, "data");
    add<data::ColumnChoices>(sections, "columns");
    add<data::CheckOptions>(sections, "options");
  } else if (kind == "simulate") {
    add<study::ScenarioModel>(sections, "model");
    add<data::ColumnChoices>(sections, "columns");
  } else if (kind == "read_table") {
    add<data::ReadOptions>(sections, "options");
  } else {
    throw InternalError({.code = "unknown-study", .what = "no option tables for " + kind});
  }
  return sections.dump();
}

}  // namespace altyn::python
