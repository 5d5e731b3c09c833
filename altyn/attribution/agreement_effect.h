#pragma once

#include <optional>
#include <string>
#include <vector>

#include "altyn/attribution/bound_pairs.h"
#include "altyn/attribution/check_options.h"
#include "altyn/attribution/check_result.h"
#include "altyn/attribution/draws.h"
#include "altyn/attribution/world_trade.h"
#include "altyn/core/context.h"
#include "altyn/data/agreements.h"
#include "altyn/estimation/estimate.h"
#include "altyn/estimation/event_study.h"

namespace altyn::attribution {

/// One estimate of the agreement's effect on trade among those it binds.
struct EffectVariant {
  std::string name{};                                        ///< "importer-reported first"
  std::vector<std::pair<std::string, std::string>> terms{};  ///< coefficient, its label
  estimation::Estimate estimate{};
};

/// The effect of the agreement year by year on the pairs that it bound first together with the
/// claimed one, against the last year before.
struct EffectPath {
  std::vector<int> years{};
  std::vector<double> beta{};        ///< [n years]; 0 in the reference year
  std::vector<double> covariance{};  ///< [n years * n years]; 0 in the reference year's row
  int reference_year = 0;
  estimation::Estimate estimate{};
  [[nodiscard]] double se(std::size_t year) const;
  [[nodiscard]] std::optional<std::size_t> find(int year) const;
};

/// The effect by time since a pair was first bound, every cohort of pairs for itself: pairs bound
/// earlier are no controls of those bound later.
struct StaggeredEffect {
  estimation::EventStudy treated{};               ///< etwfe(): all earlier times are the reference
  estimation::EventStudy leads{};                 ///< sunab(): one earlier time is the reference
  std::vector<estimation::Estimate> estimates{};  ///< of the two
  std::vector<int> years{};                       ///< of the table, in order
  int first_year = 0;                             ///< of them in which the claimed pair is bound
};

/// Three-way Poisson estimates of an agreement's effect, under every reading of the records.
struct AgreementEffect {
  std::string agreement{};  ///< id of the set
  double beta[2] = {};      ///< by side taken first
  double se[2] = {};
  std::vector<EffectVariant> variants{};
  std::optional<EffectPath> path{};
  std::optional<StaggeredEffect> staggered{};
  std::vector<std::string> political{};  ///< regressors of the variant that holds them fixed
  std::string missing{};                 ///< why there is no estimate; "" when there is one
};

/// Estimates the effect: trade ~ agreement + other agreements | exporter^year + importer^year +
/// exporter^importer, errors clustered by pair, Stata's convention. Variants: importers' records
/// first, exporters' first, missing flows as zeros, and first pairs and later ones apart.
/// The effect by cohort and time since the start (ETWFE) stands beside them; and, with `political`
/// (exporter, importer, year, number columns), the first variant with those columns held fixed.
/// `pair`: positions of the claimed pair; its cohort's path is estimated when the table has a year
/// before it.
/// Source: Yotov et al. (2016), An Advanced Guide to Trade Policy Analysis; Baier and Bergstrand
/// (2007) for pair effects; Wooldridge (2023), Sun and Abraham (2021), Nagengast and Yotov (2025).
[[nodiscard]] AgreementEffect estimate_agreement(const WorldTrade& world,
                                                 const data::AgreementRegistry& registry,
                                                 const std::string& agreement,
                                                 std::pair<Index, Index> pair,
                                                 const CheckOptions& options, Context& context,
                                                 const data::Table* political = nullptr);

/// The tables "agreement_estimates", "agreement_path" and "agreement_event_time".
[[nodiscard]] std::vector<ResultTable> effect_tables(const AgreementEffect& effect);

}  // namespace altyn::attribution
