#include "python_errors.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "altyn/core/errors.h"

namespace altyn::python {
namespace {

namespace nb = nanobind;

void raise(const char* name, const ErrorDetail& detail) {
  const nb::object type = nb::module_::import_("altyn._errors").attr(name);
  const nb::object error = type(format_error(detail), detail.code, detail.what, detail.where,
                                detail.context, detail.why, detail.fixes);
  PyErr_SetObject(type.ptr(), error.ptr());
}

}  // namespace

void translate_errors() {
  nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
    try {
      std::rethrow_exception(thrown);
    } catch (const InputError& error) {
      raise("InputError", error.detail());
    } catch (const SystemError& error) {
      raise("SystemError", error.detail());
    } catch (const InternalError& error) {
      raise("InternalError", error.detail());
    } catch (const Cancelled& error) {
      raise("Cancelled", error.detail());
    }
  });
}

}  // namespace altyn::python
