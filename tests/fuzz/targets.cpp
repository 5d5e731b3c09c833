#include "targets.h"

namespace altyn::fuzz {

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {"formula", read_formula, 2000},
      {"article", read_article, 400},
      {"csv", read_csv, 60},
      {"packed_csv", read_packed_csv, 60},
      {"parquet", read_parquet, 60},
      {"json_table", read_json_table, 60},
      {"archive", read_archive, 80},
      {"workbook", read_workbook, 60},
      {"encoded_text", read_encoded_text, 60},
      {"legacy_workbook", read_legacy_workbook, 60},
      {"concordance", read_concordance_file, 60},
      {"io_table", read_input_output_table, 100},
      {"office_report", read_report_of_an_office, 100},
      {"toml", read_toml, 500},
      {"json_document", read_json_document, 500},
      {"agreements", read_agreements, 300},
      {"memberships", read_memberships, 30},
      {"fetch_registry", read_fetch_registry, 300},
      {"claim", read_claim_file, 300},
      {"scenario", read_scenario_file, 300},
      {"corridors", read_corridors_file, 60},
      {"monitor", read_monitor_file, 20},
      {"region_list", read_region_list, 30},
#ifdef ALTYN_FUZZ_SERVER
      {"request", answer_request, 0},
#endif
  };
  return all;
}

}  // namespace altyn::fuzz
