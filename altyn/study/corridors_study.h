#pragma once

#include "altyn/study/study.h"

namespace altyn::study {

struct SharedDraws;

/// A network of routes under the equilibrium (docs/corridors.md). `action` says what is asked:
///   show     links with their length, time, fee and cost: links.csv
///   traffic  the value of trade on every link: traffic.csv
///   value    links by what a 1% cheaper link is worth to `welfare`, a list of economies and
///            regions (default: the members of the pool), with its range: link_values.csv
///   run      the changes of the scenario, with intervals from draws over all assumptions together:
///            report.html, report.md, result.json, key_results.csv, drivers.csv, trade.csv,
///            traffic.csv, assumptions.csv
/// With a section [sectors] the world has many sectors (corridors_sectors.h) and the files are
/// those of sector_study.h, with traffic.csv. Errors: InputError of the scenario, its network and
/// its base; "no-changes" for a run of a scenario that changes no link; "unknown-action".
/// Draws of a run may be `shared` between several.
[[nodiscard]] StudyResult run_corridors(const Study& study, Context& context,
                                        SharedDraws* shared = nullptr);

}  // namespace altyn::study
