#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace altyn::fuzz {

/// A reader of the project on any bytes. `read` returns when the reader either took them or refused
/// them as it promises; everything else (another exception, a crash, a file left behind) ends the
/// test. Seeds are in corpus/<name>/.
struct Target {
  std::string_view name;
  void (*read)(std::string_view bytes);
  std::uint64_t n_mutations;  ///< in ./test, as its cost allows
};

/// All of them; the one list behind both drivers.
[[nodiscard]] const std::vector<Target>& targets();

// text_targets.cpp
void read_formula(std::string_view bytes);
void read_article(std::string_view bytes);

// table_targets.cpp
void read_csv(std::string_view bytes);
void read_packed_csv(std::string_view bytes);
void read_parquet(std::string_view bytes);
void read_json_table(std::string_view bytes);
void read_archive(std::string_view bytes);
void read_workbook(std::string_view bytes);
void read_encoded_text(std::string_view bytes);
void read_legacy_workbook(std::string_view bytes);
void read_concordance_file(std::string_view bytes);
void read_input_output_table(std::string_view bytes);
void read_report_of_an_office(std::string_view bytes);

// document_targets.cpp
void read_toml(std::string_view bytes);
void read_json_document(std::string_view bytes);
void read_agreements(std::string_view bytes);
void read_memberships(std::string_view bytes);
void read_fetch_registry(std::string_view bytes);

// study_targets.cpp
void read_claim_file(std::string_view bytes);
void read_scenario_file(std::string_view bytes);
void read_corridors_file(std::string_view bytes);
void read_monitor_file(std::string_view bytes);
void read_region_list(std::string_view bytes);

// request_target.cpp, with libFuzzer alone
void answer_request(std::string_view bytes);

}  // namespace altyn::fuzz
