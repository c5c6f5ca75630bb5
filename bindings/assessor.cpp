#include "module.hpp"

#include <aicovid/assessor.hpp>
#include <aicovid/error.hpp>

#include <pybind11/stl/filesystem.h>
#include <filesystem>
#include <string>

namespace aicovid::python {
namespace {

namespace py = pybind11;

Networks to_networks(const std::string& name) {
  if (name == "all") return Networks::all;
  if (name == "fusion") return Networks::fusion;
  if (name == "none") return Networks::none;
  throw Error(ErrorCode::invalid_argument, "networks is not \"all\", \"fusion\" or \"none\"");
}

Precision to_precision(const std::string& name) {
  for (const Precision precision : {Precision::fp32, Precision::fp16, Precision::bf16}) {
    if (name == to_string(precision)) return precision;
  }
  throw Error(ErrorCode::invalid_argument, "precision is not \"fp32\", \"fp16\" or \"bf16\"");
}

Assessor load(const std::filesystem::path& model, const std::string& device,
              const std::string& backend, const std::string& networks, unsigned workers,
              unsigned batch, const std::string& precision) {
  return Assessor::load(model, {.device = Device::parse(device),
                                .backend = backend,
                                .networks = to_networks(networks),
                                .workers = workers,
                                .batch = batch,
                                .precision = to_precision(precision)});
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
  return in_package("aicovid.report", "RiskReport")(json);
}

Examination examine(const Assessor& assessor, const Radiograph& radiograph, bool force) {
  return assessor.examine(radiograph, {.force = force});
}

py::object judge(const Assessor& assessor, const Examination& examination,
                 const py::object& clinical, bool force) {
  const ClinicalRecord record = to_record(clinical, assessor.clinical_variables());
  std::string json;
  {
    const py::gil_scoped_release release;
    json = to_json(assessor.judge(examination, record, {.force = force}));
  }
  return in_package("aicovid.report", "RiskReport")(json);
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
                  py::kw_only(), py::arg("backend") = "auto", py::arg("networks") = "all",
                  py::arg("workers") = 1, py::arg("batch") = 1, py::arg("precision") = "fp32",
                  py::call_guard<py::gil_scoped_release>(),
                  "Loads a bundle.\n\n"
                  "Parameters\n"
                  "----------\n"
                  "model : path\n"
                  "    Its directory, or the name of one beside the library.\n"
                  "device : str\n"
                  "    \"cpu\", \"cuda\" or \"cuda:N\".\n"
                  "backend : str\n"
                  "    \"torchscript\", \"openvino\", or \"auto\" for the first of the bundle's "
                  "preference that is installed.\n"
                  "networks : str\n"
                  "    \"all\"; \"fusion\", which is what `judge` needs; or \"none\", for "
                  "clinical_variables and plans.\n"
                  "workers : int\n"
                  "    How many threads will examine at the same time; more may wait for one "
                  "another.\n"
                  "batch : int\n"
                  "    How many images of `run_batch` share a forward pass.\n"
                  "precision : str\n"
                  "    What the networks of the image compute in: \"fp32\"; on CUDA also \"fp16\" "
                  "or \"bf16\".\n\n"
                  "Raises\n"
                  "------\n"
                  "NotFoundError, BadBundleError, UnsupportedError, DeviceUnavailableError\n"
                  "    No such bundle; one that is not what its manifest says; an engine that is "
                  "not installed; no such device.")
      .def("assess", &assess, py::arg("radiograph"), py::arg("clinical") = py::none(),
           py::kw_only(), py::arg("force") = false,
           "Returns the RiskReport.\n\n"
           "radiograph: None for the outcomes from clinical values alone.\n"
           "clinical: a ClinicalRecord, or what ClinicalRecord.parse takes; values that are not "
           "given "
           "are missing.\n"
           "force: score what the gate refuses, and say so. Such a radiograph must have been read "
           "with force.")
      .def(
          "examine", &examine, py::arg("radiograph"), py::kw_only(), py::arg("force") = false,
          py::call_guard<py::gil_scoped_release>(),
          "Runs the networks on a radiograph once, for any number of `judge`.\n\n"
          "force: examine what the gate refuses, and say so. Such a radiograph must have been read "
          "with force.")
      .def("judge", &judge, py::arg("examination"), py::arg("clinical") = py::none(), py::kw_only(),
           py::arg("force") = false,
           "Returns the RiskReport that `assess` gives of the examined radiograph.\n\n"
           "clinical: as for `assess`. force: score what the gate refused; it must have been "
           "examined with force.")
      .def_property_readonly("clinical_variables", &Assessor::clinical_variables,
                             py::return_value_policy::copy,
                             "What values a record may hold; for ClinicalRecord.parse.")
      .def("plan", &Assessor::plan, py::arg("name"), py::return_value_policy::copy,
           "A preprocessing plan of the bundle, by its name in the manifest.");
}

}  // namespace aicovid::python
