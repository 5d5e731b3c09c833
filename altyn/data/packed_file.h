#pragma once

#include <string>

namespace altyn::data {

/// Unpacks a gzip file without keeping it: a file that was cut off would pass for a shorter table,
/// and the database that reads tables can turn in circles on a damaged one. Errors (InputError):
/// unreadable-table (no gzip file), truncated-gzip, damaged-gzip (its sums do not agree), and
/// several-parts for files put together from several packed ones, where nothing tells that the last
/// is there. Cost: one pass, 0.3 s per 100 MB of text. Source: RFC 1952.
void check_packed(const std::string& path);

}  // namespace altyn::data
