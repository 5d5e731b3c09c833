#include "altyn/attribution/agreement_effect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <tuple>

#include "altyn/attribution/wording.h"
#include "altyn/core/errors.h"
#include "altyn/estimation/formula.h"

namespace altyn::attribution {
namespace {

constexpr std::string_view kEffects = "exporter^year + importer^year + exporter^importer";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

/// Columns of one reading of the records: exporter, importer, year, trade, and dummies by name.
struct Sample {
  data::Table table;
  std::vector<Index> exporter, importer, year;  // positions in the world table, by row
};

/// `missing_as_zero` keeps every ordered pair in every year.
Sample sample_of(const WorldTrade& world, Side side, bool missing_as_zero) {
  Sample sample;
  data::TextColumn exporters{.codes = {}, .dictionary = world.economies()};
  data::TextColumn importers = exporters;
  data::NumberColumn years;
  data::NumberColumn trade;
  const auto n = static_cast<Index>(world.economies().size());
  for (Index year = 0; year < static_cast<Index>(world.years().size()); ++year) {
    for (Index exporter = 0; exporter < n; ++exporter) {
      for (Index importer = 0; importer < n; ++importer) {
        if (exporter == importer) continue;
        double flow = world.recorded_first(side, exporter, importer, year);
        if (data::is_missing(flow)) {
          if (!missing_as_zero) continue;
          flow = 0.0;
        }
        exporters.codes.push_back(static_cast<GroupId>(exporter));
        importers.codes.push_back(static_cast<GroupId>(importer));
        years.push_back(world.years()[static_cast<std::size_t>(year)]);
        trade.push_back(flow);
        sample.exporter.push_back(exporter);
        sample.importer.push_back(importer);
        sample.year.push_back(year);
      }
    }
  }
  sample.table = data::Table(fmt::format("{}, {} first", world.source(), to_string(side)));
  sample.table.add("exporter", std::move(exporters));
  sample.table.add("importer", std::move(importers));
  sample.table.add("year", std::move(years));
  sample.table.add("trade", std::move(trade), "million USD");
  return sample;
}

template <class Condition>
void add_dummy(Sample& sample, const std::string& name, Condition condition) {
  data::NumberColumn column(sample.exporter.size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    column[row] =
        condition(sample.exporter[row], sample.importer[row], sample.year[row]) ? 1.0 : 0.0;
  }
  sample.table.add(name, std::move(column));
}

void add_agreement(Sample& sample, const std::string& name, const BoundPairs& bound) {
  add_dummy(sample, name, [&bound](Index exporter, Index importer, Index year) {
    return bound.bound(exporter, importer, year);
  });
}

/// Adds the number columns of a table by exporter, importer and year, missing where it has no row;
/// their names.
std::vector<std::string> add_regressors(Sample& sample, const WorldTrade& world,
                                        const data::Table& table) {
  std::map<std::tuple<Index, Index, Index>, std::size_t> rows;
  for (Index row = 0; row < table.n_rows(); ++row) {
    const auto exporter = world.find(table.texts("exporter").at(row));
    const auto importer = world.find(table.texts("importer").at(row));
    const auto k = static_cast<std::size_t>(row);
    const auto year = world.find_year(static_cast<int>(table.numbers("year")[k]));
    if (exporter && importer && year) rows[{*exporter, *importer, *year}] = k;
  }
  std::vector<std::string> names;
  for (const data::Column& column : table.columns()) {
    if (!column.is_number() || column.name == "year") continue;
    data::NumberColumn values(sample.exporter.size(), data::kMissing);
    for (std::size_t row = 0; row < values.size(); ++row) {
      const auto place = rows.find({sample.exporter[row], sample.importer[row], sample.year[row]});
      if (place != rows.end()) values[row] = table.numbers(column.name)[place->second];
    }
    sample.table.add(column.name, std::move(values));
    names.push_back(column.name);
  }
  return names;
}

estimation::Estimate estimate_terms(const data::Table& table, const std::vector<std::string>& terms,
                                    Context& context) {
  const std::string formula = fmt::format("trade ~ {} | {}", fmt::join(terms, " + "), kEffects);
  const estimation::EstimateOptions options = {.cluster = "exporter^importer", .keep_rows = false};
  return estimation::estimate(table, formula, options, context);
}

/// The estimates' names for the terms, in order; terms that were dropped are left out.
std::vector<std::string> kept_terms(const estimation::Estimate& estimate,
                                    const std::vector<std::string>& terms) {
  std::vector<std::string> kept;
  for (const std::string& term : terms) {
    for (const estimation::Coefficient& coefficient : estimate.coefficients) {
      if (coefficient.name == term) kept.push_back(term);
    }
  }
  return kept;
}

std::size_t position_of(const estimation::Estimate& estimate, const std::string& name) {
  const auto found =
      std::find_if(estimate.coefficients.begin(), estimate.coefficients.end(),
                   [&name](const estimation::Coefficient& one) { return one.name == name; });
  ALTYN_CHECK(found != estimate.coefficients.end(), "the coefficient " + name + " was estimated");
  return static_cast<std::size_t>(found - estimate.coefficients.begin());
}

std::string path_name(int year) { return fmt::format("bound_{}", year); }

/// The path of the pairs whose first year bound is `first_year`; later pairs have one term.
std::optional<EffectPath> estimate_path(Sample& sample, const WorldTrade& world,
                                        const BoundPairs& bound, Index first_year,
                                        const std::vector<std::string>& controls,
                                        Context& context) {
  EffectPath path;
  path.years = world.years();
  path.reference_year = world.years()[static_cast<std::size_t>(first_year - 1)];
  const auto in_cohort = [&](Index exporter, Index importer) {
    return bound.first_year(exporter, importer) == first_year;
  };
  std::vector<std::string> terms;
  for (Index year = 0; year < static_cast<Index>(path.years.size()); ++year) {
    if (year == first_year - 1) continue;
    const std::string name = path_name(path.years[static_cast<std::size_t>(year)]);
    add_dummy(sample, name, [&](Index exporter, Index importer, Index row_year) {
      return row_year == year && in_cohort(exporter, importer);
    });
    terms.push_back(name);
  }
  const std::string others = "other_bound_pairs";
  bool has_others = false;
  add_dummy(sample, others, [&](Index exporter, Index importer, Index year) {
    const bool other = bound.bound(exporter, importer, year) && !in_cohort(exporter, importer);
    has_others = has_others || other;
    return other;
  });
  std::vector<std::string> all = terms;
  if (has_others) all.push_back(others);
  all.insert(all.end(), controls.begin(), controls.end());
  path.estimate = estimate_terms(sample.table, all, context);
  if (!path.estimate.certified() || kept_terms(path.estimate, terms).size() != terms.size()) {
    return std::nullopt;
  }

  const std::size_t n = path.years.size();
  const std::size_t k = path.estimate.coefficients.size();
  path.beta.assign(n, 0.0);
  path.covariance.assign(n * n, 0.0);
  std::vector<std::optional<std::size_t>> place(n);
  for (std::size_t year = 0; year < n; ++year) {
    if (path.years[year] == path.reference_year) continue;
    place[year] = position_of(path.estimate, path_name(path.years[year]));
    path.beta[year] = path.estimate.coefficients[*place[year]].value;
  }
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) {
      if (place[a] && place[b]) {
        path.covariance[a * n + b] = path.estimate.covariance[*place[a] * k + *place[b]];
      }
    }
  }
  return path;
}

