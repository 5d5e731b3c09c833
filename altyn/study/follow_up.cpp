#include "altyn/study/follow_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/estimation/resistances.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using estimation::AveragedEffect;
using estimation::Coefficient;
using nlohmann::json;

void put(json& object, const char* name, double value) {
  if (std::isfinite(value)) object[name] = value;
}

json to_json(const Coefficient& row) {
  json object = {{"name", row.name}};
  put(object, "value", row.value);
  put(object, "se", row.se);
  put(object, "p", row.p);
  put(object, "low", row.low);
  put(object, "high", row.high);
  return object;
}

json to_json(const AveragedEffect& effect) {
  return {{"at", effect.at},
          {"log", to_json(effect.log_effect)},
          {"percent", to_json(effect.percent_effect)},
          {"n_treated", effect.n_treated}};
}

json to_json(const std::vector<AveragedEffect>& effects) {
  json list = json::array();
  for (const AveragedEffect& effect : effects) list.push_back(to_json(effect));
  return list;
}

constexpr const char* kHead = "  {:<16} {:>10} {:>11} {:>9}  {:>21} {:>9}\n";

std::string effect_line(const std::string& name, const AveragedEffect& effect) {
  const Coefficient& log = effect.log_effect;
  return fmt::format("  {:<16} {:>10.4f} {:>11.4f} {:>8.1f}%  [{:>8.1f}%, {:>8.1f}%] {:>9g}\n",
                     name, log.value, log.se, 100.0 * effect.percent_effect.value,
                     100.0 * effect.percent_effect.low, 100.0 * effect.percent_effect.high,
                     effect.n_treated);
}

std::string effect_lines(const std::string& head, const std::string& name,
                         const std::vector<AveragedEffect>& effects) {
  if (effects.empty()) return "";
  std::string text = head + "\n";
  for (const AveragedEffect& effect : effects) {
    text += effect_line(fmt::format("{} {:g}", name, effect.at), effect);
  }
  return text;
}

/// Whether the formula has cells of cohorts, whose coefficients mean little one by one.
bool has_cohorts(const estimation::Formula& formula) {
  for (const estimation::Term& term : formula.terms) {
    for (const estimation::Factor& factor : term.factors) {
      if (factor.kind == estimation::FactorKind::kSunAbraham ||
          factor.kind == estimation::FactorKind::kEtwfe) {
        return true;
      }
    }
  }
  return false;
}

std::string as_page(const std::string& svg, const std::string& title) {
  std::string escaped;
  for (const char c : title.empty() ? std::string("Estimates") : title) {
    escaped += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  }
  return "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>" + escaped +
         "</title>\n<body>\n" + svg + "</body>\n</html>\n";
}

bool has_section(const Study& study, const char* name) {
  return study.content.contains(name) && !study.content.at(name).empty();
}

void refuse_unused(const Study& study, const char* section, bool used, const char* fix) {
  if (used || !has_section(study, section)) return;
  std::vector<std::string> given;
  for (const auto& [key, value] : study.content.at(section).items()) given.push_back(key);
  throw InputError({.code = "unused-option",
                    .what = fmt::format("nothing uses {}", fmt::join(given, ", ")),
                    .where = study.where,
                    .why = "an option without effect would pass for one that has it",
                    .fixes = {fix}});
}

void refuse_alone(const Study& study, bool given, bool used, const char* option, const char* fix) {
  if (!given || used) return;
  throw InputError({.code = "unused-option",
                    .what = fmt::format("nothing uses {}", option),
                    .where = study.where,
                    .why = "an option without effect would pass for one that has it",
                    .fixes = {fix}});
}

}  // namespace

