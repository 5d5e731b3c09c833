#pragma once

#include <span>
#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/estimation/estimate.h"
#include "altyn/estimation/event_study.h"

namespace altyn::estimation {

struct PlotOptions {
  std::string plot_title{};
  std::string plot_x_label{};
  std::string plot_y_label{};
  bool plot_percent = false;
  std::vector<double> plot_events{};
  Index plot_width = 720;
  Index plot_height = 420;
  static std::vector<Field<PlotOptions>> fields();
};

/// One picture of an event study: dots with their intervals over event time, a zero line, the
/// reference as a hollow dot, vertical rules at `plot_events`. A self-contained SVG that follows
/// the page's text colour, so that it reads on light and dark. The same input gives the same bytes.
[[nodiscard]] std::string event_plot_svg(const EventStudy& study, const PlotOptions& options);

/// Coefficients of one or several models as dots with intervals, a row per coefficient, models side
/// by side within a row. Models without a certificate that holds are left out.
/// `names` chooses and orders rows; empty takes all but the intercept.
[[nodiscard]] std::string coefficient_plot_svg(std::span<const Estimate> estimates,
                                               std::span<const std::string> names,
                                               const PlotOptions& options);

}  // namespace altyn::estimation
