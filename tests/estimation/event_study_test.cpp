#include "altyn/estimation/event_study.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/rng.h"
#include "altyn/estimation/coefficient_plot.h"
#include "error_of.h"

namespace altyn::estimation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Pairs treated from year 3 (effect .2 per year since), from year 5 (effect .5 flat), or never; no
/// noise, so that estimates are the effects themselves.
data::Table staggered() {
  data::Table table("staggered");
  std::vector<std::string> pairs;
  data::NumberColumn year, y, first, treated, event_time;
  for (int pair = 0; pair < 12; ++pair) {
    for (int t = 1; t <= 7; ++t) {
      const double start = pair % 3 == 0 ? 3 : pair % 3 == 1 ? 5 : data::kMissing;
      const double since = t - start;
      const bool on = since >= 0;
      const double effect = !on ? 0.0 : pair % 3 == 0 ? 0.2 * (since + 1.0) : 0.5;
      pairs.push_back("p" + std::to_string(100 + pair));
      year.push_back(t);
      first.push_back(start);
      treated.push_back(on ? 1.0 : 0.0);
      event_time.push_back(since);
      y.push_back(std::exp(0.1 * pair + 0.05 * t * t + effect));
    }
  }
  table.add("pair", pairs);
  table.add("year", year);
  table.add("y", y);
  table.add("first", first);
  table.add("treated", treated);
  table.add("event_time", event_time);
  data::NumberColumn ever;
  for (const double start : first) ever.push_back(data::is_missing(start) ? 0.0 : 1.0);
  table.add("ever", ever);
  return table;
}

struct Fitted {
  FittedModel model;
  Estimate estimate;
};

Fitted fit(const data::Table& table, const std::string& formula) {
  Context context(1);
  Fitted result;
  result.model =
      fit_model(table, parse_formula(formula), {.cluster = "pair", .tolerance = 1e-12}, context);
  result.estimate = summarise(result.model, context);
  EXPECT_TRUE(result.estimate.certified()) << result.estimate.certificate.summary();
  return result;
}

TEST(EventStudy, EtwfeRecoversEveryCell) {
  const data::Table table = staggered();
  const Fitted f = fit(table, "y ~ etwfe(first, year) | pair + year");
  const EventStudy study = event_study(f.model, f.estimate);
  EXPECT_EQ(study.variable, "year");
  EXPECT_FALSE(study.has_reference);
  ASSERT_EQ(study.by_event_time.size(), 5U);
  // Event time 0: both cohorts, four pairs each: (.2 + .5) / 2.
  EXPECT_NEAR(study.by_event_time[0].log_effect.value, 0.35, 1e-8);
  EXPECT_EQ(study.by_event_time[0].n_treated, 8.0);
  // Event time 4: the first cohort alone.
  EXPECT_NEAR(study.by_event_time[4].log_effect.value, 1.0, 1e-8);
  ASSERT_EQ(study.by_cohort.size(), 2U);
  EXPECT_NEAR(study.by_cohort[0].log_effect.value, 0.6, 1e-8);  // mean of .2, .4, .6, .8, 1
  EXPECT_NEAR(study.by_cohort[1].log_effect.value, 0.5, 1e-8);
  EXPECT_NEAR(study.by_period[2].log_effect.value, 0.55, 1e-8);  // year 5: .6 and .5
  const double overall = (5.0 * 0.6 + 3.0 * 0.5) / 8.0;
  EXPECT_NEAR(study.overall.log_effect.value, overall, 1e-8);
  const double percent = (std::expm1(.2) + std::expm1(.4) + std::expm1(.6) + std::expm1(.8) +
                          std::expm1(1.) + 3.0 * std::expm1(.5)) /
                         8.0;
  EXPECT_NEAR(study.overall.percent_effect.value, percent, 1e-8);
  EXPECT_EQ(study.leads.df, 0);
}

