#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields_json.h"
#include "altyn/study/study.h"
#include "session.h"

namespace altyn::app {

/// Runs a study, prints its summary, writes its files and its run record into `folder` (nothing
/// when `record` is ""), and returns the exit code: 2 when a certificate does not hold.
[[nodiscard]] int run_and_show(Session& session, const study::Study& study,
                               const std::string& folder, const std::string& record);

/// The same with what a study has found already.
[[nodiscard]] int show_and_write(Session& session, const study::Study& study,
                                 const study::StudyResult& result, const std::string& folder,
                                 const std::string& record);

/// The fields the user set, as the section of a study.
template <class S>
[[nodiscard]] nlohmann::json section_of(const S& options, const std::vector<std::string>& given) {
  nlohmann::json section = nlohmann::json::object();
  for (const Field<S>& field : fields_of<S>()) {
    for (const std::string& name : given) {
      if (name == field.info.name) section[name] = value_to_json(field.get(field, options));
    }
  }
  return section;
}

}  // namespace altyn::app
