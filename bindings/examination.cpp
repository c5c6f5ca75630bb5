#include "module.hpp"

#include <aicovid/error.hpp>
#include <aicovid/examination.hpp>

#include <fmt/format.h>
#include <pybind11/numpy.h>
#include <cstdint>
#include <string>
#include <vector>

namespace aicovid::python {
namespace {

namespace py = pybind11;

py::tuple to_tuple(const Rectangle& source) {
  return py::make_tuple(source.y0, source.x0, source.y1, source.x1);
}

/// A copy: an examination is immutable.
py::array_t<float> to_numpy(const Tensor& tensor) {
  const std::vector<py::ssize_t> shape(tensor.shape().begin(), tensor.shape().end());
  return py::array_t<float>(shape, tensor.floats().data());
}

py::object lung_mask(const Examination& examination) {
  if (!examination.findings || examination.findings->mask.empty()) return py::none();
  const LungMask& mask = examination.findings->mask;
  const py::array_t<std::uint8_t> labels({mask.rows, mask.columns}, mask.labels.data());
  return py::make_tuple(labels, to_tuple(mask.source));
}

py::object attribution(const Examination& examination) {
  if (!examination.findings || !examination.findings->attribution) return py::none();
  const Attribution& found = *examination.findings->attribution;
  if (found.map.empty()) return py::none();
  return py::make_tuple(to_numpy(found.map), to_tuple(found.source));
}

/// The array shares the examination's memory and keeps the examination alive.
py::object embedding(const py::object& self) {
  const auto& examination = self.cast<const Examination&>();
  if (!examination.embedding) return py::none();
  const Tensor& tensor = *examination.embedding;
  const std::vector<py::ssize_t> shape(tensor.shape().begin(), tensor.shape().end());
  py::array_t<float> view(shape, tensor.floats().data(), self);
  view.attr("setflags")(py::arg("write") = false);
  return view;
}

/// What the JSON has under a name.
py::object member_of(const Examination& examination, const char* name) {
  return loads(to_json(examination)).attr("get")(name);
}

std::string repr(const Examination& examination) {
  std::string text = fmt::format("<aicovid.Examination: {}", to_string(examination.verdict));
  if (examination.findings) {
    const auto& brixia = examination.findings->brixia;
    if (brixia) text += fmt::format(", Brixia {:.1f}", brixia->value);
    if (brixia && brixia->interval) {
      text += fmt::format(" [{:.1f}, {:.1f}]", brixia->interval->low, brixia->interval->high);
    }
  }
  return text + ">";
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
      module, "Examination",
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
          "([h,w] uint8, (y0, x0, y1, x1)): 0 outside, 1 the patient's right lung, 2 the left; and "
          "the part of the\n"
          "radiograph that it covers, in pixels. None where no lungs were found or looked for, or "
          "the image was refused.")
      .def_property_readonly(
          "attribution", &attribution,
          "([h,w] float32, (y0, x0, y1, x1)): Brixia points a cell, and the part of the radiograph "
          "that they cover.\n"
          "None of a network without attribution, or where there is no lung mask.")
      .def_property_readonly(
          "embedding", &embedding,
          "[1,n] float32 of the severity network, a view that cannot be written to; None where it "
          "has no such output.")
      .def_property_readonly(
          "verdict",
          [](const Examination& examination) {
            return std::string(to_string(examination.verdict));
          },
          "\"passed\", \"flagged\", \"refused\" or \"forced\", by the gate.")
      .def_property_readonly(
          "findings",
          [](const Examination& examination) { return member_of(examination, "image"); },
          "What the networks found, as the member `image` of a report; None where the image was "
          "refused.")
      .def_property_readonly(
          "model", [](const Examination& examination) { return member_of(examination, "model"); },
          "Name, version, manifest_sha256 and licence of the bundle.")
      .def("__repr__", &repr)
      .def(
          "_repr_html_",
          [](const py::object& self) { return in_package("aicovid.html", "of_examination")(self); })
      .def(
          "__eq__", [](const Examination& a, const Examination& b) { return a == b; },
          py::is_operator(), "Equal in all but `created`, `timing_ms` and what is in memory alone.")
      .def(py::pickle(&state, &parse));
}

}  // namespace aicovid::python
