#include "module.hpp"

#include <aicovid/error.hpp>

#include <string>

namespace py = pybind11;

py::object aicovid::python::loads(const std::string& json) {
  return py::module_::import("json").attr("loads")(json);
}

PYBIND11_MODULE(_aicovid, module) {
  // Never destroyed: the interpreter may outlive or precede static destructors.
  static const py::handle error_type =
      py::exception<aicovid::Error>(module, "Error", PyExc_RuntimeError).release();
  error_type.attr("__doc__") =
      "The one exception of the library; `code` is its stable name, as \"bad_bundle\".";
  error_type.attr("code") = "internal";
  error_type.attr("__module__") = "aicovid";
  // pybind11 asks for a function of this type.
  py::register_exception_translator(
      [](std::exception_ptr thrown) {  // NOLINT(performance-unnecessary-value-param)
        try {
          if (thrown) std::rethrow_exception(thrown);
        } catch (const aicovid::Error& error) {
          py::object instance = error_type(error.what());
          instance.attr("code") = std::string(to_string(error.code()));
          PyErr_SetObject(error_type.ptr(), instance.ptr());
        }
      });
  aicovid::python::bind_radiograph(module);
  aicovid::python::bind_plan(module);
  aicovid::python::bind_clinical_record(module);
  aicovid::python::bind_clinical_patients(module);
  aicovid::python::bind_scores(module);
  aicovid::python::bind_examination(module);
  aicovid::python::bind_assessor(module);
}
