#include "module.hpp"
#include "tensor.hpp"

#include <aicovid/device_image.hpp>
#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace aicovid::python {
namespace {

namespace py = pybind11;

using Box = std::tuple<double, double, double, double>;

using Operations = Typed<"str | list[dict[str, typing.Any]]">;

Plan parse(const Operations& operations) {
  if (py::isinstance<py::str>(operations)) return Plan::parse_json(operations.cast<std::string>());
  return Plan::parse_json(
      py::module_::import("json").attr("dumps")(operations).cast<std::string>());
}

std::optional<Rectangle> to_rectangle(const std::optional<Box>& box) {
  if (!box) return std::nullopt;
  const auto& [y0, x0, y1, x1] = *box;
  return Rectangle{y0, x0, y1, x1};
}

Box to_box(const Rectangle& source) { return {source.y0, source.x0, source.y1, source.x1}; }

std::pair<Floats, Box> run(const Plan& plan, const Radiograph& radiograph,
                           const std::optional<Box>& lung_box) {
  PlanOutput output;
  {
    const py::gil_scoped_release release;
    output = plan.run(radiograph, to_rectangle(lung_box));
  }
  return {to_numpy(output.tensor), to_box(output.source)};
}

DType to_dtype(const std::string& name) {
  if (name == "float32") return DType::float32;
  if (name == "float16") return DType::float16;
  if (name == "bfloat16") return DType::bfloat16;
  throw Error(ErrorCode::invalid_argument, "dtype is not float32, float16 or bfloat16");
}

Layout to_layout(const std::string& name) {
  if (name == "nchw") return Layout::nchw;
  if (name == "nhwc") return Layout::nhwc;
  throw Error(ErrorCode::invalid_argument, "layout is not nchw or nhwc");
}

std::vector<std::int64_t> shape_of(const Plan& plan, std::size_t images, Layout layout) {
  const auto [channels, height, width] = plan.output_shape();
  const auto count = static_cast<std::int64_t>(images);
  if (layout == Layout::nchw) return {count, channels, height, width};
  return {count, height, width, channels};
}

/// The tensor of a batch on a CUDA device. Its work is enqueued in the stream.
Tensor run_on(const Device& device, std::uintptr_t stream_number, const Plan& plan,
              const std::vector<PlanInput>& images, Layout layout, DType dtype,
              std::vector<Rectangle>& sources) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): Python's libraries pass a cudaStream_t as a number.
  auto* stream = reinterpret_cast<void*>(stream_number);
  std::vector<DevicePlanInput> uploaded;
  for (const PlanInput& image : images)
    uploaded.push_back({DeviceImage::upload(image.radiograph, device, stream), image.lung_box});
  Tensor tensor = make_device_tensor(shape_of(plan, images.size(), layout), dtype, device, stream);
  plan.run(uploaded, layout, tensor, sources, stream);
  return tensor;
}

std::pair<SharedTensor, std::vector<Box>> run_batch(
    const Plan& plan, const std::vector<Radiograph>& radiographs,
    const std::optional<std::vector<std::optional<Box>>>& lung_boxes, const std::string& dtype,
    const std::string& layout, const Typed<"Workspace | None">& workspace_object,
    const std::string& device, std::uintptr_t stream) {
  if (lung_boxes && lung_boxes->size() != radiographs.size()) {
    throw Error(ErrorCode::invalid_argument, "lung_boxes is not as long as radiographs");
  }
  std::vector<PlanInput> images;
  for (std::size_t i = 0; i < radiographs.size(); ++i)
    images.push_back({radiographs[i], to_rectangle(lung_boxes ? (*lung_boxes)[i] : std::nullopt)});
  const auto order = to_layout(layout);
  const auto type = to_dtype(dtype);
  const auto place = Device::parse(device);
  if (!place.is_cuda() && stream != 0)
    throw Error(ErrorCode::invalid_argument, "the CPU has no streams; expected stream=0");
  auto* workspace = workspace_object.cast<Workspace*>();
  std::vector<Rectangle> sources(images.size());
  Tensor tensor;
  {
    const py::gil_scoped_release release;
    if (place.is_cuda()) {
      tensor = run_on(place, stream, plan, images, order, type, sources);
    } else {
      tensor = Tensor(shape_of(plan, images.size(), order), type);
      Workspace own;
      plan.run(images, order, tensor, sources, workspace != nullptr ? *workspace : own);
    }
  }
  std::vector<Box> boxes;
  for (const Rectangle& source : sources) boxes.push_back(to_box(source));
  return {{.tensor = std::move(tensor), .stream = stream}, boxes};
}

}  // namespace

