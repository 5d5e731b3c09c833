#pragma once

#include <string>
#include <utility>

#include "altyn/core/errors.h"

namespace altyn::study {

/// f(), where wrong input that it finds is told with the file behind it: models know economies and
/// sectors, not files. Errors: those of f, with `file` before their place.
template <class F>
auto located(const std::string& file, const F& f) -> decltype(f()) {
  try {
    return f();
  } catch (const InputError& error) {
    ErrorDetail detail = error.detail();
    detail.where = detail.where.empty() ? file : file + ": " + detail.where;
    throw InputError(std::move(detail));
  }
}

}  // namespace altyn::study
