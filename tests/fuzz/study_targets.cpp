#include <memory>

#include "altyn/attribution/check_options.h"
#include "altyn/core/fields_json.h"
#include "altyn/data/document.h"
#include "altyn/study/check_study.h"
#include "altyn/study/corridors_scenario.h"
#include "altyn/study/extends.h"
#include "altyn/study/region_tables.h"
#include "altyn/study/scenario.h"
#include "altyn/study/sections.h"
#include "altyn/study/sector_scenario.h"
#include "reading.h"
#include "targets.h"

namespace altyn::fuzz {
namespace {

/// As the server takes studies from elsewhere: bundled files by name, and no path.
study::Study study_of(const char* kind, std::string_view bytes) {
  study::Study study{.kind = kind,
                     .content = data::parse_document(bytes, "study.toml").value,
                     .where = "study.toml",
                     .folder = "",
                     .shelf = std::make_shared<const study::Shelf>()};
  study.content.erase("study");
  return study;
}

}  // namespace

/// A claim file is the fields themselves; a study has them under [claim].
void read_claim_file(std::string_view bytes) {
  accept_or_refuse([&] {
    study::Study study = study_of("check", bytes);
    if (!study.content.contains("claim")) study.content = {{"claim", study.content}};
    (void)study::read_section<study::CheckData>(study, "data");
    (void)study::read_section<attribution::CheckOptions>(study, "options");
    study::DataSources sources(study);
    (void)attribution::check_claim(study::read_claim(study, sources), study.where);
  });
}

void read_scenario_file(std::string_view bytes) {
  accept_or_refuse([&] {
    const study::Study study = study_of("simulate", bytes);
    study::DataSources sources(study);
    study::Study whole = study;
    whole.content = study::extended_content(study, sources);
    if (study::has_sectors(whole.content)) {
      (void)study::read_sector_scenario(whole);
    } else {
      (void)study::read_scenario(study, sources);
    }
  });
}

void read_corridors_file(std::string_view bytes) {
  accept_or_refuse([&] {
    study::Study study = study_of("corridors", bytes);
    study::DataSources sources(study);
    study.content = study::extended_content(study, sources);
    const study::CorridorSetting setting(study, sources);
    (void)setting.touched();
  });
}

void read_monitor_file(std::string_view bytes) {
  std::stop_source stopped;
  stopped.request_stop();
  Context context(1);
  context.stop = stopped.get_token();
  accept_or_refuse([&] { (void)study::run_study(study_of("monitor", bytes), context); });
}

void read_region_list(std::string_view bytes) {
  const InputBytes input(bytes, "regions.csv");
  accept_or_refuse([&] {
    const study::Study none{.kind = "regions", .content = {}, .where = "study", .folder = ""};
    study::DataSources sources(none);
    study::RegionData data;
    data.regions = input.path();
    (void)study::read_region_tables(data, "RUS", "KAZ", sources);
  });
}

}  // namespace altyn::fuzz
