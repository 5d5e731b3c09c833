#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "altyn/study/data_sources.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// The sections of a study on top of those of the file that `[scenario] extends` names, and so on:
/// keys of a section replace those below, entries of a list replace the one below with the same
/// name and are appended otherwise. Names are relative to the folder of the file that has them.
/// Errors: InputError of reading; "extends-itself".
/// `within` is where the file stands, relative to the folder of the study.
[[nodiscard]] nlohmann::json extended_content(const Study& study, DataSources& sources,
                                              const std::string& within = "");

}  // namespace altyn::study
