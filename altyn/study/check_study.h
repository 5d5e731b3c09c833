#pragma once

#include <string>
#include <vector>

#include "altyn/attribution/check.h"
#include "altyn/core/fields.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// The tables a claim is checked against, each a bundled table by name or a file. The section
/// [data] of a check; "" leaves a table out, and the lines that need it say so.
struct CheckData {
  std::vector<std::string> monthly = {"RUS=russia_monthly_trade"};
  std::string world = "world_trade";
  std::string gdp = "gdp";
  std::vector<std::string> prices = {"Brent=brent_monthly"};
  std::vector<std::string> agreements = {"agreements_eaeu", "agreements_world"};
  std::vector<std::string> literature = {"EAEU=literature"};
  std::string statements = "statements";
  std::string memberships;
  std::string alignment;
  std::string cases;

  static std::vector<Field<CheckData>> fields();
};

/// The claim of a study: the fields under [claim], on top of the claim file that `claim.file` names
/// or that `claim = "file.toml"` is. Errors: InputError as read_document and of unknown keys.
[[nodiscard]] attribution::Claim read_claim(const Study& study, DataSources& sources);

/// Reads the tables. Errors: InputError of reading and of the data's own checks.
[[nodiscard]] attribution::CheckInputs read_check_inputs(attribution::Claim claim,
                                                         const CheckData& data,
                                                         DataSources& sources);

/// Checks one claim that was read already: its tables, its result and its files. Errors: as
/// run_check.
[[nodiscard]] StudyResult check_claim(const Study& study, attribution::Claim claim,
                                      const CheckData& data,
                                      const attribution::CheckOptions& options,
                                      DataSources& sources, Context& context);

/// Checks a claim: sections `claim`, `data` and `options` (attribution::CheckOptions). Files:
/// report.html, report.md, report.ru.md, key_results.csv, results.parquet, result.json,
/// claim-review.json. An article in place of a claim file is read for its claims (article_study.h).
[[nodiscard]] StudyResult run_check(const Study& study, Context& context);

}  // namespace altyn::study