/// Every cohort of pairs for itself, from its start on and with the times before it.
std::optional<StaggeredEffect> estimate_staggered(Sample& sample, const std::string& agreement,
                                                  int reference_time,
                                                  const std::vector<std::string>& controls,
                                                  Context& context) {
  const std::string cohort = "first_bound_year";
  const std::vector<std::string> units = {"exporter", "importer"};
  estimation::add_cohort(sample.table, cohort, agreement, units, "year");
  StaggeredEffect effect;
  for (const std::string& cells :
       {fmt::format("etwfe({}, year)", cohort),
        fmt::format("sunab({}, year, ref = {})", cohort, reference_time)}) {
    std::vector<std::string> terms = {cells};
    terms.insert(terms.end(), controls.begin(), controls.end());
    const estimation::EstimateOptions options = {.cluster = "exporter^importer",
                                                 .keep_rows = false};
    const estimation::FittedModel model =
        estimation::fit_model(sample.table,
                              estimation::parse_formula(fmt::format(
                                  "trade ~ {} | {}", fmt::join(terms, " + "), kEffects)),
                              options, context);
    estimation::Estimate estimate = estimation::summarise(model, context);
    if (!estimate.certified()) return std::nullopt;
    (effect.estimates.empty() ? effect.treated : effect.leads) =
        estimation::event_study(model, estimate);
    effect.estimates.push_back(std::move(estimate));
  }
  return effect;
}