std::vector<Field<FollowUp>> FollowUp::fields() {
  using F = FollowUp;
  return {
      make_field(&F::event_study,
                 {.name = "event_study",
                  .doc = "variable of an i() term whose indicators are an event study; sunab() and "
                         "etwfe() have theirs without it"}),
      make_field(&F::event_start,
                 {.name = "event_start",
                  .doc = "event time from which rows count as treated; the first treated year when "
                         "i() runs over calendar years"}),
      make_field(
          &F::average_effects,
          {.name = "average_effects",
           .doc = "regressors whose average partial effect is computed, with standard errors "
                  "that include the absorbed effects"}),
      make_enum_field<&F::average_over>(
          {.name = "average_over", .doc = "rows that average effects are taken over"},
          {"all", "treated"}),
      make_enum_field<&F::bootstrap>(
          {.name = "bootstrap",
           .doc = "pairs resamples clusters and fits again; score reweighs the scores of clusters "
                  "(wild) and tests each coefficient"},
          {"none", "pairs", "score"}),
      make_field(&F::null_value,
                 {.name = "null_value", .doc = "hypothesis that bootstrap = score tests"}),
      make_field(&F::penalised,
                 {.name = "penalised",
                  .doc = "selects regressors by a penalty on their size, effects unpenalised"}),
      make_field(&F::predictions,
                 {.name = "predictions", .doc = "file for the rows with a column prediction"}),
      make_field(
          &F::predict_on,
          {.name = "predict_on",
           .doc = "table of the rows to predict for; the table of the estimate when absent"}),
      make_enum_field<&F::predict_kind>(
          {.name = "predict_kind",
           .doc = "response (mean), link (linear predictor) or without_effects (regressors alone)"},
          {"response", "link", "without_effects"}),
      make_field(&F::effects_file,
                 {.name = "effects_file",
                  .doc = "file for the value of every level of every effect; of all solutions the "
                         "one with the least sum of squares over rows"}),
      make_field(
          &F::resistances,
          {.name = "resistances",
           .doc = "file for multilateral resistances from the exporter and importer effects"}),
      make_field(&F::reference,
                 {.name = "reference", .doc = "importer whose resistance is 1 in every period"}),
      make_field(
          &F::substitution,
          {.name = "substitution",
           .doc = "elasticity of substitution (above 1) that turns the power of a resistance "
                  "into the resistance; 0 leaves it out",
           .minimum = 0,
           .maximum = 1000}),
      make_field(&F::plots,
                 {.name = "plots",
                  .doc = "pictures of the coefficients, or of the event study of a single model: "
                         "files that end in .svg or .html"})};
}

FollowUpRequest read_follow_up(const Study& study) {
  FollowUpRequest request{
      .follow_up = read_section<FollowUp>(study, "follow_up"),
      .bootstrap = read_section<estimation::BootstrapOptions>(study, "bootstrap"),
      .jackknife = read_section<estimation::JackknifeOptions>(study, "jackknife"),
      .penalty = read_section<estimation::PenalisedOptions>(study, "penalty"),
      .plot = read_section<estimation::PlotOptions>(study, "plot")};
  const FollowUp& wants = request.follow_up;
  refuse_unused(study, "bootstrap", wants.bootstrap != Bootstrap::kNone, "--bootstrap pairs");
  refuse_unused(study, "jackknife", !request.jackknife.split.empty(), "--split exporter,importer");
  refuse_unused(study, "penalty", wants.penalised, "--penalised");
  refuse_unused(study, "plot", !wants.plots.empty(), "--plots coefficients.svg");
  refuse_alone(study, wants.null_value != 0.0, wants.bootstrap == Bootstrap::kScore, "null_value",
               "--bootstrap score");
  refuse_alone(study, wants.average_over != estimation::AverageOver::kAll,
               !wants.average_effects.empty(), "average_over", "--average-effects x");
  const bool predicts = !wants.predictions.empty();
  refuse_alone(study, !wants.predict_on.empty(), predicts, "predict_on", "--predictions out.csv");
  refuse_alone(study, wants.predict_kind != estimation::PredictKind::kResponse, predicts,
               "predict_kind", "--predictions out.csv");
  const bool resists = !wants.resistances.empty();
  refuse_alone(study, !wants.reference.empty(), resists, "reference", "--resistances out.csv");
  refuse_alone(study, wants.substitution != 0.0, resists, "substitution", "--resistances out.csv");
  if (resists && wants.reference.empty()) {
    throw InputError({.code = "missing-option",
                      .what = "resistances need a reference importer",
                      .where = study.where,
                      .why = "they are defined up to a factor in every period",
                      .fixes = {"--reference DEU"}});
  }
  return request;
}

