#include "module.hpp"
#include "tensor.hpp"

#include <aicovid/error.hpp>
#include <aicovid/examination.hpp>

#include <fmt/format.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace aicovid::python {
namespace {

namespace py = pybind11;

using Box = std::tuple<double, double, double, double>;
using Labels = Typed<"numpy.ndarray[typing.Any, numpy.dtype[numpy.uint8]]">;
using Seen = Typed<"aicovid.findings.Seen">;

Box to_box(const Rectangle& source) { return {source.y0, source.x0, source.y1, source.x1}; }

/// An array on the examination's memory, which it keeps alive and nobody writes into.
template <typename T>
py::object view(const py::object& self, const std::vector<py::ssize_t>& shape, const T* data) {
  return read_only(py::array_t<T>(shape, data, self));
}

Floats view(const py::object& self, const Tensor& tensor) {
  return view(self, {tensor.shape().begin(), tensor.shape().end()}, tensor.floats().data());
}

std::optional<std::pair<Labels, Box>> lung_mask(const py::object& self) {
  const auto& examination = self.cast<const Examination&>();
  if (!examination.findings || examination.findings->mask.empty()) return std::nullopt;
  const LungMask& mask = examination.findings->mask;
  return std::pair<Labels, Box>{view(self, {mask.rows, mask.columns}, mask.labels.data()),
                                to_box(mask.source)};
}

std::optional<std::pair<Floats, Box>> attribution(const py::object& self) {
  const auto& examination = self.cast<const Examination&>();
  if (!examination.findings || !examination.findings->attribution) return std::nullopt;
  const Attribution& found = *examination.findings->attribution;
  if (found.map.empty()) return std::nullopt;
  return std::pair{view(self, found.map), to_box(found.source)};
}

std::optional<Floats> embedding(const py::object& self) {
  const auto& examination = self.cast<const Examination&>();
  if (!examination.embedding) return std::nullopt;
  return view(self, *examination.embedding);
}

/// The members that are no arrays, as aicovid.findings has them; made once for each object.
Seen seen(const py::object& self) {
  if (!py::hasattr(self, "_seen")) {
    self.attr("_seen") = py::module_::import("aicovid.findings")
                             .attr("seen_of")(loads(to_json(self.cast<const Examination&>())));
  }
  return py::object(self.attr("_seen"));
}

/// One of them, by its name.
template <TypeName kName, TypeName kType>
Typed<kType> member(const py::object& self) {
  return py::object(seen(self).attr(kName.characters));
}

/// What aicovid.shown makes of an examination.
std::string shown(const py::object& self, const char* function) {
  return py::module_::import("aicovid.shown").attr(function)(self).cast<std::string>();
}

std::string state(const Examination& examination) {
  if (!examination.rejudge) {
    throw Error(ErrorCode::unsupported,
                "the examination cannot be pickled: the bundle's fusion network takes the picture "
                "itself, which is kept in memory alone (`rejudge` is False)");
  }
  const py::gil_scoped_release release;
  return to_json(examination);
}

Examination parse(const std::string& json) {
  const py::gil_scoped_release release;
  return parse_examination(json);
}

}  // namespace

void bind_examination(py::module_& module) {
  py::class_<Examination>(
      module, "Examination", py::dynamic_attr(),
      "What was seen of one radiograph, without its pixels; for `Assessor.judge`. Immutable.\n\n"
      "It is as sensitive as a clinical record: it holds the patient's sex and age, the time of "
      "the image, and a\n"
      "picture of the lungs. Pickled, it is its JSON.")
      .def_static("parse", &parse, py::arg("text"),
                  "Of the JSON text that `to_json` or `aicovid examine` wrote.")
      .def(
          "to_json", [](const Examination& examination) { return to_json(examination); },
          py::call_guard<py::gil_scoped_release>(),
          "The JSON text (docs/schemas/examination.json).")
      .def(
          "to_dict", [](const Examination& examination) { return loads(to_json(examination)); },
          "The same as a dict.")
      .def_property_readonly("refused", &Examination::refused,
                             "True where the gate refused the image, so that there are no "
                             "findings.")
      .def_readonly(
          "rejudge", &Examination::rejudge,
          "Whether the JSON holds all that judging needs; False where the bundle's fusion "
          "network takes the\n"
          "picture itself. Such an examination can be judged only as long as it is in "
          "memory.")
      .def_property_readonly(
          "lung_mask", &lung_mask,
          "([h,w] uint8, read-only, (y0, x0, y1, x1)): 0 outside, 1 the patient's right lung, 2 "
          "the left; and "
          "the part of the\n"
          "radiograph that it covers, in pixels. None where no lungs were found or looked for, or "
          "the image was refused.")
      .def_property_readonly(
          "attribution", &attribution,
          "([h,w] float32, read-only, (y0, x0, y1, x1)): Brixia points a cell, and the part of the "
          "radiograph "
          "that they cover.\n"
          "None of a network without attribution, or where there is no lung mask.")
      .def_property_readonly("embedding", &embedding,
                             "[1,n] float32, read-only, of the severity network, which "
                             "torch.from_dlpack shares; None where it has no such output.")
      .def_property_readonly("created", &member<"created", "str">, "ISO 8601, UTC.")
      .def_property_readonly("model", &member<"model", "aicovid.findings.Model">,
                             "The bundle that it was made with.")
      .def_property_readonly("compute", &member<"compute", "aicovid.findings.Compute">,
                             "The machine, and what ran on it.")
      .def_property_readonly("input", &member<"input", "aicovid.findings.Input">,
                             "What the file says of the image.")
      .def_property_readonly(
          "patient", &member<"patient", "aicovid.findings.Patient">,
          "What the header says of the patient, for the checks against a record.")
      .def_property_readonly("gate", &member<"gate", "aicovid.findings.Gate">,
                             "Whether the image may be scored, and why not.")
      .def_property_readonly("warnings",
                             &member<"warnings", "tuple[aicovid.findings.Message, ...]">,
                             "About the image, whatever the record says.")
      .def_property_readonly("findings", &member<"findings", "aicovid.findings.Findings | None">,
                             "What the networks read; None of a refused image.")
      .def_property_readonly("timing_ms", &member<"timing_ms", "aicovid.findings.Timing">,
                             "Milliseconds that each step took.")
      .def("__repr__",
           [](const py::object& self) {
             return fmt::format("<aicovid.Examination {}>", shown(self, "examination_line"));
           })
      .def("_repr_html_", [](const py::object& self) { return shown(self, "examination_html"); })
      .def(
          "__eq__", [](const Examination& a, const Examination& b) { return a == b; },
          py::is_operator(), "Equal in all but `created`, `timing_ms` and what is in memory alone.")
      .def(py::pickle(&state, &parse));
}

}  // namespace aicovid::python
