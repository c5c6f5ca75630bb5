#include "module.hpp"

#include <aicovid/engine_folders.hpp>
#include <aicovid/error.hpp>

#include <pybind11/stl/filesystem.h>
#include <filesystem>
#include <string>

namespace py = pybind11;

aicovid::python::Json aicovid::python::loads(const std::string& json) {
  return py::module_::import("json").attr("loads")(json);
}

std::filesystem::path aicovid::python::to_path(const PathLike& path) {
  return py::module_::import("os").attr("fspath")(path).cast<std::filesystem::path>();
}

PYBIND11_MODULE(_aicovid, module) {
  // Never destroyed: the interpreter may outlive or precede static destructors.
  static const py::handle error_of =
      py::module_::import("aicovid.errors").attr("error_of").cast<py::object>().release();
  // pybind11 asks for a function of this type.
  py::register_exception_translator(
      [](std::exception_ptr thrown) {  // NOLINT(performance-unnecessary-value-param)
        try {
          if (thrown) std::rethrow_exception(thrown);
        } catch (const aicovid::Error& error) {
          const py::object instance = error_of(std::string(to_string(error.code())), error.what());
          PyErr_SetObject(py::type::handle_of(instance).ptr(), instance.ptr());
        }
      });
  module.def(
      "add_engine_folder",
      [](const aicovid::python::PathLike& folder) {
        aicovid::add_engine_folder(aicovid::python::to_path(folder));
      },
      py::arg("folder"));
  aicovid::python::bind_radiograph(module);
  aicovid::python::bind_tensor(module);
  aicovid::python::bind_plan(module);
  aicovid::python::bind_clinical_record(module);
  aicovid::python::bind_clinical_patients(module);
  aicovid::python::bind_scores(module);
  aicovid::python::bind_examination(module);
  aicovid::python::bind_assessor(module);
  aicovid::python::bind_batch(module);
  aicovid::python::bind_read(module);
}