void FollowUps::add(const estimation::FittedModel& model, const estimation::Estimate& estimate,
                    Context& context) {
  values_.push_back(json::object());
  if (!estimate.certified()) return;
  const FollowUp& wants = request_.follow_up;
  const std::size_t before = text_.size();
  if (!wants.event_study.empty() || has_cohorts(model.frame.formula)) {
    add_event_study(model, estimate);
  }
  if (!wants.average_effects.empty()) add_average_effects(model, estimate, context);
  if (wants.bootstrap != Bootstrap::kNone) add_bootstrap(model, estimate, context);
  if (!request_.jackknife.split.empty()) add_jackknife(model, context);
  if (wants.penalised) add_penalised(model, context);
  if (text_.size() > before) {
    text_.insert(before, fmt::format("\n({}) {}\n", values_.size(), estimate.formula));
  }
  add_files(model, context);
}

void FollowUps::add_event_study(const estimation::FittedModel& model,
                                const estimation::Estimate& estimate) {
  const estimation::EventStudy study = estimation::event_study(
      model, estimate, request_.follow_up.event_study, request_.follow_up.event_start);
  text_ += fmt::format("\nEvent study over {}\n", study.variable);
  text_ +=
      fmt::format(kHead, "", "log points", "std. error", "percent",
                  fmt::format("[{:g}% interval]", 100.0 * estimate.confidence_level), "weight");
  if (study.overall.n_treated > 0.0) text_ += effect_line("treated, all", study.overall);
  text_ += effect_lines("by time since the event", "time", study.by_event_time);
  text_ += effect_lines("by cohort", "cohort", study.by_cohort);
  text_ += effect_lines("by period", "period", study.by_period);
  if (study.has_reference) {
    text_ += fmt::format("Time {:g} is the reference: zero by definition.\n", study.reference);
  }
  if (study.leads.df > 0) {
    text_ += fmt::format("No effect before the event: chi2({}) {:.2f}, p {:.4f}\n", study.leads.df,
                         study.leads.statistic, study.leads.p);
  }
  if (study.n_dropped_cells > 0) {
    text_ += fmt::format("{} cells have no coefficient of their own and are left out.\n",
                         study.n_dropped_cells);
  }
  json value = {{"variable", study.variable},
                {"by_event_time", to_json(study.by_event_time)},
                {"by_cohort", to_json(study.by_cohort)},
                {"by_period", to_json(study.by_period)},
                {"n_dropped_cells", study.n_dropped_cells}};
  if (study.has_reference) value["reference"] = study.reference;
  if (study.overall.n_treated > 0.0) value["overall"] = to_json(study.overall);
  if (study.leads.df > 0) {
    value["leads"] = {
        {"statistic", study.leads.statistic}, {"df", study.leads.df}, {"p", study.leads.p}};
  }
  values_.back()["event_study"] = std::move(value);
  event_study_ = study;
}

