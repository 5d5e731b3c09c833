#pragma once

#include <nlohmann/json_fwd.hpp>

#include "altyn/attribution/check_result.h"

namespace altyn::attribution {

/// The result in the form of docs/check-result.md. Numbers that are not finite become null.
[[nodiscard]] nlohmann::json to_json(const CheckResult& result);

/// What differs in Russian (russian_text.h), in the same form: to be laid over the result. Tables
/// have their rows only where a cell differs.
[[nodiscard]] nlohmann::json russian_json(const CheckResult& english, const CheckResult& russian);

/// Parts of it that other results are made of too.
[[nodiscard]] nlohmann::json to_json(const ResultTable& table);
[[nodiscard]] nlohmann::json to_json(const Certificate& certificate);
[[nodiscard]] nlohmann::json to_json(const Source& source);

}  // namespace altyn::attribution
