#include "module.hpp"

#include <aicovid/assessor.hpp>
#include <aicovid/error.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/read.hpp>

#include <fmt/format.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace aicovid::python {
namespace {

namespace py = pybind11;

Radiograph read(const py::object& source, bool force, const Assessor* fit_for) {
  ReadOptions options{.decode_refused = force};
  if (fit_for != nullptr) {
    options.decode = Decode::fit;
    options.fit = fit_for->fit_size();
  }
  if (py::isinstance<py::str>(source) || py::hasattr(source, "__fspath__")) {
    const auto path = source.cast<std::filesystem::path>();
    const py::gil_scoped_release release;
    return read_radiograph(path, options);
  }
  const auto bytes = in_package("aicovid.sources", "bytes_of")(source).cast<py::bytes>();
  const std::string_view view = bytes;
  const py::gil_scoped_release release;
  return parse_radiograph(std::as_bytes(std::span(view)), options);
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

/// The array shares the radiograph's memory and keeps the radiograph alive.
py::array pixels(const py::object& self) {
  const auto& radiograph = self.cast<const Radiograph&>();
  if (!radiograph.has_pixels()) {
    throw Error(ErrorCode::refused,
                "the gate refused the header, so no pixel was decoded; force=True decodes");
  }
  py::array view(numpy_type(radiograph.pixel_type()),
                 std::vector<py::ssize_t>{radiograph.rows(), radiograph.columns()},
                 radiograph.data(), self);
  view.attr("setflags")(py::arg("write") = false);
  return view;
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

Radiograph from_array(const py::array& array, const std::string& photometric,
                      std::optional<int> bits_stored, std::optional<WindowArgument> window,
                      double rescale_slope, double rescale_intercept,
                      std::optional<std::pair<int, int>> padding) {
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
  return Radiograph::from_array(contiguous.data(), static_cast<int>(array.shape(0)),
                                static_cast<int>(array.shape(1)), type, std::move(grey));
}

/// What may be repeated of the header; the patient's sex and age stay out.
py::dict header(const Radiograph& radiograph) {
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

py::list gate_reasons(const Radiograph& radiograph) {
  py::list reasons;
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
                  "A radiograph of stored values.\n\n"
                  "Parameters\n"
                  "----------\n"
                  "array : numpy.ndarray\n"
                  "    [H,W] of uint8, int8, uint16 or int16. Copied.\n"
                  "photometric_interpretation : str\n"
                  "    \"MONOCHROME1\" (the least value is white) or \"MONOCHROME2\".\n"
                  "bits_stored : int, optional\n"
                  "    All of the dtype if None.\n"
                  "window : tuple, optional\n"
                  "    (centre, width) or (centre, width, function), with LINEAR, LINEAR_EXACT or "
                  "SIGMOID.\n"
                  "rescale_slope, rescale_intercept : float\n"
                  "    From stored values to those that the window is of.\n"
                  "padding : tuple of int, optional\n"
                  "    (lowest, highest) stored value that is no part of the image.\n\n"
                  "Raises\n"
                  "------\n"
                  "InvalidArgumentError, CorruptError\n"
                  "    Another dtype or shape; values beyond bits_stored.")
      .def_property_readonly(
          "pixels", &pixels,
          "The stored values: [H,W] of uint8, int8, uint16 or int16, a view that cannot be "
          "written to.\n\n"
          "Raises\n"
          "------\n"
          "RefusedError\n"
          "    The gate refused the header, so that no pixel was decoded.")
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
  module.def("read", &read, py::arg("source"), py::arg("force") = false, py::kw_only(),
             py::arg("fit_for") = py::none(),
             "Reads a DICOM, PNG or JPEG file.\n\n"
             "Parameters\n"
             "----------\n"
             "source : path, bytes, pydicom.Dataset or binary file\n"
             "    A Dataset needs its file meta information, as it has when it was read.\n"
             "force : bool\n"
             "    Decode the pixels even where the tag gate refuses them.\n"
             "fit_for : Assessor, optional\n"
             "    JPEG 2000 and JPEG are decoded no finer than its networks need.\n\n"
             "Returns\n"
             "-------\n"
             "Radiograph\n\n"
             "Raises\n"
             "------\n"
             "NotFoundError, CorruptError, UnsupportedError, FileError\n"
             "    No such file; a damaged one; what is not read; what cannot be opened.");
}

}  // namespace aicovid::python
