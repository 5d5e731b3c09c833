#pragma once

#include <gtest/gtest.h>

#include "altyn/core/errors.h"

namespace altyn::estimation {

/// The detail of the InputError that `action` throws; fails the test when it throws none.
template <class Action>
ErrorDetail error_of(const Action& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.detail();
  }
  ADD_FAILURE() << "no error was thrown";
  return {};
}

}  // namespace altyn::estimation
