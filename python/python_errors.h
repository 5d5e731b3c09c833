#pragma once

namespace altyn::python {

/// From here on the engine's errors are raised as the classes of the same names in
/// altyn/_errors.py.
void translate_errors();

}  // namespace altyn::python