TEST(EventStudy, SunAbrahamHasLeadsOfZeroHere) {
  const data::Table table = staggered();
  const Fitted f = fit(table, "y ~ sunab(first, year) | pair + year");
  const EventStudy study = event_study(f.model, f.estimate);
  EXPECT_TRUE(study.has_reference);
  EXPECT_EQ(study.reference, -1.0);
  for (const AveragedEffect& effect : study.by_event_time) {
    if (effect.at < 0.0) {
      EXPECT_NEAR(effect.log_effect.value, 0.0, 1e-8) << effect.at;
    }
  }
  EXPECT_NEAR(study.overall.log_effect.value, (5.0 * 0.6 + 3.0 * 0.5) / 8.0, 1e-8);
  EXPECT_GT(study.leads.df, 0);
}

TEST(EventStudy, IndicatorsOverEventTimeNeedNoAverages) {
  const data::Table table = staggered();
  const Fitted f = fit(table, "y ~ i(event_time, ever, ref = -1) | pair + year");
  const EventStudy study = event_study(f.model, f.estimate);
  EXPECT_EQ(study.variable, "event_time");
  for (const AveragedEffect& effect : study.by_event_time) {
    const std::string name = fmt::format("event_time::{}:ever", effect.at);
    EXPECT_EQ(effect.log_effect.value, f.estimate.coefficient(name).value);
    EXPECT_NEAR(effect.log_effect.se, f.estimate.coefficient(name).se, 1e-15);
  }
  const data::Table points = study.to_table();
  EXPECT_EQ(points.n_rows(), static_cast<Index>(study.by_event_time.size()) + 1);
  EXPECT_THAT(points.numbers("is_reference"), ElementsAre(0, 0, 0, 1, 0, 0, 0, 0, 0));
}

TEST(EventStudy, AveragesHaveTheVarianceOfTheirSum) {
  // With noise: the standard error of an average follows from the covariance of the cells.
  data::Table table = staggered();
  RandomStream random(4, 1, 0);
  data::NumberColumn noisy = table.numbers("y");
  for (double& value : noisy) value *= std::exp(0.3 * random.normal());
  table.add("noisy", std::move(noisy));
  const Fitted f = fit(table, "noisy ~ etwfe(first, year) | pair + year");
  const EventStudy study = event_study(f.model, f.estimate);
  // Cohort 5 in years 5, 6, 7, four rows each.
  double variance = 0.0;
  const std::size_t k = f.estimate.coefficients.size();
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = 0; b < k; ++b) {
      if (f.estimate.coefficients[a].name.ends_with("first::5") &&
          f.estimate.coefficients[b].name.ends_with("first::5")) {
        variance += f.estimate.covariance[a * k + b] / 9.0;
      }
    }
  }
  EXPECT_NEAR(study.by_cohort[1].log_effect.se, std::sqrt(variance), 1e-12);
}

TEST(EventStudy, EffectsByEventTimeHaveAJointCovariance) {
  const data::Table table = staggered();
  const Fitted f = fit(table, "y ~ etwfe(first, year) | pair + year");
  const EventStudy study = event_study(f.model, f.estimate);
  const std::size_t n = study.by_event_time.size();
  ASSERT_GT(n, 1U);
  ASSERT_EQ(study.event_time_covariance.size(), n * n);
  for (std::size_t a = 0; a < n; ++a) {
    const double se = study.by_event_time[a].log_effect.se;
    EXPECT_NEAR(study.event_time_covariance[a * n + a], se * se, 1e-12);  // rounding only
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_NEAR(study.event_time_covariance[a * n + b], study.event_time_covariance[b * n + a],
                  1e-14);
    }
  }
  // With one cell per event time the covariances are those of the coefficients themselves.
  const Fitted plain = fit(table, "y ~ i(event_time, ever, ref = -1) | pair + year");
  const EventStudy cells = event_study(plain.model, plain.estimate);
  const std::size_t k = plain.estimate.coefficients.size();
  const auto place_of = [&](double at) {
    for (std::size_t c = 0; c < k; ++c) {
      if (plain.estimate.coefficients[c].name.ends_with(fmt::format("::{:g}", at)) ||
          plain.estimate.coefficients[c].name.find(fmt::format("::{:g}:", at)) !=
              std::string::npos) {
        return c;
      }
    }
    ADD_FAILURE() << "no coefficient at " << at;
    return std::size_t{0};
  };
  const std::size_t m = cells.by_event_time.size();
  for (std::size_t a = 0; a < m; ++a) {
    for (std::size_t b = 0; b < m; ++b) {
      EXPECT_NEAR(cells.event_time_covariance[a * m + b],
                  plain.estimate.covariance[place_of(cells.by_event_time[a].at) * k +
                                            place_of(cells.by_event_time[b].at)],
                  1e-14);
    }
  }
}

