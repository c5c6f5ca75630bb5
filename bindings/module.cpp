#include "module.hpp"

#include <aicovid/engine_folders.hpp>
#include <aicovid/error.hpp>

#include <pybind11/stl/filesystem.h>
#include <string>

namespace py = pybind11;

py::object aicovid::python::loads(const std::string& json) {
  return py::module_::import("json").attr("loads")(json);
}

py::object aicovid::python::in_package(const char* module, const char* name) {
  return py::module_::import(module).attr(name);
}

PYBIND11_MODULE(_aicovid, module) {
  // pybind11 asks for a function of this type.
  py::register_exception_translator(
      [](std::exception_ptr thrown) {  // NOLINT(performance-unnecessary-value-param)
        try {
          if (thrown) std::rethrow_exception(thrown);
        } catch (const aicovid::Error& error) {
          const py::object instance = py::module_::import("aicovid.errors")
                                          .attr("error_of")(to_string(error.code()), error.what());
          PyErr_SetObject(py::type::handle_of(instance).ptr(), instance.ptr());
        }
      });
  module.def("add_engine_folder", &aicovid::add_engine_folder, py::arg("folder"));
  aicovid::python::bind_radiograph(module);
  aicovid::python::bind_plan(module);
  aicovid::python::bind_clinical_record(module);
  aicovid::python::bind_clinical_patients(module);
  aicovid::python::bind_scores(module);
  aicovid::python::bind_examination(module);
  aicovid::python::bind_assessor(module);
  aicovid::python::bind_batch(module);
}
