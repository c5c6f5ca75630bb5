#include "module.hpp"

#include <aicovid/assessor.hpp>
#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <pybind11/stl.h>
#include <filesystem>
#include <optional>
#include <string>

namespace aicovid::python {
namespace {

namespace py = pybind11;
using py::literals::operator""_a;

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

Assessor load(const PathLike& bundle, const std::string& device, const std::string& backend,
              const std::string& networks, unsigned workers, unsigned batch,
              const std::string& precision) {
  const std::filesystem::path place = to_path(bundle);
  const py::gil_scoped_release release;
  return Assessor::load(place, {.device = Device::parse(device),
                                .backend = backend,
                                .networks = to_networks(networks),
                                .workers = workers,
                                .batch = batch,
                                .precision = to_precision(precision)});
}

/// Makes the report without the interpreter's lock.
template <typename Make>
Report report_of(const Make& make) {
  std::string json;
  {
    const py::gil_scoped_release release;
    json = to_json(make());
  }
  return py::module_::import("aicovid.report").attr("RiskReport")(json);
}

Report assess(const Assessor& assessor, const std::optional<Radiograph>& radiograph,
              const Clinical& clinical, bool force) {
  const ClinicalRecord record = to_record(clinical, assessor.clinical_variables());
  return report_of([&] {
    return radiograph ? assessor.assess(*radiograph, record, {.force = force})
                      : assessor.assess(record);
  });
}

Examination examine(const Assessor& assessor, const Radiograph& radiograph, bool force) {
  return assessor.examine(radiograph, {.force = force});
}

Report judge(const Assessor& assessor, const Examination& examination, const Clinical& clinical,
             bool force) {
  const ClinicalRecord record = to_record(clinical, assessor.clinical_variables());
  return report_of([&] { return assessor.judge(examination, record, {.force = force}); });
}

/// A value of aicovid.findings.
py::object finding(const char* kind, const py::kwargs& members) {
  return py::module_::import("aicovid.findings").attr(kind)(**members);
}

Typed<"aicovid.findings.Model"> model(const Assessor& assessor) {
  const ModelInfo& info = assessor.model();
  return finding("Model",
                 py::dict("name"_a = info.name, "version"_a = info.version,
                          "manifest_sha256"_a = info.manifest_sha256, "licence"_a = info.licence));
}

Typed<"aicovid.findings.Compute"> compute(const Assessor& assessor) {
  const ComputeInfo info = assessor.compute();
  return finding(
      "Compute",
      py::dict("device"_a = info.device, "backend"_a = info.backend, "precision"_a = info.precision,
               "cudnn"_a = info.cudnn.empty() ? py::object(py::none()) : py::str(info.cudnn)));
}

std::string shown(const Assessor& assessor) {
  const ComputeInfo info = assessor.compute();
  return fmt::format("<aicovid.Assessor {} {}, {} on {}>", assessor.model().name,
                     assessor.model().version, info.backend, info.device);
}

}  // namespace

void bind_assessor(py::module_& module) {
  module.def(
      "clinical_variables",
      [](const PathLike& bundle) {
        const std::filesystem::path place = to_path(bundle);
        const py::gil_scoped_release release;
        return clinical_variables(place);
      },
      py::arg("bundle"),
      "The clinical variables of a bundle, by its manifest alone: nothing else is checked or "
      "loaded.");
  py::class_<Assessor>(module, "Assessor",
                       R"(A loaded model bundle. Immutable: any number of threads may share one.

Examples
--------
>>> assessor = aicovid.Assessor.load("severity", networks="fusion")
>>> assessor.assess(None, {"age": 63, "sex": "male"}).outcomes[0].name
'deterioration'
)")
      .def_static("load", &load, py::arg("bundle") = "severity", py::arg("device") = "cpu",
                  py::arg("backend") = "auto", py::kw_only(), py::arg("networks") = "all",
                  py::arg("workers") = 1, py::arg("batch") = 1, py::arg("precision") = "fp32",
                  R"(Loads a bundle.

Parameters
----------
bundle : str or os.PathLike
    Its directory, or the name of one beside the library.
device : str
    "cpu", "cuda" or "cuda:N".
backend : {"auto", "torchscript", "openvino"}
    "auto" is the first of the bundle's preference that is installed.
networks : {"all", "fusion", "none"}
    "fusion" is what `judge` needs, "none" what clinical_variables and plans need.
workers : int
    How many threads will examine at the same time; more may wait for one another.
batch : int
    How many images of `run_batch` share a forward pass.
precision : {"fp32", "fp16", "bf16"}
    What the networks of the image compute in; all but the first on CUDA alone.

Raises
------
NotFoundError
    If there is no such bundle.
BadBundleError
    Naming the file or the JSON path, and what is wrong.
DeviceUnavailableError
    Naming what of the device is missing.
UnsupportedError
    For a backend that is not installed.
InvalidArgumentError
    For an unknown name.
)")
      .def("assess", &assess, py::arg("radiograph"), py::arg("clinical") = py::none(),
           py::kw_only(), py::arg("force") = false,
           R"(`examine` and `judge` in one.

Parameters
----------
radiograph : Radiograph or None
    None for the outcomes from clinical values alone.
clinical : ClinicalRecord, dict, pandas.Series or str, optional
    What `ClinicalRecord` and `ClinicalRecord.parse` take; values that are not given are missing.
force : bool
    Score what the gate refuses, and say so. Such a radiograph must have been read with force.

Returns
-------
RiskReport
    A refusal is a report, too.

Raises
------
BadClinicalInputError, PatientMismatchError
    If a value is wrong, or sex or age contradict the image's header.
InvalidArgumentError
    If the networks were not loaded, or the radiograph has no pixels.
)")
      .def("examine", &examine, py::arg("radiograph"), py::kw_only(), py::arg("force") = false,
           py::call_guard<py::gil_scoped_release>(),
           R"(Runs the networks on a radiograph once, for any number of `judge`.

Parameters
----------
radiograph : Radiograph
force : bool
    Examine what the gate refuses, and say so. Such a radiograph must have been read with force.

Returns
-------
Examination
    A refusal is one, too, without findings.
)")
      .def(
          "judge", &judge, py::arg("examination"), py::arg("clinical") = py::none(), py::kw_only(),
          py::arg("force") = false,
          R"(The report that `assess` gives of the examined radiograph. No network of the image runs.

Parameters
----------
examination : Examination
    Of the same bundle.
clinical : ClinicalRecord, dict, pandas.Series or str, optional
    As for `assess`.
force : bool
    Score what the gate refused; it must have been examined with force.

Returns
-------
RiskReport
)")
      .def_property_readonly("model", &model, "The bundle's name, version, hash and licence.")
      .def_property_readonly("compute", &compute, "What the networks run on.")
      .def_property_readonly("outcome_names", &Assessor::outcome_names,
                             "The names of the outcomes that a report has, in their order.")
      .def_property_readonly("clinical_variables", &Assessor::clinical_variables,
                             py::return_value_policy::copy,
                             "What values a record may hold; for ClinicalRecord.")
      .def("plan", &Assessor::plan, py::arg("name"), py::return_value_policy::copy,
           "A preprocessing plan of the bundle, by its name in the manifest.")
      .def("__repr__", &shown);
}

}  // namespace aicovid::python
