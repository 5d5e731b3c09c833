#pragma once

#include <string>

namespace altyn::python {

/// The field tables behind a kind of study, as JSON text: {"section": fields_schema(), ...} in the
/// order in which the study reads them. Errors: InternalError for another kind.
[[nodiscard]] std::string option_tables(const std::string& kind);

}  // namespace altyn::python
