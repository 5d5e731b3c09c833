#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "altyn/attribution/check_result.h"
#include "altyn/attribution/region_shares.h"
#include "altyn/data/country_codes.h"
#include "altyn/study/region_tables.h"

namespace altyn::study {

/// What the answer is made from.
struct RegionQuestion {
  std::string first;   ///< code
  std::string second;  ///< code
  const attribution::RegionShareOptions& options;
  const RegionTables& tables;
  const attribution::RegionShares& shares;
};

/// The share of border regions, ready for every surface, in one language (docs/regions-share.md).
struct RegionAnswer {
  std::string name{};  ///< "rus-kaz-regions"
  std::string title{};
  std::string about{};                 ///< one sentence: how trade is spread
  std::vector<std::string> summary{};  ///< paragraphs; the first one is the verdict
  std::vector<std::string> notes{};
  /// region_shares, region_elasticities, region_pairs (the largest), regions, key_results
  std::vector<attribution::ResultTable> tables{};
};

[[nodiscard]] RegionAnswer answer_of(const RegionQuestion& question, data::Language language);

/// Every pair of regions, largest share first.
[[nodiscard]] attribution::ResultTable region_pairs(const RegionQuestion& question,
                                                    data::Language language);

/// For a terminal, with colour codes.
[[nodiscard]] std::string answer_text(const RegionAnswer& answer);

/// As one Markdown page.
[[nodiscard]] std::string answer_markdown(const RegionAnswer& answer,
                                          const std::vector<attribution::Source>& sources,
                                          data::Language language);

/// The answer in the form of docs/regions-share.md, without sources and run.
[[nodiscard]] nlohmann::json to_json(const RegionAnswer& answer);

}  // namespace altyn::study