ResultTable event_time_table(const StaggeredEffect& effect) {
  ResultTable table = {
      .id = "agreement_event_time",
      .title = "Effect by years since a pair was first bound, cohort by cohort",
      .note = fmt::format(
          "Every cohort has its own effect, so that pairs bound earlier are no controls of later "
          "ones; cohorts weigh by their observations. Times before the start: that none differs "
          "from the reference has p = {:.3f}.",
          effect.leads.leads.p),
      .columns = {{"design", "Design", ""},
                  {"event_time", "Years since the start", "count"},
                  {"beta", "Coefficient", "log"},
                  {"se", "Standard error", "log"},
                  {"low", "Low", "log"},
                  {"high", "High", "log"},
                  {"n_treated", "Observations", "count"}},
      .rows = {}};
  for (const auto* study : {&effect.treated, &effect.leads}) {
    const std::string design =
        study == &effect.treated ? "from the start on" : "with the years before";
    for (const estimation::AveragedEffect& one : study->by_event_time) {
      table.add({design, one.at, one.log_effect.value, one.log_effect.se, one.log_effect.low,
                 one.log_effect.high, one.n_treated});
    }
  }
  return table;
}

}  // namespace

double EffectPath::se(std::size_t year) const {
  return std::sqrt(covariance[year * years.size() + year]);
}

std::optional<std::size_t> EffectPath::find(int year) const {
  const auto found = std::find(years.begin(), years.end(), year);
  if (found == years.end()) return std::nullopt;
  return static_cast<std::size_t>(found - years.begin());
}

AgreementEffect estimate_agreement(const WorldTrade& world, const data::AgreementRegistry& registry,
                                   const std::string& agreement, std::pair<Index, Index> pair,
                                   const CheckOptions& options, Context& context,
                                   const data::Table* political) {
  AgreementEffect effect;
  effect.agreement = lower(agreement);
  const BoundPairs bound(registry, agreement, world);
  if (!bound.changes()) {
    effect.missing = fmt::format(
        "{} binds the same pairs in every year of {}, so pair effects leave nothing to estimate it "
        "from",
        agreement, world.source());
    return effect;
  }
  std::vector<std::string> controls;
  std::vector<BoundPairs> control_pairs;
  for (const std::string& other : options.agreements_in_estimate) {
    if (lower(other) == effect.agreement) continue;
    BoundPairs pairs(registry, other, world);
    if (!pairs.changes()) continue;
    controls.push_back(lower(other));
    control_pairs.push_back(std::move(pairs));
  }
  std::vector<std::string> terms = {effect.agreement};
  terms.insert(terms.end(), controls.begin(), controls.end());
  const auto prepared = [&](Side side, bool missing_as_zero) {
    Sample sample = sample_of(world, side, missing_as_zero);
    add_agreement(sample, effect.agreement, bound);
    for (std::size_t k = 0; k < controls.size(); ++k) {
      add_agreement(sample, controls[k], control_pairs[k]);
    }
    return sample;
  };
  const std::string cohort_term = effect.agreement + "_cohort";
  const std::string other_term = effect.agreement + "_others";
  const std::map<std::string, std::string> labels = {
      {cohort_term, effect.agreement + ", pairs bound together with the claimed one"},
      {other_term, effect.agreement + ", pairs bound at other times"}};
  const auto add_variant = [&](std::string name, const Sample& sample,
                               const std::vector<std::string>& wanted) {
    effect.variants.push_back({std::move(name), {}, estimate_terms(sample.table, wanted, context)});
    for (const std::string& term : kept_terms(effect.variants.back().estimate, wanted)) {
      const auto label = labels.find(term);
      effect.variants.back().terms.emplace_back(term, label == labels.end() ? term : label->second);
    }
  };

  Sample importer_first = prepared(Side::kImporter, false);
  add_variant("importers' records first", importer_first, terms);
  add_variant("exporters' records first", prepared(Side::kExporter, false), terms);
  add_variant("missing flows as zeros", prepared(Side::kImporter, true), terms);
  for (std::size_t side = 0; side < 2; ++side) {
    const estimation::Estimate& estimate = effect.variants[side].estimate;
    if (!estimate.certified()) {
      effect.missing = "the estimate did not converge: " + estimate.certificate.summary();
      return effect;
    }
    if (kept_terms(estimate, {effect.agreement}).empty()) {
      effect.missing = fmt::format("{} cannot be told apart from the effects", agreement);
      return effect;
    }
    const estimation::Coefficient& coefficient = estimate.coefficient(effect.agreement);
    effect.beta[side] = coefficient.value;
    effect.se[side] = coefficient.se;
  }

  if (political != nullptr) {
    std::vector<std::string> wanted = terms;
    effect.political = add_regressors(importer_first, world, *political);
    wanted.insert(wanted.end(), effect.political.begin(), effect.political.end());
    add_variant(fmt::format("with {} held fixed", list_text(effect.political)), importer_first,
                wanted);
  }

  // The claimed pair's cohort, or the agreement's first one when it does not bind the pair.
  std::optional<Index> cohort = bound.first_year(pair.first, pair.second);
  if (!cohort) {
    const auto n = static_cast<Index>(world.economies().size());
    for (Index first = 0; first < n; ++first) {
      for (Index second = 0; second < first; ++second) {
        const auto year = bound.first_year(first, second);
        if (year && *year > 0 && (!cohort || *year < *cohort)) cohort = year;
      }
    }
  }
  if (!cohort || *cohort == 0) return effect;
  const Index first_year = *cohort;
  const auto in_cohort = [&](Index exporter, Index importer) {
    return bound.first_year(exporter, importer) == first_year;
  };
  bool has_others = false;
  add_dummy(importer_first, cohort_term, [&](Index exporter, Index importer, Index year) {
    return bound.bound(exporter, importer, year) && in_cohort(exporter, importer);
  });
  add_dummy(importer_first, other_term, [&](Index exporter, Index importer, Index year) {
    const bool other = bound.bound(exporter, importer, year) && !in_cohort(exporter, importer);
    has_others = has_others || other;
    return other;
  });
  if (has_others) {
    std::vector<std::string> apart = {cohort_term, other_term};
    apart.insert(apart.end(), controls.begin(), controls.end());
    add_variant("pairs bound at different times apart", importer_first, apart);
  }
  const auto years = world.years();
  const int reference_time =
      years[static_cast<std::size_t>(first_year - 1)] - years[static_cast<std::size_t>(first_year)];
  effect.staggered =
      estimate_staggered(importer_first, effect.agreement, reference_time, controls, context);
  if (effect.staggered) {
    effect.staggered->years = years;
    effect.staggered->first_year = years[static_cast<std::size_t>(first_year)];
  }
  effect.path = estimate_path(importer_first, world, bound, first_year, controls, context);
  return effect;
}

