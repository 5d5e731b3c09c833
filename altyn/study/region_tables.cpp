#include "altyn/study/region_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"

namespace altyn::study {
namespace {

using attribution::Region;
using data::Table;

std::string place(const Table& table, Index row, std::string_view column) {
  return fmt::format("{}, {}, column {}", table.source(), table.place_of(row), column);
}

// A cell that must hold a number for which `good` is true.
template <class Good>
double checked(const Table& table, Index row, std::string_view column, const char* code,
               const char* why, Good good) {
  const double value = table.numbers(column)[static_cast<std::size_t>(row)];
  if (good(value)) return value;
  throw InputError({.code = code,
                    .what = data::is_missing(value) ? fmt::format("{} is blank", column)
                                                    : fmt::format("{} is {}", column, value),
                    .where = place(table, row, column),
                    .why = why});
}

// A cell of a column that may be absent or blank throughout.
double number_if(const Table& table, Index row, std::string_view column) {
  const data::Column* found = table.find(column);
  if (found == nullptr) return data::kMissing;
  if (const auto* texts = std::get_if<data::TextColumn>(&found->values)) {
    if (texts->dictionary.empty()) return data::kMissing;
  }
  return table.numbers(column)[static_cast<std::size_t>(row)];
}

std::string text_if(const Table& table, Index row, std::string_view column) {
  const data::Column* found = table.find(column);
  if (found == nullptr) return "";
  const auto* texts = std::get_if<data::TextColumn>(&found->values);
  return texts == nullptr ? "" : std::string(texts->at(row));
}

std::string code_at(const Table& table, Index row, std::string_view column) {
  return data::economy_code(table.texts(column).at(row), place(table, row, column));
}

Region region_of(const Table& table, Index row) {
  Region region{.code = std::string(table.texts("region").at(row)),
                .name = std::string(table.texts("name").at(row)),
                .name_russian = text_if(table, row, "name_russian"),
                .size_from = "population"};
  if (region.name.empty()) region.name = region.code;
  if (region.name_russian.empty()) region.name_russian = region.name;
  region.population = checked(table, row, "population", "bad-size",
                              "a region without people has no part in the trade that is spread",
                              [](double value) { return value > 0.0 && std::isfinite(value); });
  region.size = region.population;
  const char* on_earth = "distances are measured between places on the globe, in degrees";
  region.latitude_degrees = checked(table, row, "latitude", "bad-coordinate", on_earth,
                                    [](double value) { return value >= -90.0 && value <= 90.0; });
  region.longitude_degrees =
      checked(table, row, "longitude", "bad-coordinate", on_earth,
              [](double value) { return value >= -180.0 && value <= 180.0; });
  region.capital = checked(table, row, "capital", "bad-flag", "a capital is 1, any other region 0",
                           [](double value) { return value == 0.0 || value == 1.0; }) == 1.0;
  return region;
}

StatedProduct product_of(const Table& table, Index row, const Region& region, double share) {
  StatedProduct product{
      .region = region.code, .share = share, .source = text_if(table, row, "product_source")};
  if (!(share > 0.0 && share < 1.0)) {
    throw InputError({.code = "bad-size",
                      .what = fmt::format("product_share is {}", share),
                      .where = place(table, row, "product_share"),
                      .why = "it is a part of the economy's product, between 0 and 1"});
  }
  if (product.source.empty()) {
    throw InputError(
        {.code = "no-source",
         .what = fmt::format("no source says that {} makes {} of the product", region.code, share),
         .where = place(table, row, "product_source"),
         .why = "a regional product is used only where a source states it",
         .fixes = {"name the source in product_source", "--size population"}});
  }
  return product;
}

// Sizes as parts of the economy's product: stated ones as they are, the rest by people.
void size_by_product(std::vector<Region>& regions, const std::vector<StatedProduct>& products,
                     const Table& table) {
  double stated = 0.0;
  double people = 0.0;
  const auto product_of_region = [&](const Region& region) {
    return std::find_if(products.begin(), products.end(),
                        [&](const StatedProduct& one) { return one.region == region.code; });
  };
  for (Region& region : regions) {
    const auto product = product_of_region(region);
    if (product == products.end()) {
      people += region.size;
    } else {
      stated += product->share;
    }
  }
  if (stated >= 1.0) {
    throw InputError(
        {.code = "bad-size",
         .what = fmt::format("products of regions add up to {:g} of the whole", stated),
         .where = fmt::format("{}, column product_share", table.source()),
         .why = "they are parts of one economy",
         .fixes = {"--size population"}});
  }
  for (Region& region : regions) {
    const auto product = product_of_region(region);
    if (product == products.end()) {
      region.size *= (1.0 - stated) / people;
    } else {
      region.size = product->share;
      region.size_from = "product";
    }
  }
}

// Marks regions on the common border; the table names them for either direction.
void mark_border(std::vector<Region>& regions, const Table& borders, const std::string& economy,
                 const std::string& partner, const std::string& regions_source) {
  std::vector<std::string> codes;
  for (const Region& region : regions) codes.push_back(region.code);
  for (Index row = 0; row < borders.n_rows(); ++row) {
    if (code_at(borders, row, "economy") != economy ||
        code_at(borders, row, "partner") != partner) {
      continue;
    }
    const std::string code(borders.texts("region").at(row));
    const auto found = std::find(codes.begin(), codes.end(), code);
    if (found == codes.end()) {
      const std::string near = nearest_name(code, codes);
      throw InputError({.code = "unknown-region",
                        .what = fmt::format("{} has no region \"{}\"", economy, code),
                        .where = place(borders, row, "region"),
                        .why = fmt::format("border regions are regions of {}", regions_source),
                        .fixes = near.empty() ? std::vector<std::string>{}
                                              : std::vector<std::string>{"write " + near}});
    }
    regions[static_cast<std::size_t>(found - codes.begin())].border = true;
  }
}

}  // namespace

std::vector<Field<RegionData>> RegionData::fields() {
  return {
      make_field(&RegionData::regions,
                 {.name = "regions",
                  .doc = "first-level regions: region, name, economy, population, latitude, "
                         "longitude, capital"}),
      make_field(
          &RegionData::borders,
          {.name = "borders", .doc = "regions on a common border: economy, partner, region"}),
      make_enum_field<&RegionData::size>(
          {.name = "size",
           .doc = "what a region's size is taken from: its product where a source states it, and "
                  "people elsewhere; or people everywhere"},
          {"product", "population"}),
      make_field(&RegionData::cases, {.name = "cases", .doc = "another folder of bundled data"})};
}

RegionTables read_region_tables(const RegionData& data, const std::string& first,
                                const std::string& second, DataSources& sources) {
  const Table table = sources.read(
      data.regions, {.text_columns = {"region", "name", "economy"},
                     .number_columns = {"population", "latitude", "longitude", "capital"}});
  RegionTables tables;
  std::set<std::string> economies;
  std::set<std::string> seen;
  std::vector<StatedProduct> of_first, of_second;
  for (Index row = 0; row < table.n_rows(); ++row) {
    const std::string economy = code_at(table, row, "economy");
    economies.insert(economy);
    if (economy != first && economy != second) continue;
    Region region = region_of(table, row);
    if (region.code.empty() || !seen.insert(region.code).second) {
      throw InputError({.code = "duplicate-region",
                        .what = region.code.empty() ? "a region has no code"
                                                    : fmt::format("{} is there twice", region.code),
                        .where = place(table, row, "region"),
                        .why = "a region is known by its code"});
    }
    const double share = number_if(table, row, "product_share");
    if (data.size == RegionSize::kProduct && !data::is_missing(share)) {
      (economy == first ? of_first : of_second).push_back(product_of(table, row, region, share));
    }
    (economy == first ? tables.first : tables.second).push_back(std::move(region));
  }
  for (const auto& [economy, regions] :
       {std::pair(first, &tables.first), std::pair(second, &tables.second)}) {
    if (!regions->empty()) continue;
    throw InputError({.code = "no-regions",
                      .what = fmt::format("there are no regions of {}", economy),
                      .where = table.source(),
                      .context = {fmt::format("economies: {}", fmt::join(economies, ", "))},
                      .why = "trade is spread over the regions of both economies",
                      .fixes = {"--regions FILE with the regions of both"}});
  }
  if (!of_first.empty()) size_by_product(tables.first, of_first, table);
  if (!of_second.empty()) size_by_product(tables.second, of_second, table);
  tables.products = std::move(of_first);
  tables.products.insert(tables.products.end(), of_second.begin(), of_second.end());

  const Table borders =
      sources.read(data.borders, {.text_columns = {"economy", "partner", "region"}});
  mark_border(tables.first, borders, first, second, table.source());
  mark_border(tables.second, borders, second, first, table.source());
  return tables;
}

}  // namespace altyn::study
