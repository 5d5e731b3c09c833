#include "altyn/estimation/coefficient_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/estimation/table_layout.h"

namespace altyn::estimation {
namespace {

constexpr double kMarginTop = 40.0;
constexpr double kMarginRight = 20.0;
constexpr double kMarginBottom = 52.0;
constexpr double kMarginLeft = 64.0;
constexpr double kDot = 3.5;
constexpr const char* kColours[] = {"#1b6ca8", "#c8553d", "#3a7d44", "#7a5195", "#b8860b"};

struct Axis {
  double low = 0.0;
  double high = 1.0;
  double step = 0.2;
};

/// Round steps that cover the values, about five of them.
Axis make_axis(double low, double high) {
  if (!(high > low)) {
    low -= 0.5;
    high += 0.5;
  }
  const double raw = (high - low) / 5.0;
  const double magnitude = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10.0 * magnitude;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * magnitude) {
      step = factor * magnitude;
      break;
    }
  }
  return {
      .low = std::floor(low / step) * step, .high = std::ceil(high / step) * step, .step = step};
}

std::string tick_text(double value, double step, bool percent) {
  if (std::abs(value) < 1e-9 * step) value = 0.0;
  if (percent) {
    const int digits = 100.0 * step < 1.0 ? 1 : 0;
    return fmt::format("{:.{}f}%", 100.0 * value, digits);
  }
  const int digits = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  return fmt::format("{:.{}f}", value, digits);
}

class Canvas {
 public:
  Canvas(const PlotOptions& options, double height)
      : width_(static_cast<double>(options.plot_width)), height_(height) {
    text_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
        "width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" "
        "fill=\"currentColor\" role=\"img\">\n",
        width_, height_);
    if (!options.plot_title.empty()) {
      text_ += fmt::format("<title>{}</title>\n", escape_xml(options.plot_title));
      label(kMarginLeft, 20.0, options.plot_title, "start",
            " font-size=\"14\" font-weight=\"600\"");
    }
  }
  [[nodiscard]] double width() const { return width_; }
  [[nodiscard]] double height() const { return height_; }

  void line(double x1, double y1, double x2, double y2, std::string_view style) {
    text_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1,
                         y1, x2, y2, style);
  }
  void dot(double x, double y, std::string_view style) {
    text_ +=
        fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" {}/>\n", x, y, kDot, style);
  }
  void label(double x, double y, const std::string& words, std::string_view anchor,
             std::string_view style = "") {
    text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y,
                         anchor, style, escape_xml(words));
  }
  void turned_label(double x, double y, const std::string& words) {
    text_ += fmt::format(
        "<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" "
        "text-anchor=\"middle\">{}</text>\n",
        x, y, escape_xml(words));
  }
  [[nodiscard]] std::string finish() { return std::move(text_) + "</svg>\n"; }

 private:
  double width_;
  double height_;
  std::string text_;
};

constexpr std::string_view kFaint = "stroke=\"currentColor\" stroke-opacity=\"0.15\"";
constexpr std::string_view kZero = "stroke=\"currentColor\" stroke-opacity=\"0.6\"";
constexpr std::string_view kEventRule =
    "stroke=\"currentColor\" stroke-opacity=\"0.5\" stroke-dasharray=\"3 3\"";

}  // namespace

std::vector<Field<PlotOptions>> PlotOptions::fields() {
  using O = PlotOptions;
  return {
      make_field(&O::plot_title, {.name = "plot_title", .doc = "title above the picture"}),
      make_field(&O::plot_x_label,
                 {.name = "plot_x_label", .doc = "words under the horizontal axis"}),
      make_field(&O::plot_y_label,
                 {.name = "plot_y_label", .doc = "words beside the vertical axis"}),
      make_field(&O::plot_percent, {.name = "plot_percent",
                                    .doc = "shows exp(coefficient) - 1 in percent instead of log "
                                           "points"}),
      make_field(&O::plot_events, {.name = "plot_events", .doc = "times of vertical rules"}),
      make_field(&O::plot_width, {.name = "plot_width",
                                  .doc = "width of the picture",
                                  .unit = "pixels",
                                  .minimum = 200,
                                  .maximum = 4000}),
      make_field(&O::plot_height, {.name = "plot_height",
                                   .doc = "height of the event-study picture",
                                   .unit = "pixels",
                                   .minimum = 150,
                                   .maximum = 4000})};
}

