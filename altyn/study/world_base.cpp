#include "altyn/study/world_base.h"

#include "altyn/data/domestic_trade.h"
#include "altyn/data/pair_panel.h"

namespace altyn::study {

WorldBase read_world_base(const std::string& trade, const std::string& gdp, int year,
                          DataSources& sources) {
  const data::PairPanel panel = data::load_pair_panel(sources.read(trade));
  const data::Table gdp_table = sources.read(gdp);
  const data::World world = data::build_world(panel, year, {.gdp = &gdp_table});
  WorldBase base;
  base.mid.economies = world.economies;
  base.low = base.high = base.mid;
  base.mid.trade = world.trade_at(0.0);
  base.low.trade = world.trade_at(-1.0);
  base.high.trade = world.trade_at(1.0);
  for (const data::DomesticTrade& domestic : world.domestic) {
    base.domestic_flag.push_back(domestic.flag);
  }
  for (const data::Finding& finding : world.findings) base.notes.push_back(finding.sentence);
  return base;
}

}  // namespace altyn::study