void bind_plan(py::module_& module) {
  py::class_<Workspace>(module, "Workspace", "Memory that `Plan.run_batch` needs, to be kept.")
      .def(py::init<>());
  py::class_<Plan>(module, "Plan",
                   "A preprocessing recipe from stored values to a network's input. Immutable.")
      .def_static("parse", &parse, py::arg("operations"),
                  R"(Of a list of operations, or its JSON text (docs/preprocessing.md).

Parameters
----------
operations : str or list of dict

Raises
------
InvalidArgumentError
    Naming the operation and its member.

Examples
--------
>>> aicovid.Plan.parse([{"op": "grey"}, {"op": "resize", "size": 224}]).output_shape
(1, 224, 224)
)")
      .def_property_readonly("needs_lung_box", &Plan::needs_lung_box,
                             "Whether an operation crops to the lungs.")
      .def_property_readonly(
          "output_shape",
          [](const Plan& plan) {
            const auto shape = plan.output_shape();
            return std::tuple{shape.channels, shape.height, shape.width};
          },
          "(C, H, W) of the output.")
      .def("run", &run, py::arg("radiograph"), py::arg("lung_box") = py::none(),
           R"(Makes a network's input of one radiograph, on the CPU.

Parameters
----------
radiograph : Radiograph
lung_box : (y0, x0, y1, x1), optional
    The lungs, in the radiograph's pixels.

Returns
-------
pixels : ndarray, [1,C,H,W] float32
    The library's own memory, which ``torch.from_dlpack(pixels)`` shares.
source : (y0, x0, y1, x1)
    The part of the radiograph that it covers, in pixels.

Raises
------
InvalidArgumentError
    If the radiograph has no pixels, or the plan needs a lung box that is absent or empty.
)")
      .def(
          "run_batch", &run_batch, py::arg("radiographs"), py::kw_only(),
          py::arg("lung_boxes") = py::none(), py::arg("dtype") = "float32",
          py::arg("layout") = "nchw", py::arg("workspace") = py::none(), py::arg("device") = "cpu",
          py::arg("stream") = 0,
          R"(Makes the inputs of radiographs of any sizes, each equal to what `run` of it alone gives.

Parameters
----------
radiographs : list of Radiograph
lung_boxes : list of (y0, x0, y1, x1) or None, optional
    One for each radiograph.
dtype : {"float32", "float16", "bfloat16"}
layout : {"nchw", "nhwc"}
workspace : Workspace, optional
    Memory kept from call to call, of one thread at a time; on the CPU.
device : str
    "cpu", "cuda" or "cuda:N".
stream : int
    The CUDA stream that uses the tensor, as ``torch.cuda.current_stream().cuda_stream``; 0 is the
    legacy default stream. The work is enqueued there and not waited for. Keep the stream until the
    tensor is gone.

Returns
-------
tensor : Tensor, [N,C,H,W] or [N,H,W,C]
    For ``torch.from_dlpack(tensor)`` and ``numpy.asarray(tensor)``, without a copy.
sources : list of (y0, x0, y1, x1)

Raises
------
InvalidArgumentError
    As `run`, or for an unknown name.
DeviceUnavailableError
    Naming what of the device is missing.
)");
}

}  // namespace aicovid::python
