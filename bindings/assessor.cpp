#include "module.hpp"

#include <aicovid/assessor.hpp>

#include <pybind11/stl/filesystem.h>
#include <filesystem>
#include <string>

namespace aicovid::python {
namespace {

namespace py = pybind11;

Assessor load(const std::filesystem::path& model, const std::string& device) {
  return Assessor::load(model, {.device = Device::parse(device)});
}

py::object assess(const Assessor& assessor, const Radiograph* radiograph,
                  const py::object& clinical, bool force) {
  const ClinicalRecord record = to_record(clinical, assessor.clinical_variables());
  std::string json;
  {
    const py::gil_scoped_release release;
    json = to_json(radiograph != nullptr ? assessor.assess(*radiograph, record, {.force = force})
                                         : assessor.assess(record));
  }
  return py::module_::import("json").attr("loads")(json);
}

}  // namespace

void bind_assessor(py::module_& module) {
  module.def(
      "clinical_variables", &clinical_variables, py::arg("model"),
      "The clinical variables of a bundle, by its manifest alone: nothing else is checked or "
      "loaded.");
  py::class_<Assessor>(module, "Assessor",
                       "A loaded model bundle. Immutable: any number of threads may share one.")
      .def_static("load", &load, py::arg("model") = "severity", py::arg("device") = "cpu",
                  py::call_guard<py::gil_scoped_release>(),
                  "Loads a bundle: its directory, or the name of one beside the library.\n\n"
                  "device: \"cpu\", \"cuda\" or \"cuda:N\".")
      .def("assess", &assess, py::arg("radiograph"), py::arg("clinical") = py::none(),
           py::kw_only(), py::arg("force") = false,
           "Returns the report as a dict (docs/schemas/report.json).\n\n"
           "radiograph: None for the outcomes from clinical values alone.\n"
           "clinical: a ClinicalRecord, or a record as a dict or JSON text; values that are not "
           "given "
           "are missing.\n"
           "force: score what the gate refuses, and say so. Such a radiograph must have been read "
           "with force.")
      .def_property_readonly("clinical_variables", &Assessor::clinical_variables,
                             py::return_value_policy::copy,
                             "What values a record may hold; for ClinicalRecord.parse.")
      .def("plan", &Assessor::plan, py::arg("name"), py::return_value_policy::copy,
           "A preprocessing plan of the bundle, by its name in the manifest.");
}

}  // namespace aicovid::python