std::string event_plot_svg(const EventStudy& study, const PlotOptions& options) {
  const data::Table table = study.to_table();
  const data::NumberColumn& time = table.numbers("time");
  const data::NumberColumn& value = table.numbers(options.plot_percent ? "percent" : "value");
  const data::NumberColumn& low = table.numbers(options.plot_percent ? "percent_low" : "low");
  const data::NumberColumn& high = table.numbers(options.plot_percent ? "percent_high" : "high");
  const data::NumberColumn& is_reference = table.numbers("is_reference");
  Canvas canvas(options, static_cast<double>(options.plot_height));
  if (time.empty()) return canvas.finish();
  const Axis y = make_axis(std::min(0.0, *std::min_element(low.begin(), low.end())),
                           std::max(0.0, *std::max_element(high.begin(), high.end())));
  const double first = *std::min_element(time.begin(), time.end());
  const double last = *std::max_element(time.begin(), time.end());
  const double span = last > first ? last - first : 1.0;
  const double left = kMarginLeft;
  const double right = canvas.width() - kMarginRight;
  const double top = kMarginTop;
  const double bottom = canvas.height() - kMarginBottom;
  const auto x_of = [&](double t) {
    return left + 12.0 + (t - first) / span * (right - left - 24.0);
  };
  const auto y_of = [&](double v) {
    return bottom - (v - y.low) / (y.high - y.low) * (bottom - top);
  };
  for (double tick = y.low; tick <= y.high + 0.5 * y.step; tick += y.step) {
    canvas.line(left, y_of(tick), right, y_of(tick), kFaint);
    canvas.label(left - 6.0, y_of(tick) + 4.0, tick_text(tick, y.step, options.plot_percent),
                 "end");
  }
  canvas.line(left, y_of(0.0), right, y_of(0.0), kZero);
  for (const double event : options.plot_events) {
    if (event >= first && event <= last)
      canvas.line(x_of(event), top, x_of(event), bottom, kEventRule);
  }
  // As many labels as fit next to each other.
  const auto every = static_cast<std::size_t>(
      std::max(1.0, std::ceil(static_cast<double>(time.size()) * 42.0 / (right - left))));
  for (std::size_t k = 0; k < time.size(); ++k) {
    const double x = x_of(time[k]);
    if (k % every == 0) canvas.label(x, bottom + 18.0, fmt::format("{}", time[k]), "middle");
    if (is_reference[k] != 0.0) {
      canvas.dot(x, y_of(0.0),
                 fmt::format("fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"", kColours[0]));
      continue;
    }
    canvas.line(x, y_of(low[k]), x, y_of(high[k]),
                fmt::format("stroke=\"{}\" stroke-width=\"1.5\"", kColours[0]));
    canvas.dot(x, y_of(value[k]), fmt::format("fill=\"{}\"", kColours[0]));
  }
  canvas.label(0.5 * (left + right), canvas.height() - 12.0,
               options.plot_x_label.empty() ? study.variable : options.plot_x_label, "middle");
  canvas.turned_label(16.0, 0.5 * (top + bottom),
                      !options.plot_y_label.empty() ? options.plot_y_label
                      : options.plot_percent        ? "change"
                                                    : "log points");
  return canvas.finish();
}

std::string coefficient_plot_svg(std::span<const Estimate> estimates,
                                 std::span<const std::string> names, const PlotOptions& options) {
  std::vector<std::string> rows(names.begin(), names.end());
  std::vector<const Estimate*> models;
  for (const Estimate& estimate : estimates) {
    if (!estimate.certified()) continue;
    models.push_back(&estimate);
    if (!names.empty()) continue;
    for (const Coefficient& row : estimate.coefficients) {
      const bool known = std::find(rows.begin(), rows.end(), row.name) != rows.end();
      if (!known && row.name != "(Intercept)") rows.push_back(row.name);
    }
  }
  const auto shown = [&](double v) { return options.plot_percent ? std::expm1(v) : v; };
  const auto find = [](const Estimate& estimate, const std::string& name) -> const Coefficient* {
    for (const Coefficient& row : estimate.coefficients) {
      if (row.name == name) return &row;
    }
    return nullptr;
  };
  double low = 0.0;
  double high = 0.0;
  std::size_t longest = 0;
  for (const std::string& name : rows) {
    longest = std::max(longest, name.size());
    for (const Estimate* model : models) {
      if (const Coefficient* row = find(*model, name)) {
        low = std::min(low, shown(row->low));
        high = std::max(high, shown(row->high));
      }
    }
  }
  constexpr double kRow = 26.0;
  const double height = kMarginTop + kMarginBottom +
                        kRow * static_cast<double>(std::max<std::size_t>(rows.size(), 1));
  Canvas canvas(options, height);
  const Axis x = make_axis(low, high);
  const double left = std::min(0.5 * canvas.width(), 20.0 + 7.0 * static_cast<double>(longest));
  const double right = canvas.width() - kMarginRight;
  const double bottom = height - kMarginBottom;
  const auto x_of = [&](double v) {
    return left + (v - x.low) / (x.high - x.low) * (right - left);
  };
  for (double tick = x.low; tick <= x.high + 0.5 * x.step; tick += x.step) {
    canvas.line(x_of(tick), kMarginTop, x_of(tick), bottom, kFaint);
    canvas.label(x_of(tick), bottom + 18.0, tick_text(tick, x.step, options.plot_percent),
                 "middle");
  }
  canvas.line(x_of(0.0), kMarginTop, x_of(0.0), bottom, kZero);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const double middle = kMarginTop + kRow * (static_cast<double>(r) + 0.5);
    canvas.label(left - 8.0, middle + 4.0, rows[r], "end");
    for (std::size_t m = 0; m < models.size(); ++m) {
      const Coefficient* row = find(*models[m], rows[r]);
      if (row == nullptr) continue;
      const double shift = (static_cast<double>(m) - 0.5 * static_cast<double>(models.size() - 1)) *
                           (kRow - 10.0) / static_cast<double>(models.size());
      const char* colour = kColours[m % std::size(kColours)];
      canvas.line(x_of(shown(row->low)), middle + shift, x_of(shown(row->high)), middle + shift,
                  fmt::format("stroke=\"{}\" stroke-width=\"1.5\"", colour));
      canvas.dot(x_of(shown(row->value)), middle + shift, fmt::format("fill=\"{}\"", colour));
    }
  }
  canvas.label(0.5 * (left + right), height - 12.0,
               !options.plot_x_label.empty() ? options.plot_x_label
               : options.plot_percent        ? "change"
                                             : "coefficient",
               "middle");
  return canvas.finish();
}

}  // namespace altyn::estimation
