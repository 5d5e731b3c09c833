#pragma once

#include <nanobind/nanobind.h>

#include <functional>

#include "altyn/core/context.h"

namespace altyn::python {

/// Runs `work` on a thread of its own while this one, without the GIL, passes progress and warnings
/// to the two callables (None: nobody) and looks for signals every 20 ms. A signal whose handler
/// raises, or a callable that does, stops the work and is raised once it has stopped. What the work
/// throws is thrown here.
void run_interruptible(Context& context, const nanobind::object& on_progress,
                       const nanobind::object& on_warning, const std::function<void()>& work);

}  // namespace altyn::python
