#include "altyn/attribution/removal.h"

#include <utility>

namespace altyn::attribution {
namespace {

constexpr Index kLevels = 3;  // of domestic sales: low, middle, high

}  // namespace

double trade_ratio(const equilibrium::OneSectorResult& result,
                   const std::vector<std::size_t>& cells) {
  double before = 0.0;
  double after = 0.0;
  for (const std::size_t cell : cells) {
    before += result.base_trade[cell];
    after += result.trade[cell];
  }
  return after / before;
}

std::optional<RemovalYear> RemovalYear::build(const WorldBuilder& build, int year,
                                              std::string& reason) {
  RemovalYear made;
  for (const Side side : {Side::kImporter, Side::kExporter}) {
    std::optional<SquareWorld> square = build(side, year, reason);
    if (!square) return std::nullopt;
    for (const std::vector<double>& trade : square->trade_musd) {
      equilibrium::OneSectorBase base;
      base.economies = square->economies;
      base.trade = trade;
      made.models_.emplace_back(std::move(base), equilibrium::OneSectorOptions{});
    }
    made.worlds_.push_back(std::move(*square));
  }
  return made;
}

Index RemovalYear::solve(
    std::span<const JointDraw> draws, const std::vector<BoundFlows>& bound,
    const EffectModel& model, data::Window window,
    const std::function<void(std::size_t, const equilibrium::OneSectorResult&)>& take,
    Context& context) const {
  std::vector<std::vector<std::size_t>> by_model(models_.size());
  for (std::size_t k = 0; k < draws.size(); ++k) {
    const Index level = part_of(draws[k].output_u, kLevels);
    by_model[static_cast<std::size_t>(static_cast<Index>(draws[k].side) * kLevels + level)]
        .push_back(k);
  }
  Index n_failed = 0;
  for (std::size_t m = 0; m < models_.size(); ++m) {
    const std::vector<std::size_t>& places = by_model[m];
    if (places.empty()) continue;
    const BoundFlows& flows = bound[m / static_cast<std::size_t>(kLevels)];
    n_failed += equilibrium::solve_many(
        models_[m], static_cast<Index>(places.size()),
        [&](Index k, equilibrium::OneSectorShock& shock) {
          const JointDraw& draw = draws[places[static_cast<std::size_t>(k)]];
          const DrawnEffect effect = model.draw(draw);
          shock.theta = draw.theta;
          shock.direct_log.assign(models_[m].base().trade.size(), 0.0);
          for (std::size_t flow = 0; flow < flows.cells.size(); ++flow) {
            shock.direct_log[flows.cells[flow]] = -effect.at(*flows.spells[flow], window);
          }
        },
        [&](Index k, const equilibrium::OneSectorResult& result) {
          if (result.certificate.holds()) take(places[static_cast<std::size_t>(k)], result);
        },
        context);
  }
  return n_failed;
}

}  // namespace altyn::attribution
