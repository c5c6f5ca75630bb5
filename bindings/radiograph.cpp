#include "module.hpp"
#include "tensor.hpp"

#include <aicovid/assessor.hpp>
#include <aicovid/error.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/read.hpp>

#include <fmt/format.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace aicovid::python {
namespace {

namespace py = pybind11;

using Source = Typed<"aicovid.sources.Source">;

Radiograph read(const Source& source, bool force, const std::optional<Assessor>& fit_for) {
  ReadOptions options{.decode_refused = force};
  if (fit_for) {
    options.decode = Decode::fit;
    options.fit = fit_for->fit_size();
  }
  if (py::isinstance<py::str>(source) || py::hasattr(source, "__fspath__")) {
    const std::filesystem::path file = to_path(source);
    const py::gil_scoped_release release;
    return read_radiograph(file, options);
  }
  const py::buffer bytes = py::module_::import("aicovid.sources").attr("bytes_of")(source);
  const py::buffer_info view = bytes.request();
  const std::span content(static_cast<const std::byte*>(view.ptr),
                          static_cast<std::size_t>(view.size));
  const py::gil_scoped_release release;
  return parse_radiograph(content, options);
}

py::dtype numpy_type(PixelType type) {
  switch (type) {
    case PixelType::uint8:
      return py::dtype::of<std::uint8_t>();
    case PixelType::int8:
      return py::dtype::of<std::int8_t>();
    case PixelType::uint16:
      return py::dtype::of<std::uint16_t>();
    case PixelType::int16:
      return py::dtype::of<std::int16_t>();
  }
  throw Error(ErrorCode::internal, "unknown pixel type");
}

PixelType pixel_type(const py::array& array) {
  for (const auto type : {PixelType::uint8, PixelType::int8, PixelType::uint16, PixelType::int16}) {
    if (array.dtype().is(numpy_type(type)) || array.dtype().equal(numpy_type(type))) return type;
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("the array's dtype is {}; expected uint8, int8, uint16 or int16",
                          std::string(py::str(array.dtype()))));
}

/// The radiograph's own memory, which the array keeps alive.
Array pixels(const py::object& self) {
  const auto& radiograph = self.cast<const Radiograph&>();
  if (!radiograph.has_pixels()) {
    throw Error(ErrorCode::refused,
                "the gate refused the header, so no pixel was decoded; force=True decodes");
  }
  return read_only(py::array(numpy_type(radiograph.pixel_type()),
                             std::vector<py::ssize_t>{radiograph.rows(), radiograph.columns()},
                             radiograph.data(), self));
}

using WindowArgument =
    std::variant<std::tuple<double, double>, std::tuple<double, double, std::string>>;

Window to_window(const WindowArgument& argument) {
  if (const auto* plain = std::get_if<std::tuple<double, double>>(&argument)) {
    return {.centre = std::get<0>(*plain), .width = std::get<1>(*plain)};
  }
  const auto& [centre, width, name] = std::get<std::tuple<double, double, std::string>>(argument);
  Window window{.centre = centre, .width = width};
  if (name == "LINEAR") {
    window.function = Window::Function::linear;
  } else if (name == "LINEAR_EXACT") {
    window.function = Window::Function::linear_exact;
  } else if (name == "SIGMOID") {
    window.function = Window::Function::sigmoid;
  } else {
    throw Error(ErrorCode::invalid_argument,
                "the window's function is not LINEAR, LINEAR_EXACT or SIGMOID");
  }
  return window;
}

Photometric to_photometric(const std::string& name) {
  if (name == "MONOCHROME1") return Photometric::monochrome1;
  if (name == "MONOCHROME2") return Photometric::monochrome2;
  throw Error(ErrorCode::invalid_argument,
              "photometric_interpretation is not MONOCHROME1 or MONOCHROME2");
}

Radiograph from_array(const Array& given, const std::string& photometric,
                      std::optional<int> bits_stored, std::optional<WindowArgument> window,
                      double rescale_slope, double rescale_intercept,
                      std::optional<std::pair<int, int>> padding) {
  if (!py::isinstance<py::array>(given)) throw py::type_error("array is no numpy.ndarray");
  const auto array = py::reinterpret_borrow<py::array>(given);
  const PixelType type = pixel_type(array);
  if (array.ndim() != 2) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the array has {} dimensions; expected [H,W]", array.ndim()));
  }
  const py::array contiguous = py::array::ensure(array, py::array::c_style);
  GreyScale grey{.bits_stored = bits_stored.value_or(static_cast<int>(size_of(type) * 8)),
                 .is_signed = type == PixelType::int8 || type == PixelType::int16,
                 .photometric = to_photometric(photometric),
                 .rescale_slope = rescale_slope,
                 .rescale_intercept = rescale_intercept};
  if (window) grey.window = to_window(*window);
  if (padding) grey.padding = PixelPadding{padding->first, padding->second};
  const void* data = contiguous.data();
  const auto rows = static_cast<int>(array.shape(0));
  const auto columns = static_cast<int>(array.shape(1));
  const py::gil_scoped_release release;
  return Radiograph::from_array(data, rows, columns, type, std::move(grey));
}

