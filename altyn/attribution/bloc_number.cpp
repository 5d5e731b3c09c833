#include "altyn/attribution/bloc_number.h"

#include <fmt/format.h>

#include <algorithm>

#include "altyn/attribution/number.h"
#include "altyn/attribution/wording.h"
#include "altyn/core/errors.h"

namespace altyn::attribution {
namespace {

constexpr const char* kFlow = "among members";

bool is_calendar_year(data::Window window) {
  return window.n_months() == 12 && window.first.month() == 1;
}

/// Growth of the flows that `recorded` has in both years, and the flows that it has not.
struct Sum {
  Growth growth;
  std::vector<std::string> missing;
};

template <class Recorded>
Sum sum_over(const WorldTrade& world, const std::vector<Index>& members, const Recorded& recorded) {
  Sum sum;
  for (const Index exporter : members) {
    for (const Index importer : members) {
      if (exporter == importer) continue;
      const double before = recorded(exporter, importer, 0);
      const double after = recorded(exporter, importer, 1);
      if (data::is_missing(before) || data::is_missing(after)) {
        sum.missing.push_back(fmt::format("{} to {}",
                                          world.economies()[static_cast<std::size_t>(exporter)],
                                          world.economies()[static_cast<std::size_t>(importer)]));
        continue;
      }
      sum.growth.base_musd += before;
      sum.growth.value_musd += after;
    }
  }
  return sum;
}

}  // namespace

std::optional<BlocNumber> judge_bloc(const Claim& claim, const std::string& bloc,
                                     const WorldTrade& world,
                                     const data::AgreementRegistry& registry,
                                     const CheckOptions& options, std::string& reason) {
  ClaimWindows windows;
  windows.claimed = data::Window::parse(claim.window, "window");
  windows.versus = claim.versus.empty() ? windows.claimed.shifted(-12)
                                        : data::Window::parse(claim.versus, "versus");
  if (!is_calendar_year(windows.claimed) || !is_calendar_year(windows.versus)) {
    reason = fmt::format("trade inside the {} is on record by calendar year, not for {}", bloc,
                         window_text(windows.claimed));
    return std::nullopt;
  }
  const int years[] = {calendar_year(windows.versus), calendar_year(windows.claimed)};
  Index places[2] = {};
  for (std::size_t k = 0; k < 2; ++k) {
    const auto place = world.find_year(years[k]);
    if (!place) {
      reason = fmt::format("{} has no year {}", world.source(), years[k]);
      return std::nullopt;
    }
    places[k] = *place;
  }
  BlocNumber found;
  try {
    found.members = registry.union_members(bloc, years[1]);
  } catch (const InputError&) {
    reason = fmt::format("who was a member of the {} is not on record", bloc);
    return std::nullopt;
  }
  std::vector<Index> members;
  std::vector<std::string> absent;
  for (const std::string& economy : found.members) {
    const auto place = world.find(economy);
    if (place) {
      members.push_back(*place);
    } else {
      absent.push_back(economy);
    }
  }
  const Sum first = sum_over(world, members, [&](Index exporter, Index importer, std::size_t k) {
    return world.recorded_first(Side::kImporter, exporter, importer, places[k]);
  });
  if (!(first.growth.base_musd > 0.0 && first.growth.value_musd > 0.0)) {
    reason = fmt::format("{} has no trade among members of the {} in {}", world.source(), bloc,
                         years[1]);
    return std::nullopt;
  }
  found.verdict = judge_number(claim, windows, first.growth, nullptr, options);
  std::vector<std::string> missing = absent;
  missing.insert(missing.end(), first.missing.begin(), first.missing.end());
  if (!missing.empty()) {
    found.limits = fmt::format("Not on record in both years and left out: {}.", list_text(missing));
  }
  found.table = empty_number_table();
  const FigureRange range = figure_range(claim.figure, claim.hedge, options.hedge_band_share);
  const std::string period = fmt::format("{} against {}", years[1], years[0]);
  const auto add = [&](const std::string& side, const Growth& growth) {
    if (!(growth.base_musd > 0.0 && growth.value_musd > 0.0)) return;
    found.table.add({side, period, std::string(kFlow), growth.base_musd, growth.value_musd,
                     growth.growth(), claim.figure, gap_from(range, growth.growth())});
  };
  add("importer-reported first", first.growth);
  for (const Side side : {Side::kImporter, Side::kExporter}) {
    add(std::string(to_string(side)),
        sum_over(world, members, [&](Index exporter, Index importer, std::size_t k) {
          return world.recorded(side, exporter, importer, places[k]);
        }).growth);
  }
  return found;
}

}  // namespace altyn::attribution
