#include "study_command.h"

#include <fmt/format.h>

#include "altyn/study/estimate_study.h"
#include "altyn/study/run_record.h"

namespace altyn::app {

int run_and_show(Session& session, const study::Study& study, const std::string& folder,
                 const std::string& record) {
  const study::StudyResult result =
      session.ranks != nullptr ? study::run_estimate(study, session.context(), session.ranks)
                               : study::run_study(study, session.context());
  return show_and_write(session, study, result, folder, record);
}

int show_and_write(Session& session, const study::Study& study, const study::StudyResult& result,
                   const std::string& folder, const std::string& record) {
  session.print(result.text);
  if (!record.empty() && session.speaks()) {
    study::write_outputs(study, result, folder, record, session.context());
    std::vector<std::string> names;
    for (const study::OutputFile& file : result.files) names.push_back(file.name);
    session.note(fmt::format("Written{}: {}, {}", folder.empty() ? "" : " to " + folder,
                             fmt::join(names, ", "), record));
  }
  if (result.certified()) return 0;
  for (const Certificate& certificate : result.certificates) {
    if (!certificate.holds()) {
      session.note(fmt::format("{}: {}", certificate.subject, certificate.summary()));
    }
  }
  return 2;
}

}  // namespace altyn::app
