#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/data/table.h"
#include "altyn/estimation/average_effect.h"
#include "altyn/estimation/bootstrap.h"
#include "altyn/estimation/coefficient_plot.h"
#include "altyn/estimation/estimate.h"
#include "altyn/estimation/event_study.h"
#include "altyn/estimation/penalised.h"
#include "altyn/estimation/predict.h"
#include "altyn/study/study.h"

namespace altyn::study {

enum class Bootstrap { kNone, kPairs, kScore };

/// What is computed from every model after its estimate. The section [follow_up] of a study.
struct FollowUp {
  std::string event_study;
  double event_start = 0.0;
  std::vector<std::string> average_effects;
  estimation::AverageOver average_over = estimation::AverageOver::kAll;
  Bootstrap bootstrap = Bootstrap::kNone;
  double null_value = 0.0;
  bool penalised = false;
  std::string predictions;
  std::string predict_on;
  estimation::PredictKind predict_kind = estimation::PredictKind::kResponse;
  std::string effects_file;
  std::string resistances;
  std::string reference;
  double substitution = 0.0;
  std::vector<std::string> plots;

  static std::vector<Field<FollowUp>> fields();
};

/// The follow-up with the options of its parts: sections [bootstrap], [jackknife], [penalty] and
/// [plot].
struct FollowUpRequest {
  FollowUp follow_up;
  estimation::BootstrapOptions bootstrap;
  estimation::JackknifeOptions jackknife;
  estimation::PenalisedOptions penalty;
  estimation::PlotOptions plot;
};

/// Reads the request from a study. Errors: InputError "unused-option" for options of a part that is
/// not asked for.
[[nodiscard]] FollowUpRequest read_follow_up(const Study& study);

/// What follow-ups found: text and JSON by model, and files.
class FollowUps {
 public:
  /// `new_rows` is the table that predictions are for; null when there are none.
  FollowUps(const FollowUpRequest& request, const data::Table& table, const data::Table* new_rows)
      : request_(request), table_(table), new_rows_(new_rows) {}

  /// Runs what is asked for on one model. A model without a certificate has no follow-up.
  /// Errors: InputError of each part; "one-model" when a file for one model meets a second.
  void add(const estimation::FittedModel& model, const estimation::Estimate& estimate,
           Context& context);
  /// Pictures of all models that were added. Errors: InputError "unknown-format".
  void draw(std::span<const estimation::Estimate> estimates);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<nlohmann::json>& values() const { return values_; }
  [[nodiscard]] std::vector<OutputFile>& files() { return files_; }
  [[nodiscard]] const std::vector<Certificate>& certificates() const { return certificates_; }

 private:
  void add_event_study(const estimation::FittedModel& model, const estimation::Estimate& estimate);
  void add_average_effects(const estimation::FittedModel& model,
                           const estimation::Estimate& estimate, Context& context);
  void add_bootstrap(const estimation::FittedModel& model, const estimation::Estimate& estimate,
                     Context& context);
  void add_jackknife(const estimation::FittedModel& model, Context& context);
  void add_penalised(const estimation::FittedModel& model, Context& context);
  void add_files(const estimation::FittedModel& model, Context& context);

  const FollowUpRequest& request_;
  const data::Table& table_;
  const data::Table* new_rows_;
  std::string text_;
  std::vector<nlohmann::json> values_;
  std::vector<OutputFile> files_;
  std::vector<Certificate> certificates_;
  std::optional<estimation::EventStudy> event_study_;  // of the only model
};

}  // namespace altyn::study