std::vector<ResultTable> effect_tables(const AgreementEffect& effect) {
  std::vector<ResultTable> tables;
  ResultTable estimates = {
      .id = "agreement_estimates",
      .title = "Estimated effect of the agreement on trade among those it binds",
      .note =
          "Poisson pseudo maximum likelihood with exporter-year, importer-year and pair effects; "
          "errors clustered by pair. percent_effect = exp(beta) - 1, nothing else changing.",
      .columns = {{"variant", "Reading of the records", ""},
                  {"term", "Agreement", ""},
                  {"beta", "Coefficient", "log"},
                  {"se", "Standard error", "log"},
                  {"low", "Low", "log"},
                  {"high", "High", "log"},
                  {"percent_effect", "Effect", "fraction"},
                  {"n_obs", "Observations", "count"},
                  {"n_clusters", "Pairs", "count"},
                  {"convention", "Convention", ""},
                  {"certified", "Certified", ""}},
      .rows = {}};
  for (const EffectVariant& variant : effect.variants) {
    if (!variant.estimate.certified()) continue;
    for (const auto& [term, label] : variant.terms) {
      const estimation::Coefficient& one = variant.estimate.coefficient(term);
      estimates.add({variant.name, label, one.value, one.se, one.low, one.high,
                     std::expm1(one.value), static_cast<double>(variant.estimate.n_obs),
                     static_cast<double>(variant.estimate.n_clusters), std::string("stata"), true});
    }
  }
  if (effect.staggered) {
    const estimation::Estimate& estimate = effect.staggered->estimates.front();
    const estimation::Coefficient& one = effect.staggered->treated.overall.log_effect;
    estimates.add({std::string("cohort by cohort (ETWFE), average on the treated"),
                   effect.agreement, one.value, one.se, one.low, one.high, std::expm1(one.value),
                   static_cast<double>(estimate.n_obs), static_cast<double>(estimate.n_clusters),
                   std::string("stata"), true});
  }
  tables.push_back(std::move(estimates));
  if (effect.staggered) tables.push_back(event_time_table(*effect.staggered));
  if (effect.path) {
    const EffectPath& path = *effect.path;
    ResultTable years = {
        .id = "agreement_path",
        .title = fmt::format("Trade of the pairs bound together, against {}", path.reference_year),
        .note =
            "Relative to what exporters, importers and pairs explain; bars are 95% intervals. "
            "Coefficients before the agreement that differ from nil are no effect of it.",
        .columns = {{"year", "Year", ""},
                    {"beta", "Coefficient", "log"},
                    {"se", "Standard error", "log"},
                    {"low", "Low", "log"},
                    {"high", "High", "log"},
                    {"reference", "Reference", ""}},
        .rows = {}};
    for (std::size_t year = 0; year < path.years.size(); ++year) {
      const double reach = 1.959963984540054 * path.se(year);
      years.add({static_cast<double>(path.years[year]), path.beta[year], path.se(year),
                 path.beta[year] - reach, path.beta[year] + reach,
                 path.years[year] == path.reference_year});
    }
    tables.push_back(std::move(years));
  }
  return tables;
}

}  // namespace altyn::attribution
