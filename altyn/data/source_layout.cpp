#include "altyn/data/source_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "altyn/core/errors.h"

namespace altyn::data {

namespace {

constexpr double kThousand = 1e-3;  // thousand USD in million USD
constexpr double kUnit = 1e-6;      // USD in million USD
constexpr double kPercent = 1e-2;

SourceLayout baci() {
  return {.name = "baci",
          .title = "BACI, reconciled trade by product",
          .provider = "CEPII",
          .licence = "Etalab Open Licence 2.0",
          .documentation = "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
          .columns = {{"exporter", Meaning::kEconomy, {"i"}},
                      {"importer", Meaning::kEconomy, {"j"}},
                      {"year", Meaning::kYear, {"t"}},
                      {"sector", Meaning::kCode, {"k"}},
                      {"trade_musd", Meaning::kAmount, {"v"}, kThousand, "million USD"},
                      {"quantity_t", Meaning::kAmount, {"q"}, 1.0, "t", false}},
          .rules = {},
          .key = {"exporter", "importer", "year", "sector"},
          .code_digits = 6};
}

SourceLayout cepii_gravity() {
  return {.name = "cepii_gravity",
          .title = "Gravity, covariates of country pairs",
          .provider = "CEPII",
          .licence = "Etalab Open Licence 2.0",
          .documentation = "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=8",
          .columns =
              {{"exporter", Meaning::kEconomy, {"iso3_o", "iso_o"}},
               {"importer", Meaning::kEconomy, {"iso3_d", "iso_d"}},
               {"year", Meaning::kYear, {"year"}},
               {"distance_km", Meaning::kAmount, {"dist"}, 1.0, "km", false},
               {"distance_weighted_km",
                Meaning::kAmount,
                {"distw_harmonic", "distw"},
                1.0,
                "km",
                false},
               {"contiguity", Meaning::kAmount, {"contig"}, 1.0, "", false},
               {"common_official_language", Meaning::kAmount, {"comlang_off"}, 1.0, "", false},
               {"common_spoken_language", Meaning::kAmount, {"comlang_ethno"}, 1.0, "", false},
               {"colony", Meaning::kAmount, {"col_dep_ever", "colony"}, 1.0, "", false},
               {"common_coloniser", Meaning::kAmount, {"comcol"}, 1.0, "", false},
               {"common_religion", Meaning::kAmount, {"comrelig"}, 1.0, "", false},
               {"rta", Meaning::kAmount, {"fta_wto", "rta"}, 1.0, "", false},
               {"wto_exporter", Meaning::kAmount, {"wto_o", "gatt_o"}, 1.0, "", false},
               {"wto_importer", Meaning::kAmount, {"wto_d", "gatt_d"}, 1.0, "", false},
               {"eu_exporter", Meaning::kAmount, {"eu_o"}, 1.0, "", false},
               {"eu_importer", Meaning::kAmount, {"eu_d"}, 1.0, "", false},
               {"gdp_exporter_musd", Meaning::kAmount, {"gdp_o"}, kThousand, "million USD", false},
               {"gdp_importer_musd", Meaning::kAmount, {"gdp_d"}, kThousand, "million USD", false},
               {"population_exporter", Meaning::kAmount, {"pop_o"}, 1e3, "persons", false},
               {"population_importer", Meaning::kAmount, {"pop_d"}, 1e3, "persons", false},
               {"importer_reported_musd",
                Meaning::kAmount,
                {"tradeflow_comtrade_d"},
                kThousand,
                "million USD",
                false},
               {"exporter_reported_musd",
                Meaning::kAmount,
                {"tradeflow_comtrade_o"},
                kThousand,
                "million USD",
                false},
               {"trade_baci_musd",
                Meaning::kAmount,
                {"tradeflow_baci"},
                kThousand,
                "million USD",
                false},
               {"manufactures_baci_musd",
                Meaning::kAmount,
                {"manuf_tradeflow_baci"},
                kThousand,
                "million USD",
                false}},
          .rules = {{{"country_exists_o"}, {"1"}, "the exporter did not exist in that year"},
                    {{"country_exists_d"}, {"1"}, "the importer did not exist in that year"}},
          .key = {"exporter", "importer", "year"}};
}

SourceLayout itpd(std::string_view name, std::string_view title, bool simulation) {
  SourceLayout layout{
      .name = name,
      .title = title,
      .provider = "United States International Trade Commission",
      .licence = "public domain (work of the United States government)",
      .documentation = "https://www.usitc.gov/data/gravity/itpde.htm",
      .columns = {{"exporter", Meaning::kEconomy, {"exporter_iso3"}},
                  {"importer", Meaning::kEconomy, {"importer_iso3"}},
                  {"year", Meaning::kYear, {"year"}},
                  {"sector", Meaning::kCode, {"industry_id"}},
                  {"sector_name", Meaning::kText, {"industry_descr"}, 1.0, "", false},
                  {"broad_sector", Meaning::kText, {"broad_sector"}, 1.0, "", false},
                  {"trade_musd", Meaning::kAmount, {"trade"}, 1.0, "million USD"},
                  {"flag_mirror", Meaning::kText, {"flag_mirror"}, 1.0, "", false},
                  {"flag_zero", Meaning::kText, {"flag_zero"}, 1.0, "", false}},
      .rules = {},
      .key = {"exporter", "importer", "year", "sector"}};
  if (simulation) {
    layout.documentation = "https://www.usitc.gov/data/gravity/itpds.htm";
    layout.columns.push_back({"flag_itpds", Meaning::kText, {"flag_itpds"}, 1.0, "", false});
  }
  return layout;
}

SourceLayout wits_tariffs() {
  return {
      .name = "wits_tariffs",
      .title = "WITS/TRAINS tariffs: applied, most-favoured-nation and bound rates",
      .provider = "World Bank and UNCTAD",
      .licence = "the providers' terms",
      .documentation = "https://wits.worldbank.org/wits/wits/witshelp/Welcome.htm",
      .columns =
          {{"importer", Meaning::kEconomy, {"ReporterISO3", "Reporter", "Reporter_ISO_N"}},
           {"exporter", Meaning::kEconomy, {"PartnerISO3", "Partner"}},
           {"year", Meaning::kYear, {"Tariff Year", "Year"}},
           {"sector", Meaning::kCode, {"Product", "ProductCode"}},
           {"nomenclature", Meaning::kText, {"Native Nomen", "NomenCode"}, 1.0, "", false},
           {"duty_type", Meaning::kText, {"DutyType", "Duty Type"}},
           {"rate", Meaning::kAmount, {"Simple Average", "SimpleAverage"}, kPercent, "share"},
           {"weighted_rate",
            Meaning::kAmount,
            {"Weighted Average", "WeightedAverage"},
            kPercent,
            "share",
            false},
           {"lowest_rate",
            Meaning::kAmount,
            {"Minimum Rate", "Min_Rate"},
            kPercent,
            "share",
            false},
           {"highest_rate",
            Meaning::kAmount,
            {"Maximum Rate", "Max_Rate"},
            kPercent,
            "share",
            false},
           {"n_lines",
            Meaning::kAmount,
            {"Nbr of Total Lines", "TotalNoOfLines"},
            1.0,
            "lines",
            false},
           {"binding_coverage", Meaning::kAmount, {"Binding Coverage"}, kPercent, "share", false},
           {"imports_musd",
            Meaning::kAmount,
            {"Imports Value in 1000 USD"},
            kThousand,
            "million USD",
            false}},
      .rules = {},
      .key = {"importer", "exporter", "year", "sector", "duty_type"},
      .code_digits = 0,
      .even_digits = true,
      .world_is_partner = true};
}

SourceLayout comtrade() {
  return {.name = "comtrade",
          .title = "UN Comtrade: bulk files, the API's JSON, and the older download",
          .provider = "United Nations Statistics Division",
          .licence = "the provider's terms",
          .documentation = "https://comtradedeveloper.un.org/",
          .columns = {{"reporter",
                       Meaning::kReporter,
                       {"reporterCode", "reporterISO", "Reporter Code", "Reporter ISO", "rtCode"}},
                      {"partner",
                       Meaning::kPartner,
                       {"partnerCode", "partnerISO", "Partner Code", "Partner ISO", "ptCode"}},
                      {"flow",
                       Meaning::kFlow,
                       {"flowCode", "Trade Flow Code", "rgCode", "flowDesc", "Trade Flow"}},
                      {"year", Meaning::kYear, {"refYear", "Year", "yr"}},
                      {"month", Meaning::kMonth, {"period", "Period"}, 1.0, "", false},
                      {"sector", Meaning::kCode, {"cmdCode", "Commodity Code"}},
                      {"trade_musd",
                       Meaning::kAmount,
                       {"primaryValue", "Trade Value (US$)", "TradeValue"},
                       kUnit,
                       "million USD"},
                      {"quantity_t",
                       Meaning::kAmount,
                       {"netWgt", "Netweight (kg)", "NetWeight"},
                       1e-3,
                       "t",
                       false}},
          .rules = {{{"motCode"}, {"0", ""}, "one mode of transport, part of a total"},
                    {{"customsCode"}, {"C00", ""}, "one customs procedure, part of a total"},
                    {{"partner2Code"}, {"0", ""}, "one second partner, part of a total"}},
          .key = {"exporter", "importer", "year", "sector"},
          .code_digits = 0,
          .even_digits = true};
}

SourceLayout desta() {
  return {.name = "desta",
          .title = "DESTA, treaties by pair of countries",
          .provider = "Dür, Baccini and Elsig (World Trade Institute)",
          .licence = "the providers' terms, with citation",
          .documentation = "https://www.designoftradeagreements.org/downloads/",
          .columns = {{"first", Meaning::kEconomy, {"iso1", "country1"}},
                      {"second", Meaning::kEconomy, {"iso2", "country2"}},
                      {"treaty", Meaning::kCode, {"number", "base_treaty"}},
                      {"name", Meaning::kText, {"name"}, 1.0, "", false},
                      {"entry_type", Meaning::kText, {"entry_type"}, 1.0, "", false},
                      {"year_signed", Meaning::kYear, {"year"}},
                      {"year_in_force", Meaning::kYear, {"entryforceyear"}, 1.0, "", false},
                      {"wto_listed", Meaning::kAmount, {"wto_listed"}, 1.0, "", false}},
          .rules = {},
          .key = {"first", "second", "treaty"}};
}

SourceLayout egger_larch() {
  const auto flag = [](std::string_view name) {
    return SourceColumn{name, Meaning::kAmount, {name}, 1.0, "", false};
  };
  return {.name = "egger_larch",
          .title = "Regional trade agreements by pair and year",
          .provider = "Egger and Larch (University of Bayreuth)",
          .licence = "the providers' terms, with citation",
          .documentation = "https://www.ewf.uni-bayreuth.de/en/research/RTA-data/index.html",
          .columns = {{"exporter", Meaning::kEconomy, {"exporter", "iso1", "iso_o"}},
                      {"importer", Meaning::kEconomy, {"importer", "iso2", "iso_d"}},
                      {"year", Meaning::kYear, {"year"}},
                      {"rta", Meaning::kAmount, {"rta"}},
                      flag("cu"),
                      flag("fta"),
                      flag("psa"),
                      flag("eia"),
                      flag("cueia"),
                      flag("ftaeia"),
                      flag("psaeia")},
          .rules = {},
          .key = {"exporter", "importer", "year"}};
}

SourceLayout fcs() {
  return {.name = "fcs",
          .title = "Customs statistics of Russia by product, partner and region",
          .provider = "Federal Customs Service of Russia",
          .licence = "official statistics, free to use with the source named",
          .documentation = "https://stat.customs.gov.ru",
          .columns = {{"partner", Meaning::kPartner, {"STRANA", "COUNTRY"}},
                      {"flow", Meaning::kFlow, {"NAPR", "DIRECTION"}},
                      {"period", Meaning::kPeriod, {"PERIOD"}},
                      {"sector", Meaning::kCode, {"TNVED", "HS"}},
                      {"region", Meaning::kText, {"REGION"}, 1.0, "", false},
                      {"trade_musd", Meaning::kAmount, {"STOIM", "VALUE"}, kUnit, "million USD"},
                      {"quantity_t", Meaning::kAmount, {"NETTO", "NETWEIGHT"}, 1e-3, "t", false}},
          .rules = {},
          .key = {"exporter", "importer", "year", "month", "sector", "region"},
          .code_digits = 10,
          .even_digits = false,
          .world_is_partner = false,
          .reporter = "RUS",
          .wide = false};
}

SourceLayout published_tables(std::string_view name, std::string_view title,
                              std::string_view provider, std::string_view documentation,
                              std::string_view reporter) {
  return {.name = name,
          .title = title,
          .provider = provider,
          .licence = "official statistics, free to use with the source named",
          .documentation = documentation,
          .columns = {},
          .rules = {},
          .key = {"exporter", "importer", "year"},
          .code_digits = 0,
          .even_digits = false,
          .world_is_partner = false,
          .reporter = reporter,
          .wide = true};
}

}  // namespace

std::span<const SourceLayout> source_layouts() {
  static const std::vector<SourceLayout> layouts = {
      baci(),
      cepii_gravity(),
      comtrade(),
      desta(),
      egger_larch(),
      fcs(),
      itpd("itpd_e", "ITPD-E, trade and domestic sales for estimation", false),
      itpd("itpd_s", "ITPD-S, trade and domestic sales for simulation", true),
      published_tables("kazstat", "Kazakhstan's trade by country",
                       "Bureau of National Statistics of Kazakhstan", "https://stat.gov.kz", "KAZ"),
      published_tables("rosstat", "Russia's trade by country, as customs and Rosstat print it",
                       "Rosstat and the Federal Customs Service of Russia",
                       "https://rosstat.gov.ru", "RUS"),
      wits_tariffs()};
  return layouts;
}

const SourceLayout& source_layout(std::string_view name) {
  std::vector<std::string> known;
  for (const SourceLayout& layout : source_layouts()) {
    if (layout.name == name) return layout;
    known.emplace_back(layout.name);
  }
  throw InputError({.code = "unknown-source",
                    .what = fmt::format("there is no importer for \"{}\"", name),
                    .where = "source",
                    .why = "each source has its own columns, codes and units",
                    .fixes = {fmt::format("one of {}", fmt::join(known, ", ")),
                              "altyn estimate and altyn data check read other tables as they are, "
                              "by the names of their columns"}});
}

}  // namespace altyn::data