TEST(EventStudy, RowsTreatedThroughoutLeave) {
  data::Table table = staggered();
  data::NumberColumn first = table.numbers("first");
  for (double& value : first) value = value == 3.0 ? 1.0 : value;
  table.add("early", std::move(first));
  const Fitted f = fit(table, "y ~ etwfe(early, year) | pair + year");
  ASSERT_FALSE(f.estimate.ledger.dropped().empty());
  EXPECT_EQ(f.estimate.ledger.dropped()[0].reason, "treated in every period (early 1)");
  EXPECT_EQ(f.estimate.ledger.dropped()[0].rows, 28);
}

TEST(EventStudy, CohortsAreFoundFromATreatmentColumn) {
  data::Table table = staggered();
  const std::string units[] = {"pair"};
  add_cohort(table, "found", "treated", units, "year");
  for (Index row = 0; row < table.n_rows(); ++row) {
    const auto r = static_cast<std::size_t>(row);
    const double expected = table.numbers("first")[r];
    if (data::is_missing(expected)) {
      EXPECT_TRUE(data::is_missing(table.numbers("found")[r]));
    } else {
      EXPECT_EQ(table.numbers("found")[r], expected);
    }
  }
}

TEST(EventStudy, AModelWithoutOneIsAnError) {
  const data::Table table = staggered();
  const Fitted f = fit(table, "y ~ treated | pair + year");
  EXPECT_EQ(error_of([&] { (void)event_study(f.model, f.estimate); }).code, "no-event-study");
}

TEST(Plots, EventPlotMarksTheReferenceAndIsWellFormed) {
  const data::Table table = staggered();
  const Fitted f = fit(table, "y ~ i(event_time, ever, ref = -1) | pair + year");
  const std::string svg = event_plot_svg(event_study(f.model, f.estimate),
                                         {.plot_title = "R & D <b>", .plot_events = {0}});
  EXPECT_THAT(svg, HasSubstr("R &amp; D &lt;b&gt;"));
  EXPECT_THAT(svg, HasSubstr("fill=\"none\" stroke="));
  EXPECT_THAT(svg, HasSubstr("stroke-dasharray"));
  EXPECT_THAT(svg, ::testing::EndsWith("</svg>\n"));
  EXPECT_EQ(svg, event_plot_svg(event_study(f.model, f.estimate),
                                {.plot_title = "R & D <b>", .plot_events = {0}}));
}

TEST(Plots, CoefficientPlotLeavesOutWhatIsNotCertified) {
  const data::Table table = staggered();
  std::vector<Estimate> estimates = {fit(table, "y ~ treated | pair + year").estimate};
  EXPECT_THAT(coefficient_plot_svg(estimates, {}, {}), HasSubstr("treated"));
  estimates[0].certificate.status = SolveStatus::kStalled;
  EXPECT_THAT(coefficient_plot_svg(estimates, {}, {}), ::testing::Not(HasSubstr("treated")));
}

}  // namespace
}  // namespace altyn::estimation
