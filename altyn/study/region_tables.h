#pragma once

#include <string>
#include <vector>

#include "altyn/attribution/region_shares.h"
#include "altyn/core/fields.h"
#include "altyn/data/table.h"
#include "altyn/study/data_sources.h"

namespace altyn::study {

/// What a region's size is taken from.
enum class RegionSize {
  kProduct,    ///< its part of the economy's product where a source states it, else people
  kPopulation  ///< people
};

/// The tables of a study of regions, each a bundled table by name or a file. The section [data].
struct RegionData {
  std::string regions = "regions";
  std::string borders = "region_borders";
  RegionSize size = RegionSize::kProduct;
  std::string cases;

  static std::vector<Field<RegionData>> fields();
};

/// One region sized by its product, and who says so.
struct StatedProduct {
  std::string region{};  ///< code
  double share = 0.0;    ///< of the economy's product
  std::string source{};
};

struct RegionTables {
  std::vector<attribution::Region> first;
  std::vector<attribution::Region> second;
  std::vector<StatedProduct> products;  ///< of both, by region
};

/// Regions of two economies (columns region, name, economy, population, latitude, longitude,
/// capital; name_russian, product_share and product_source may be there), and which of them lie on
/// the common border (economy, partner, region). Where some sizes are products, the rest of the
/// economy's product is spread over the other regions by people. Errors: InputError of reading;
/// "unknown-economy"; "no-regions" with the economies that have some; "duplicate-region";
/// "bad-size", "bad-coordinate", "bad-flag", "no-source" naming the row; "unknown-region" for a
/// border region that the first table lacks.
[[nodiscard]] RegionTables read_region_tables(const RegionData& data, const std::string& first,
                                              const std::string& second, DataSources& sources);

}  // namespace altyn::study
