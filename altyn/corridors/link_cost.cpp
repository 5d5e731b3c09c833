#include "altyn/corridors/link_cost.h"

#include <fmt/format.h>

#include "altyn/core/errors.h"

namespace altyn::corridors {

std::vector<double> link_costs(const Network& network, const LinkCostParameters& parameters) {
  if (!(parameters.day_share >= 0.0) || !(parameters.consignment_usd > 0.0)) {
    throw InputError(
        {.code = "bad-parameter",
         .what = fmt::format("a day costs {:g} of the value of goods worth {:g} dollars",
                             parameters.day_share, parameters.consignment_usd),
         .where = "link costs",
         .why = "link costs are parts of the value of the goods",
         .fixes = {"give both, the value above zero"}});
  }
  std::vector<double> row_cost;
  for (const LinkRow& row : network.rows) {
    const auto rate = parameters.usd_per_km.find(row.mode);
    if (rate == parameters.usd_per_km.end() || !(rate->second > 0.0)) {
      throw InputError({.code = "missing-rate",
                        .what = fmt::format("there is no rate per km by {}", row.mode),
                        .where = row.place,
                        .why = "distance costs money by every mode",
                        .fixes = {"give a rate above zero, or another mode"}});
    }
    const double days = (row.length_km / row.speed_kmh + row.wait_hours) / 24.0;
    const double usd = row.length_km * rate->second + row.fee_usd;
    row_cost.push_back(days * parameters.day_share + usd / parameters.consignment_usd);
  }
  std::vector<double> cost;
  for (const Link& link : network.links) cost.push_back(row_cost[link.row]);
  return cost;
}

}  // namespace altyn::corridors
