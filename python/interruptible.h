#pragma once

#include <nanobind/nanobind.h>

#include <functional>
#include <memory>

#include "altyn/core/context.h"

namespace altyn::python {

/// Runs `work` on a thread of its own while this one, without the GIL, passes progress and warnings
/// to the two callables (None: nobody) and looks for signals every 20 ms. A signal whose handler
/// raises, or a callable that does, asks the work to stop and is raised when it has, or 50 ms
/// later: work between two looks at the stop request then ends by itself, unseen. So `work` must
/// own all it touches. What it throws is thrown here.
void run_interruptible(const std::shared_ptr<Context>& context, const nanobind::object& on_progress,
                       const nanobind::object& on_warning, std::function<void()> work);

/// Waits for work that was left to end by itself; for the end of the interpreter.
void join_abandoned();

}  // namespace altyn::python
