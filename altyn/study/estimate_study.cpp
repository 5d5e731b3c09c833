#include "altyn/study/estimate_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"
#include "altyn/estimation/estimate.h"
#include "altyn/estimation/frame_parts.h"
#include "altyn/estimation/regression_table.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/estimation_table.h"
#include "altyn/study/follow_up.h"
#include "altyn/study/political_columns.h"
#include "altyn/study/sections.h"

namespace altyn::study {

std::vector<Field<EstimateStudy>> EstimateStudy::fields() {
  using S = EstimateStudy;
  return {
      make_field(&S::data, {.name = "data",
                            .doc = "table to estimate on: a file, or a bundled table by name"}),
      make_field(&S::formulas, {.name = "formulas",
                                .doc = "models: \"trade ~ x | exporter^year + importer^year\""}),
      make_field(&S::samples,
                 {.name = "samples",
                  .doc = "conditions on rows; every model is estimated in each of them"}),
      make_field(&S::join,
                 {.name = "join",
                  .doc = "tables whose columns are added where the columns of the same name are "
                         "equal: geodist"}),
      make_field(&S::agreements,
                 {.name = "agreements",
                  .doc = "agreements to add as 0/1 columns named in lower case: EAEU adds eaeu"}),
      make_field(&S::agreement_files,
                 {.name = "agreement_files", .doc = "agreement tables of your own, read on top"}),
      make_field(
          &S::memberships,
          {.name = "memberships",
           .doc = "table economy, organisation, from, to: adds joint_<organisation> (0/1) and "
                  "joint_memberships (their number); or first, second, year, "
                  "joint_memberships"}),
      make_field(&S::alignment,
                 {.name = "alignment",
                  .doc = "table first, second, year, alignment, or economy, year, position: adds "
                         "alignment, from positions as minus their distance"}),
      make_enum_field<&S::reported>(
          {.name = "reported",
           .doc = "whose report becomes trade where a table has both sides; _first falls back on "
                  "the other side"},
          {"importer_first", "exporter_first", "importer_only", "exporter_only"}),
      make_field(&S::cohorts,
                 {.name = "cohorts",
                  .doc = "0/1 columns x that start at some time: adds x_cohort (first period), "
                         "x_time (periods since) and x_ever"}),
      make_field(&S::cohort_units,
                 {.name = "cohort_units", .doc = "columns that name the unit of a cohort"}),
      make_field(&S::cohort_period,
                 {.name = "cohort_period", .doc = "column of periods of a cohort"}),
      make_field(&S::outputs,
                 {.name = "outputs",
                  .doc = "files to write, each in the format of its ending: .txt .md .html .tex "
                         ".typ .csv .json .docx"})};
}

namespace {

/// Refuses what changes the table or looks at its rows again.
void check_parts(const EstimateStudy& request, const FollowUpRequest& follow_up) {
  const FollowUp none;
  const auto refuse = [](const char* what) {
    throw InputError({.code = "needs-memory",
                      .what = fmt::format("{} cannot be used on a table read in parts", what),
                      .where = "memory_limit_gb",
                      .why = "it looks at all rows at once",
                      .fixes = {"run it without a memory limit, in one process",
                                "write its columns into the table"}});
  };
  if (!request.join.empty() || !request.agreements.empty() || !request.memberships.empty() ||
      !request.alignment.empty() || !request.cohorts.empty()) {
    refuse("a column that is added");
  }
  if (options_to_json(follow_up.follow_up) != options_to_json(none)) refuse("a follow-up");
}

/// The models of a table read in parts.
std::vector<estimation::Estimate> estimate_parts(const std::string& path,
                                                 const EstimateStudy& request,
                                                 const estimation::EstimateOptions& options,
                                                 const std::string& formula,
                                                 comm::Communicator* ranks, Context& context) {
  std::vector<estimation::Estimate> estimates;
  const std::vector<std::string> everything{""};
  for (const std::string& sample : request.samples.empty() ? everything : request.samples) {
    estimation::EstimateOptions variant = options;
    if (!sample.empty()) {
      variant.subset =
          options.subset.empty() ? sample : fmt::format("({}) & ({})", options.subset, sample);
    }
    for (const estimation::Formula& model : estimation::parse_formulas(formula)) {
      estimates.push_back(estimation::estimate_in_parts(path, model, variant, ranks, context));
    }
  }
  return estimates;
}

}  // namespace

StudyResult run_estimate(const Study& study, Context& context, comm::Communicator* ranks) {
  check_sections(study, {"estimate", "options", "table", "follow_up", "bootstrap", "jackknife",
                         "penalty", "plot"});
  const auto request = read_section<EstimateStudy>(study, "estimate");
  auto options = read_section<estimation::EstimateOptions>(study, "options");
  options.keep_rows = false;
  auto layout = read_section<estimation::RegressionTableOptions>(study, "table");
  const FollowUpRequest follow_up = read_follow_up(study);
  if (request.formulas.empty() || request.data.empty()) {
    throw InputError({.code = "missing-option",
                      .what = request.data.empty() ? "no table to estimate on" : "no formula",
                      .where = study.where,
                      .why = "an estimate needs a table and at least one formula",
                      .fixes = {"altyn estimate --data trade.csv \"trade ~ rta | exporter^year + "
                                "importer^year + exporter^importer\""}});
  }

  DataSources sources(study);
  const bool in_parts = ranks != nullptr || options.memory_limit_gb > 0.0;
  if (in_parts) check_parts(request, follow_up);
  const data::Table table =
      in_parts ? data::Table() : read_estimation_table(request.data, request, sources);
  std::optional<data::Table> new_rows;
  if (const std::string& name = follow_up.follow_up.predict_on; !name.empty()) {
    new_rows = read_estimation_table(name, request, sources);
  }

  const bool heads_name_samples = layout.headers.empty() && !request.samples.empty();
  std::vector<estimation::Estimate> estimates;
  FollowUps after(follow_up, table, new_rows ? &*new_rows : nullptr);
  for (const std::string& formula : request.formulas) {
    // Each of several ranks reads a part; the digest of the whole is for one process.
    std::vector<estimation::Estimate> found =
        in_parts ? estimate_parts(
                       ranks != nullptr ? sources.locate(request.data) : sources.find(request.data),
                       request, options, formula, ranks, context)
                 : estimation::estimate_all(table, formula, options, request.samples, context,
                                            [&](const estimation::FittedModel& model,
                                                const estimation::Estimate& estimate) {
                                              after.add(model, estimate, context);
                                            });
    for (estimation::Estimate& estimate : found) estimates.push_back(std::move(estimate));
    for (std::size_t k = 0; k < found.size() && heads_name_samples; ++k) {
      layout.headers.push_back(request.samples[k * request.samples.size() / found.size()]);
    }
  }
  after.draw(estimates);
  std::vector<std::string> warnings;
  for (const estimation::Estimate& estimate : estimates) {
    warnings.push_back(
        bad_controls(estimate.formula, !request.memberships.empty(), !request.alignment.empty()));
  }
  const auto warned = std::find_if(warnings.begin(), warnings.end(),
                                   [](const std::string& warning) { return !warning.empty(); });
  if (warned != warnings.end()) layout.notes.push_back(*warned);

  StudyResult result;
  using estimation::TableFormat;
  // Of one model everything is shown; its table too where the request shapes one.
  if (estimates.size() == 1) {
    result.text = estimates.front().to_text();
    if (warned != warnings.end()) result.text += fmt::format("\nwarning: {}\n", *warned);
  }
  if (estimates.size() > 1 || !study.content.value("table", nlohmann::json::object()).empty()) {
    result.text += (result.text.empty() ? "" : "\n") +
                   estimation::render_table(estimates, layout, TableFormat::kText);
  }
  result.text += after.text();
  result.value =
      nlohmann::json::parse(estimation::render_table(estimates, layout, TableFormat::kJson));
  for (std::size_t m = 0; m < estimates.size(); ++m) {
    result.certificates.push_back(estimates[m].certificate);
    if (!in_parts) result.value["models"][m].update(after.values()[m]);
    if (!warnings[m].empty()) result.value["models"][m]["warnings"] = {warnings[m]};
  }
  for (const Certificate& certificate : after.certificates()) {
    result.certificates.push_back(certificate);
  }
  for (const std::string& output : request.outputs) {
    const TableFormat format = estimation::table_format_of(output);
    result.files.push_back({output, format == TableFormat::kJson
                                        ? result.value.dump(2) + "\n"
                                        : estimation::render_table(estimates, layout, format)});
  }
  for (OutputFile& file : after.files()) result.files.push_back(std::move(file));
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
