#pragma once

#include "altyn/comm/communicator.h"
#include "altyn/core/context.h"
#include "altyn/data/table_parts.h"
#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

/// Builds the frame of a model from a table that is read in parts: what make_frame does, row by
/// row, with ids that mean the same in all parts. Rows stand in the order in which the kernel
/// works; a file in another order is sorted first, through a copy on disk.
///
/// `communicator`: of several ranks, each takes the rows of some levels of the largest effect, as
/// many as the others; null: all rows are here.
/// Errors: InputError as make_frame; "needs-memory" for what only a table in memory can give:
/// sunab(), etwfe(), indicators of a computed variable, instruments; "needs-effects" and
/// "needs-one-process" for models that ranks cannot share.
/// Cost: one pass over the file for every key, one over the columns, a sort when the order is
/// another one. Memory: a part of the table; the frame's columns, which lie on disk under
/// numerics::ScratchMemory.
[[nodiscard]] ModelFrame make_frame_in_parts(data::TableParts& parts, const Formula& formula,
                                             const FrameSpec& spec,
                                             comm::Communicator* communicator, Context& context);

/// Estimates one model on a Parquet file within options.memory_limit_gb of resident memory (0: no
/// limit), or with the ranks of a communicator. The same answer as estimate() up to rounding: the
/// rows are the same ones, and only the order of sums differs.
[[nodiscard]] Estimate estimate_in_parts(const std::string& path, const Formula& formula,
                                         const EstimateOptions& options,
                                         comm::Communicator* communicator, Context& context);

}  // namespace altyn::estimation
