#include "altyn/core/certificate.h"

#include <fmt/format.h>

#include <algorithm>

namespace altyn {

bool Certificate::holds() const {
  return status == SolveStatus::kConverged && positive && !blocks.empty() &&
         std::all_of(blocks.begin(), blocks.end(),
                     [](const CertificateBlock& block) { return block.holds(); });
}

std::string Certificate::summary() const {
  std::string text = holds() ? "certified" : fmt::format("NOT certified ({})", to_string(status));
  const char* separator = ": ";
  for (const CertificateBlock& block : blocks) {
    text += fmt::format("{}{} {:.1e}", separator, block.name, block.residual);
    if (!block.holds()) {
      text += fmt::format(" (above {:.0e}{})", block.tolerance,
                          block.worst.empty() ? "" : ", worst at " + block.worst);
    }
    separator = ", ";
  }
  if (!positive) text += fmt::format("{}not everywhere positive and finite", separator);
  if (!closure.empty()) text += fmt::format("; deficits {}", closure);
  if (!numeraire.empty()) text += fmt::format("; numeraire {}", numeraire);
  return text;
}

}  // namespace altyn
