#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace altyn::data {

/// Files and folders that a process keeps for a while and removes itself carry a mark: purpose,
/// machine, process. When the process was killed first, the next one finds them by it.

/// ".partial-1f3c9a02-4711-", the beginning of the names of this process's own.
[[nodiscard]] std::string own_mark(std::string_view purpose);

/// What follows the mark in a name left by a process of this machine that has ended; nothing for
/// the names of living processes, of other machines (a folder may be shared), and all others.
[[nodiscard]] std::optional<std::string> left_over(std::string_view name, std::string_view purpose);

/// Removes from `folder` what this user's ended processes left there for `purpose`, folders with
/// all that is in them. What cannot be removed stays. Cost: one listing of the folder.
void remove_leftovers(const std::string& folder, std::string_view purpose);

}  // namespace altyn::data
