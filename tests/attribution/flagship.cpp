#include "attribution/flagship.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "altyn/core/fields_json.h"
#include "altyn/data/document.h"
#include "altyn/data/read_table.h"
#include "places.h"

namespace altyn::attribution::flagship {
namespace {

const std::string kTables = project_path("cases/tables/");

PartnerPanel read_russia() {
  const data::Table table = data::read_table(kTables + "russia_monthly_trade.csv.gz");
  const data::TextColumn& months = table.texts("month");
  const data::TextColumn& partners = table.texts("partner");
  const data::NumberColumn& exports = table.numbers("exports_musd");
  const data::NumberColumn& imports = table.numbers("imports_musd");
  std::map<std::string, PairSeries> by_partner;
  const data::Month first = data::Month::of(2006, 1);
  for (Index row = 0; row < table.n_rows(); ++row) {
    PairSeries& series = by_partner[std::string(partners.at(row))];
    if (series.partner.empty()) {
      series = {.reporter = "RUS",
                .partner = std::string(partners.at(row)),
                .source = "Russian customs",
                .first = first};
      series.exports_musd.assign(192, data::kMissing);
      series.imports_musd.assign(192, data::kMissing);
    }
    const auto place =
        static_cast<std::size_t>(data::Month::parse(months.at(row), "test").count - first.count);
    series.exports_musd.at(place) = exports[static_cast<std::size_t>(row)];
    series.imports_musd.at(place) = imports[static_cast<std::size_t>(row)];
  }
  PartnerPanel panel = {.reporter = "RUS", .source = "Russian customs"};
  for (auto& [code, series] : by_partner) panel.partners.push_back(std::move(series));
  return panel;
}

DriverSeries read_brent() {
  const data::Table table = data::read_table(kTables + "brent_monthly.csv.gz");
  return {.name = "Brent",
          .source = "US EIA",
          .first = data::Month::parse(table.texts("month").at(0), "test"),
          .values = table.numbers("usd_per_barrel")};
}

template <class S>
std::vector<S> read_list(const std::string& file, const std::string& key) {
  const data::Document document = data::read_document(project_path("cases/eaeu/" + file));
  std::vector<S> list;
  for (const auto& entry : document.value.at(key)) {
    S item;
    options_from_json(item, entry, file);
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace

Claim claim() {
  Claim claim;
  claim.id = "lavrov-2017";
  claim.title = "Did the EAEU raise Russia-Kazakhstan trade by nearly 40%?";
  claim.in_our_words = "Trade was up by nearly two fifths, mostly through integration.";
  claim.speaker = "Sergey Lavrov";
  claim.date = "2017-10-06";
  claim.reporter = "RUS";
  claim.partner = "KAZ";
  claim.window = "2017-02..2017-07";
  claim.versus = "2016-02..2016-07";
  claim.figure = 0.40;
  claim.hedge = Hedge::kNearly;
  claim.agreement = "eaeu";
  claim.strength = "to a large extent";
  return claim;
}

const PartnerPanel& russia() {
  static const PartnerPanel panel = read_russia();
  return panel;
}

const PairSeries& with(const std::string& partner) {
  const auto& all = russia().partners;
  return *std::find_if(all.begin(), all.end(),
                       [&](const PairSeries& series) { return series.partner == partner; });
}

const DriverSeries& brent() {
  static const DriverSeries series = read_brent();
  return series;
}

const WorldTrade& world() {
  static const WorldTrade world(data::read_table(kTables + "world_trade.csv.gz"));
  return world;
}

const data::AgreementRegistry& agreements() {
  static const data::AgreementRegistry registry = data::AgreementRegistry::read(
      {project_path("cases/eaeu/agreements.toml"), project_path("cases/world/agreements.toml")});
  return registry;
}

CheckInputs inputs(const Claim& claim) {
  CheckInputs all;
  all.claim = claim;
  all.claim_file = "claim.toml";
  all.monthly = {russia()};
  all.world = world();
  all.gdp = data::read_table(kTables + "gdp.csv.gz");
  all.drivers = {brent()};
  all.agreements = agreements();
  all.literature = {{"EAEU", read_list<Study>("literature.toml", "study")}};
  all.statements = read_list<Statement>("statements.toml", "statement");
  return all;
}

ClaimCase case_of(const Claim& claim, Index n_draws) {
  ClaimCase claim_case;
  claim_case.claim = claim;
  claim_case.windows = check_claim(claim, "test");
  claim_case.options.n_draws = n_draws;
  claim_case.growth = claimed_growth(with(claim.partner), claim.measure, claim_case.windows);
  claim_case.threshold = strength_threshold(claim_case.options, claim.strength, "test");
  claim_case.agreement_name = "the Eurasian Economic Union";
  claim_case.seed = 20171006;
  claim_case.draws = joint_draws(claim_case.options, claim_case.seed);
  return claim_case;
}

}  // namespace altyn::attribution::flagship