/// What may be repeated of the header; the patient's sex and age stay out.
Json header(const Radiograph& radiograph) {
  const ImageHeader& from = radiograph.header();
  py::dict to;
  to["source"] = from.source;
  to["sop_class_uid"] = from.sop_class_uid;
  to["sop_instance_uid"] = from.sop_instance_uid;
  to["study_instance_uid"] = from.study_instance_uid;
  to["series_instance_uid"] = from.series_instance_uid;
  to["transfer_syntax_uid"] = from.transfer_syntax_uid;
  to["modality"] = from.modality;
  to["view"] = from.view;
  to["body_part"] = from.body_part;
  to["photometric_interpretation"] = from.photometric_interpretation;
  to["patient_orientation"] = from.patient_orientation;
  to["rows"] = from.rows;
  to["columns"] = from.columns;
  to["bits_allocated"] = from.bits_allocated;
  to["bits_stored"] = from.bits_stored;
  to["high_bit"] = from.high_bit;
  to["samples_per_pixel"] = from.samples_per_pixel;
  to["frames"] = from.frames;
  to["is_signed"] = from.is_signed;
  to["lossy"] = from.lossy;
  to["pixel_aspect"] = from.pixel_aspect;
  return to;
}

py::typing::List<Json> gate_reasons(const Radiograph& radiograph) {
  py::typing::List<Json> reasons;
  for (const GateReason& reason : radiograph.gate_reasons()) {
    py::dict entry;
    entry["code"] = reason.code;
    entry["tag"] = reason.tag;
    entry["found"] = reason.found;
    entry["expected"] = reason.expected;
    reasons.append(entry);
  }
  return reasons;
}

}  // namespace

void bind_radiograph(py::module_& module) {
  py::class_<Radiograph>(module, "Radiograph",
                         "Stored pixels and what the file says of them. Immutable.")
      .def_static("from_array", &from_array, py::arg("array"), py::kw_only(),
                  py::arg("photometric_interpretation") = "MONOCHROME2",
                  py::arg("bits_stored") = py::none(), py::arg("window") = py::none(),
                  py::arg("rescale_slope") = 1.0, py::arg("rescale_intercept") = 0.0,
                  py::arg("padding") = py::none(),
                  R"(A radiograph of stored values, which are copied.

Parameters
----------
array : ndarray, [H,W] uint8, int8, uint16 or int16
photometric_interpretation : {"MONOCHROME2", "MONOCHROME1"}
    Whether the least value is black or white.
bits_stored : int, optional
    All of the dtype if None. Of a 12-bit image in uint16 it is 12.
window : (centre, width) or (centre, width, function), optional
    With the function "LINEAR", "LINEAR_EXACT" or "SIGMOID" of DICOM.
rescale_slope, rescale_intercept : float
padding : (lowest, highest), optional
    Stored values that are no part of the image.

Raises
------
InvalidArgumentError
    For another dtype or shape, and numbers that do not fit it.

Examples
--------
>>> import numpy as np
>>> radiograph = aicovid.Radiograph.from_array(np.zeros((300, 200), np.uint16), bits_stored=12)
>>> radiograph
<aicovid.Radiograph 300 x 200, MONOCHROME2>
>>> radiograph.pixels.dtype, radiograph.pixels.flags.writeable
(dtype('uint16'), False)
)")
      .def_property_readonly("pixels", &pixels,
                             R"(The stored values [H,W], read-only: the radiograph's own memory.

Raises
------
RefusedError
    If the gate refused the header, so that nothing was decoded.
)")
      .def_property_readonly(
          "has_pixels", &Radiograph::has_pixels,
          "False where the gate refused the header, so that nothing was decoded.")
      .def_property_readonly("header", &header,
                             "What the file says of the image, without the patient.")
      .def_property_readonly("gate_reasons", &gate_reasons,
                             "What the tag gate found: dicts of code, tag, found, expected.")
      .def(
          "to_dict", [](const Radiograph& radiograph) { return loads(to_json(radiograph)); },
          "What the reader understood of the file, and what the tag gate says of it, as a dict "
          "(docs/schemas/inspect.json).")
      .def("__repr__", [](const Radiograph& radiograph) {
        return fmt::format("<aicovid.Radiograph {} x {}, {}>", radiograph.rows(),
                           radiograph.columns(), to_string(radiograph.grey_scale().photometric));
      });
}

void bind_read(py::module_& module) {
  module.def("read", &read, py::arg("source"), py::arg("force") = false, py::kw_only(),
             py::arg("fit_for") = py::none(), R"(Reads a DICOM, PNG or JPEG file.

Parameters
----------
source : str, os.PathLike, bytes-like, pydicom.Dataset or binary file object
    Which kind of file it is, is told from its content.
force : bool
    Decode the pixels even where the tag gate refuses them.
fit_for : Assessor, optional
    JPEG 2000 and JPEG are decoded no finer than its networks need.

Returns
-------
Radiograph
    A refusal by the gate is one, too, without pixels.

Raises
------
NotFoundError, IoError
    If there is no such file, or it cannot be read to its end.
CorruptError
    If it is damaged.
UnsupportedError
    If it is of a kind that is not read.
)");
}

}  // namespace aicovid::python
