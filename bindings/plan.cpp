#include "module.hpp"

#include <aicovid/plan.hpp>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
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

/// The array shares the tensor's memory and keeps it alive.
py::array to_numpy(Tensor tensor) {
  auto owner = std::make_unique<Tensor>(std::move(tensor));
  const std::vector<py::ssize_t> shape(owner->shape().begin(), owner->shape().end());
  const float* data = owner->floats().data();
  const py::capsule capsule(owner.release(),
                            [](void* memory) { delete static_cast<Tensor*>(memory); });
  return py::array_t<float>(shape, data, capsule);
}

py::tuple run(const Plan& plan, const Radiograph& radiograph, const std::optional<Box>& lung_box) {
  std::optional<Rectangle> box;
  if (lung_box) {
    const auto& [y0, x0, y1, x1] = *lung_box;
    box = Rectangle{y0, x0, y1, x1};
  }
  PlanOutput output;
  {
    const py::gil_scoped_release release;
    output = plan.run(radiograph, box);
  }
  const Rectangle& source = output.source;
  return py::make_tuple(to_numpy(std::move(output.tensor)),
                        Box{source.y0, source.x0, source.y1, source.x1});
}

}  // namespace

void bind_plan(py::module_& module) {
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
           "that it covers, in pixels. lung_box: (y0, x0, y1, x1).");
}

}  // namespace aicovid::python
