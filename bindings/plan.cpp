#include "module.hpp"

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

Plan parse(const py::object& operations) {
  if (py::isinstance<py::str>(operations)) return Plan::parse_json(operations.cast<std::string>());
  return Plan::parse_json(
      py::module_::import("json").attr("dumps")(operations).cast<std::string>());
}

/// bfloat16, which NumPy has not, as its bits.
py::dtype numpy_type(DType dtype) {
  if (dtype == DType::float16) return py::dtype("float16");
  if (dtype == DType::bfloat16) return py::dtype::of<std::uint16_t>();
  return py::dtype::of<float>();
}

/// The array shares the tensor's memory and keeps it alive.
py::array to_numpy(Tensor tensor) {
  auto owner = std::make_unique<Tensor>(std::move(tensor));
  const std::vector<py::ssize_t> shape(owner->shape().begin(), owner->shape().end());
  const py::dtype dtype = numpy_type(owner->dtype());
  const void* data = owner->data();
  const py::capsule capsule(owner.release(),
                            [](void* memory) { delete static_cast<Tensor*>(memory); });
  return py::array(dtype, shape, data, capsule);
}

std::optional<Rectangle> to_rectangle(const std::optional<Box>& box) {
  if (!box) return std::nullopt;
  const auto& [y0, x0, y1, x1] = *box;
  return Rectangle{y0, x0, y1, x1};
}

Box to_box(const Rectangle& source) { return {source.y0, source.x0, source.y1, source.x1}; }

py::tuple run(const Plan& plan, const Radiograph& radiograph, const std::optional<Box>& lung_box) {
  PlanOutput output;
  {
    const py::gil_scoped_release release;
    output = plan.run(radiograph, to_rectangle(lung_box));
  }
  return py::make_tuple(to_numpy(std::move(output.tensor)), to_box(output.source));
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

py::tuple run_batch(const Plan& plan, const std::vector<Radiograph>& radiographs,
                    const std::optional<std::vector<std::optional<Box>>>& lung_boxes,
                    const std::string& dtype, const std::string& layout, Workspace* workspace) {
  if (lung_boxes && lung_boxes->size() != radiographs.size()) {
    throw Error(ErrorCode::invalid_argument, "lung_boxes is not as long as radiographs");
  }
  std::vector<PlanInput> images;
  for (std::size_t i = 0; i < radiographs.size(); ++i)
    images.push_back({radiographs[i], to_rectangle(lung_boxes ? (*lung_boxes)[i] : std::nullopt)});
  const auto order = to_layout(layout);
  const auto [channels, height, width] = plan.output_shape();
  const auto count = static_cast<std::int64_t>(images.size());
  Tensor tensor(order == Layout::nchw ? std::vector<std::int64_t>{count, channels, height, width}
                                      : std::vector<std::int64_t>{count, height, width, channels},
                to_dtype(dtype));
  std::vector<Rectangle> sources(images.size());
  {
    const py::gil_scoped_release release;
    Workspace own;
    plan.run(images, order, tensor, sources, workspace != nullptr ? *workspace : own);
  }
  std::vector<Box> boxes;
  for (const Rectangle& source : sources) boxes.push_back(to_box(source));
  return py::make_tuple(to_numpy(std::move(tensor)), boxes);
}

}  // namespace

void bind_plan(py::module_& module) {
  py::class_<Workspace>(module, "Workspace", "Memory that `Plan.run_batch` needs, to be kept.")
      .def(py::init<>());
  py::class_<Plan>(module, "Plan",
                   "A preprocessing recipe from stored values to a network's input. Immutable.")
      .def_static("parse", &parse, py::arg("operations"),
                  "Of a list of operations, or its JSON text; see docs/preprocessing.md.")
      .def_property_readonly("needs_lung_box", &Plan::needs_lung_box)
      .def_property_readonly(
          "output_shape",
          [](const Plan& plan) {
            const auto shape = plan.output_shape();
            return std::tuple{shape.channels, shape.height, shape.width};
          },
          "(C, H, W) of the output.")
      .def("run", &run, py::arg("radiograph"), py::arg("lung_box") = py::none(),
           "Returns ([1,C,H,W] float32, (y0, x0, y1, x1)): the network's input, and the part of "
           "the radiograph\n"
           "that it covers, in pixels. lung_box: (y0, x0, y1, x1).")
      .def("run_batch", &run_batch, py::arg("radiographs"), py::kw_only(),
           py::arg("lung_boxes") = py::none(), py::arg("dtype") = "float32",
           py::arg("layout") = "nchw", py::arg("workspace") = py::none(),
           "Returns ([N,C,H,W] or [N,H,W,C], a list of (y0, x0, y1, x1)): images of any sizes in "
           "one array, each\n"
           "equal to what `run` of it alone gives. dtype: float32, float16, or bfloat16, which "
           "comes as its bits\n"
           "in uint16. layout: nchw or nhwc. workspace: memory kept from call to call, of one "
           "thread at a time.");
}

}  // namespace aicovid::python
