#include "altyn/attribution/pair_findings.h"

#include <fmt/format.h>

#include "altyn/data/checks.h"

namespace altyn::attribution {
namespace {

/// Whether any row of a finding is about trade between the two countries.
bool concerns(const data::Table& rows, const Claim& claim) {
  const data::Column* exporter = rows.find("exporter");
  const data::Column* importer = rows.find("importer");
  if (exporter == nullptr || importer == nullptr) return false;
  const auto& from = std::get<data::TextColumn>(exporter->values);
  const auto& to = std::get<data::TextColumn>(importer->values);
  for (Index row = 0; row < rows.n_rows(); ++row) {
    if ((from.at(row) == claim.reporter && to.at(row) == claim.partner) ||
        (from.at(row) == claim.partner && to.at(row) == claim.reporter)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<DataFinding> pair_findings(const WorldTrade& world, const Claim& claim) {
  std::vector<DataFinding> kept;
  for (const data::Finding& finding : data::check_pairs(
           world.panel(Side::kImporter), {.focus = {claim.reporter, claim.partner}})) {
    if (!concerns(finding.rows, claim)) continue;
    kept.push_back({std::string(data::to_string(finding.severity)), finding.check, finding.sentence,
                    finding.where});
  }
  return kept;
}

std::vector<DataFinding> series_findings(const PairSeries& series, const std::string& pair_name) {
  std::vector<data::Month> blank;
  for (data::Month month = series.first; month <= series.last(); month = month.plus(1)) {
    if (data::is_missing(series.at(Measure::kTurnover, month))) blank.push_back(month);
  }
  if (blank.empty()) return {};
  return {
      {"note", "blank-months",
       fmt::format(
           "{} trade is blank in {}: never published, and left out wherever a sum would need it.",
           pair_name, data::describe_months(blank)),
       series.source}};
}

}  // namespace altyn::attribution
