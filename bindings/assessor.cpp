#include "module.hpp"

#include <aicovid/assessor.hpp>

#include <pybind11/numpy.h>
#include <pybind11/stl/filesystem.h>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

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

py::tuple to_tuple(const Rectangle& source) {
  return py::make_tuple(source.y0, source.x0, source.y1, source.x1);
}

/// What the findings hold of these; nothing of a report without findings.
py::dict maps(const RiskReport& report) {
  py::dict found;
  if (!report.findings) return found;
  const LungMask& mask = report.findings->mask;
  if (!mask.empty()) {
    const py::array_t<std::uint8_t> labels({mask.rows, mask.columns}, mask.labels.data());
    found["lung_mask"] = py::make_tuple(labels, to_tuple(mask.source));
  }
  if (const auto& attribution = report.findings->attribution;
      attribution && !attribution->map.empty()) {
    const std::vector<py::ssize_t> shape(attribution->map.shape().begin(),
                                         attribution->map.shape().end());
    const py::array_t<float> points(shape, attribution->map.floats().data());
    found["attribution"] = py::make_tuple(points, to_tuple(attribution->source));
  }
  return found;
}

py::tuple assess_with_maps(const Assessor& assessor, const Radiograph& radiograph,
                           const py::object& clinical, bool force) {
  const ClinicalRecord record = to_record(clinical, assessor.clinical_variables());
  std::pair<RiskReport, std::string> assessed;
  {
    const py::gil_scoped_release release;
    assessed.first = assessor.assess(radiograph, record, {.force = force});
    assessed.second = to_json(assessed.first);
  }
  return py::make_tuple(py::module_::import("json").attr("loads")(assessed.second),
                        maps(assessed.first));
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
      .def(
          "assess_with_maps", &assess_with_maps, py::arg("radiograph"),
          py::arg("clinical") = py::none(), py::kw_only(), py::arg("force") = false,
          "As `assess`, with what the findings were read from: (report, maps).\n\n"
          "maps[\"lung_mask\"]: ([h,w] uint8, (y0, x0, y1, x1)): 0 outside, 1 the patient's right "
          "lung, 2 the left,\n"
          "and the part of the radiograph that it covers, in pixels.\n"
          "maps[\"attribution\"]: ([h,w] float32, (y0, x0, y1, x1)): Brixia points a cell. Each is "
          "absent where\n"
          "the report has none: no lungs found, a network without attribution, a refusal.")
      .def("plan", &Assessor::plan, py::arg("name"), py::return_value_policy::copy,
           "A preprocessing plan of the bundle, by its name in the manifest.");
}

}  // namespace aicovid::python
