#pragma once

#include <gtest/gtest.h>

#include "altyn/core/errors.h"

namespace altyn::data {

/// The detail of the error that `action` throws; fails the test when it throws none.
template <class Thrown = InputError, class Action>
ErrorDetail error_of(const Action& action) {
  try {
    action();
  } catch (const Thrown& error) {
    return error.detail();
  } catch (const Error& error) {
    ADD_FAILURE() << "another kind of error: " << format_error(error.detail());
    return error.detail();
  }
  ADD_FAILURE() << "no error was thrown";
  return {};
}

}  // namespace altyn::data