void FollowUps::add_average_effects(const estimation::FittedModel& model,
                                    const estimation::Estimate& estimate, Context& context) {
  const bool treated = request_.follow_up.average_over == estimation::AverageOver::kTreated;
  text_ += fmt::format("\nAverage effects over {} rows\n", treated ? "treated" : "all");
  text_ += fmt::format("  {:<16} {:>12} {:>11} {:>10} {:>11}\n", "", "in units", "std. error",
                       "relative", "std. error");
  json list = json::array();
  for (const std::string& name : request_.follow_up.average_effects) {
    const estimation::AverageEffect effect =
        estimation::average_effect(model, estimate, name, request_.follow_up.average_over, context);
    text_ += fmt::format("  {:<16} {:>12.5g} {:>11.4g} {:>10.4f} {:>11.4f}  {}\n", name,
                         effect.in_units.value, effect.in_units.se, effect.relative.value,
                         effect.relative.se, effect.is_switch ? "on instead of off" : "per unit");
    list.push_back({{"name", name},
                    {"is_switch", effect.is_switch},
                    {"in_units", to_json(effect.in_units)},
                    {"relative", to_json(effect.relative)},
                    {"n_rows", effect.n_rows}});
  }
  values_.back()["average_effects"] = std::move(list);
}

void FollowUps::add_bootstrap(const estimation::FittedModel& model,
                              const estimation::Estimate& estimate, Context& context) {
  json list = json::array();
  if (request_.follow_up.bootstrap == Bootstrap::kPairs) {
    const estimation::BootstrapResult found =
        estimation::bootstrap_pairs(model, request_.bootstrap, context);
    text_ += fmt::format("\nPairs bootstrap, {} draws", found.n_done);
    if (found.n_failed > 0) text_ += fmt::format(", {} without a certified fit", found.n_failed);
    text_ += "\n";
    for (const Coefficient& row : found.coefficients) {
      text_ += fmt::format("  {:<16} {:>12.6g} {:>11.5g}  [{:>9.5g}, {:>9.5g}]\n", row.name,
                           row.value, row.se, row.low, row.high);
      list.push_back(to_json(row));
    }
    values_.back()["bootstrap"] = {{"kind", "pairs"},
                                   {"n_done", found.n_done},
                                   {"n_failed", found.n_failed},
                                   {"coefficients", std::move(list)}};
    return;
  }
  const double null_value = request_.follow_up.null_value;
  text_ += fmt::format("\nScore bootstrap, {} draws, coefficient {:g}\n", request_.bootstrap.draws,
                       null_value);
  for (const Coefficient& row : estimate.coefficients) {
    if (row.name == "(Intercept)") continue;
    const estimation::BootstrapTest test = estimation::bootstrap_score(
        model, estimate, row.name, null_value, request_.bootstrap, context);
    text_ += fmt::format("  {:<16} t {:>8.3f}  p {:>7.4f}  [{:>9.5g}, {:>9.5g}]\n", row.name,
                         test.statistic, test.p, test.low, test.high);
    list.push_back({{"name", row.name},
                    {"statistic", test.statistic},
                    {"p", test.p},
                    {"low", test.low},
                    {"high", test.high}});
  }
  values_.back()["bootstrap"] = {
      {"kind", "score"}, {"draws", request_.bootstrap.draws}, {"tests", std::move(list)}};
}

void FollowUps::add_jackknife(const estimation::FittedModel& model, Context& context) {
  const estimation::JackknifeResult found =
      estimation::jackknife_split_panel(model, request_.jackknife, context);
  text_ += fmt::format("\nSplit-panel jackknife by {}, {} halvings",
                       fmt::join(request_.jackknife.split, " and "), found.n_done);
  if (found.n_failed > 0) text_ += fmt::format(", {} without a certified fit", found.n_failed);
  text_ += "\n";
  json list = json::array();
  for (std::size_t j = 0; j < found.names.size() && found.n_done > 0; ++j) {
    text_ += fmt::format("  {:<16} {:>12.6g}  bias {:>10.3g}  corrected {:>12.6g}\n",
                         found.names[j], found.uncorrected[j], found.bias[j], found.corrected[j]);
    list.push_back({{"name", found.names[j]},
                    {"value", found.uncorrected[j]},
                    {"bias", found.bias[j]},
                    {"corrected", found.corrected[j]}});
  }
  values_.back()["jackknife"] = {
      {"n_done", found.n_done}, {"n_failed", found.n_failed}, {"coefficients", std::move(list)}};
}

void FollowUps::add_penalised(const estimation::FittedModel& model, Context& context) {
  const estimation::PenalisedFit fit = estimation::fit_penalised(model, request_.penalty, context);
  certificates_.push_back(fit.certificate);
  text_ += fmt::format("\nPenalised ppml: {} of {} regressors stay\n", fit.selected.size(),
                       fit.names.size());
  json list = json::array();
  if (!fit.certificate.holds()) {
    text_ +=
        fmt::format("NOT CERTIFIED: no coefficients are shown.\n{}\n", fit.certificate.summary());
  } else {
    text_ += fmt::format("  {:<16} {:>12} {:>16}\n", "", "penalised", "ppml on those");
    std::size_t post = 0;
    for (std::size_t j = 0; j < fit.names.size(); ++j) {
      json row = {{"name", fit.names[j]}, {"value", fit.coefficients[j]}};
      put(row, "loading", fit.loadings[j]);
      if (fit.coefficients[j] != 0.0) {
        text_ += fmt::format("  {:<16} {:>12.6g}", fit.names[j], fit.coefficients[j]);
        if (post < fit.post_coefficients.size()) {
          text_ += fmt::format(" {:>16.6g}", fit.post_coefficients[post]);
          row["post"] = fit.post_coefficients[post];
        }
        text_ += "\n";
        ++post;
      }
      list.push_back(std::move(row));
    }
    text_ += "Standard errors after a selection are too small and are not given.\n" +
             fit.certificate.summary() + "\n";
  }
  values_.back()["penalised"] = {{"selected", fit.selected}, {"coefficients", std::move(list)}};
}

void FollowUps::add_files(const estimation::FittedModel& model, Context& context) {
  const FollowUp& wants = request_.follow_up;
  const bool any =
      !wants.predictions.empty() || !wants.effects_file.empty() || !wants.resistances.empty();
  if (!any) return;
  if (values_.size() > 1) {
    throw InputError({.code = "one-model",
                      .what = "predictions, effects and resistances of several models",
                      .where = "predictions, effects_file, resistances",
                      .why = "each of these files is of one model",
                      .fixes = {"give one formula"}});
  }
  if (!wants.predictions.empty()) {
    data::Table rows = new_rows_ != nullptr ? *new_rows_ : table_;
    estimation::Prediction found = estimation::predict(model, rows, wants.predict_kind, context);
    text_ += fmt::format(
        "\nPredictions for {} rows; {} have a level that the sample lacks, {} miss a "
        "value\n",
        rows.n_rows(), found.n_unknown_levels, found.n_missing);
    if (rows.has("prediction")) {
      rows.replace("prediction", std::move(found.values));
    } else {
      rows.add("prediction", std::move(found.values));
    }
    files_.push_back({wants.predictions, std::move(rows)});
  }
  if (!wants.effects_file.empty()) {
    files_.push_back({wants.effects_file, estimation::effect_table(model, context)});
  }
  if (!wants.resistances.empty()) {
    files_.push_back({wants.resistances, estimation::multilateral_resistances(
                                             model, wants.reference, wants.substitution, context)});
  }
}

void FollowUps::draw(std::span<const estimation::Estimate> estimates) {
  if (request_.follow_up.plots.empty()) return;
  const bool events = event_study_.has_value() && estimates.size() == 1;
  const std::string svg = events ? estimation::event_plot_svg(*event_study_, request_.plot)
                                 : estimation::coefficient_plot_svg(estimates, {}, request_.plot);
  for (const std::string& name : request_.follow_up.plots) {
    if (name.ends_with(".svg")) {
      files_.push_back({name, svg});
    } else if (name.ends_with(".html")) {
      files_.push_back({name, as_page(svg, request_.plot.plot_title)});
    } else {
      throw InputError({.code = "unknown-format",
                        .what = fmt::format("{} is no picture", name),
                        .where = "plots",
                        .why = "the ending says the format",
                        .fixes = {"end it in .svg or .html"}});
    }
  }
}

}  // namespace altyn::study
