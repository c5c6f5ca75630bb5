#include "tensor.hpp"

#include "dlpack.hpp"
#include "module.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pybind11/stl.h>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aicovid::python {
namespace {

namespace py = pybind11;

std::string_view name_of(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return "float32";
    case DType::uint8:
      return "uint8";
    case DType::int8:
      return "int8";
    case DType::uint16:
      return "uint16";
    case DType::int16:
      return "int16";
    case DType::float16:
      return "float16";
    case DType::bfloat16:
      return "bfloat16";
  }
  throw Error(ErrorCode::internal, "unknown element type");
}

dlpack::DataType exchanged(DType dtype) {
  const auto bits = static_cast<std::uint8_t>(8 * size_of(dtype));
  const std::string_view name = name_of(dtype);
  if (dtype == DType::bfloat16) return {dlpack::kBfloat, bits, 1};
  if (name.starts_with("float")) return {dlpack::kFloat, bits, 1};
  return {name.starts_with("u") ? dlpack::kUInt : dlpack::kInt, bits, 1};
}

dlpack::Device exchanged(const Device& device) {
  return {device.is_cuda() ? dlpack::kCuda : dlpack::kCpu, device.index};
}

/// Keeps the memory and the shape for as long as the other library needs them.
template <typename Managed>
struct Exchange {
  Tensor tensor;
  std::vector<std::int64_t> shape;
  Managed managed{};
};

template <typename Managed>
py::capsule exchange(const Tensor& tensor, const char* name, PyCapsule_Destructor destroy) {
  auto owner = std::make_unique<Exchange<Managed>>(
      Exchange<Managed>{.tensor = tensor, .shape = tensor.shape()});
  Managed& managed = owner->managed;
  managed.view = {.data = owner->tensor.data(),
                  .device = exchanged(tensor.device()),
                  .ndim = static_cast<std::int32_t>(owner->shape.size()),
                  .dtype = exchanged(tensor.dtype()),
                  .shape = owner->shape.data(),
                  .strides = nullptr,
                  .byte_offset = 0};
  managed.context = owner.get();
  managed.deleter = [](Managed* self) { delete static_cast<Exchange<Managed>*>(self->context); };
  if constexpr (std::is_same_v<Managed, dlpack::ManagedVersioned>) {
    managed.major = dlpack::kMajor;
    managed.minor = dlpack::kMinor;
  }
  auto capsule = py::reinterpret_steal<py::capsule>(PyCapsule_New(&managed, name, destroy));
  if (!capsule) throw py::error_already_set();
  owner.release();  // NOLINT(bugprone-unused-return-value): the capsule has it
  return capsule;
}

/// A capsule that was taken has another name, and its memory another owner.
template <typename Managed>
void destroy(PyObject* capsule, const char* name) {
  if (!PyCapsule_IsValid(capsule, name)) return;
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, name));
  managed->deleter(managed);
}

constexpr const char* kLegacy = "dltensor";
constexpr const char* kVersioned = "dltensor_versioned";

/// The consumer's stream must be the one in which the elements are made: nobody waits for another.
void check_stream(const SharedTensor& tensor, const std::optional<std::intptr_t>& stream) {
  constexpr std::intptr_t kLegacyDefault = 1;
  constexpr std::intptr_t kNoSynchronisation = -1;
  if (!tensor.tensor.device().is_cuda()) {
    if (stream) throw py::buffer_error("a tensor of the CPU has no stream");
    return;
  }
  const std::intptr_t own =
      tensor.stream == 0 ? kLegacyDefault : static_cast<std::intptr_t>(tensor.stream);
  const std::intptr_t asked = stream.value_or(kLegacyDefault);
  if (asked == kNoSynchronisation || asked == own) return;
  throw py::buffer_error(
      fmt::format("the tensor is made in stream {}, and asked for in stream {}; give `run_batch` "
                  "the stream that uses it",
                  own, asked));
}

Typed<"typing_extensions.CapsuleType"> to_dlpack(
    const SharedTensor& shared, const std::optional<std::intptr_t>& stream,
    const std::optional<std::pair<int, int>>& max_version,
    const std::optional<std::pair<int, int>>& device, std::optional<bool> copy) {
  const Tensor& tensor = shared.tensor;
  const dlpack::Device own = exchanged(tensor.device());
  if (device && *device != std::pair<int, int>{own.type, own.id})
    throw py::buffer_error("the tensor lies on another device, and is not copied to this one");
  if (copy.value_or(false)) throw py::buffer_error("the tensor's memory is shared and not copied");
  check_stream(shared, stream);
  if (max_version && max_version->first >= 1) {
    return exchange<dlpack::ManagedVersioned>(tensor, kVersioned, [](PyObject* capsule) {
      destroy<dlpack::ManagedVersioned>(capsule, kVersioned);
    });
  }
  return exchange<dlpack::Managed>(
      tensor, kLegacy, [](PyObject* capsule) { destroy<dlpack::Managed>(capsule, kLegacy); });
}

Array as_array(const SharedTensor& shared, const Typed<"typing.Any">& dtype,
               std::optional<bool> copy) {
  py::array array = to_numpy(shared.tensor);
  if (!dtype.is_none() && !array.dtype().equal(dtype)) {
    if (copy && !*copy) throw py::value_error("another dtype needs a copy");
    return py::object(array.attr("astype")(dtype));
  }
  return copy.value_or(false) ? py::object(array.attr("copy")()) : array;
}

}  // namespace

py::array to_numpy(const Tensor& tensor) {
  if (tensor.device().is_cuda()) {
    throw Error(ErrorCode::invalid_argument,
                "the tensor lies on a CUDA device; torch.from_dlpack takes it as it is");
  }
  if (tensor.dtype() == DType::bfloat16) {
    throw Error(ErrorCode::unsupported,
                "NumPy has no bfloat16; torch.from_dlpack takes the tensor as it is");
  }
  auto owner = std::make_unique<Tensor>(tensor);
  const std::vector<py::ssize_t> shape(tensor.shape().begin(), tensor.shape().end());
  const void* data = owner->data();
  const py::capsule capsule(owner.release(),
                            [](void* memory) { delete static_cast<Tensor*>(memory); });
  return py::array(py::dtype(std::string(name_of(tensor.dtype()))), shape, data, capsule);
}

void bind_tensor(py::module_& module) {
  py::class_<SharedTensor>(module, "Tensor",
                           R"(A dense array of the library, row-major, on the CPU or a CUDA device.

Other libraries use its memory without a copy: ``torch.from_dlpack(tensor)``, ``numpy.asarray(tensor)``.

Examples
--------
>>> import numpy as np
>>> radiograph = aicovid.Radiograph.from_array(np.zeros((4, 4), np.uint8))
>>> plan = aicovid.Plan.parse([{"op": "grey"}, {"op": "resize", "size": 2}])
>>> tensor, sources = plan.run_batch([radiograph])
>>> tensor
<aicovid.Tensor [1, 1, 2, 2] float32 on cpu>
>>> np.from_dlpack(tensor).shape
(1, 1, 2, 2)
)")
      .def_property_readonly(
          "shape",
          [](const SharedTensor& shared) {
            return Typed<"tuple[int, ...]">(py::tuple(py::cast(shared.tensor.shape())));
          },
          "The extents, as [N,C,H,W].")
      .def_property_readonly(
          "dtype",
          [](const SharedTensor& shared) { return std::string(name_of(shared.tensor.dtype())); },
          R"("float32", "float16" or "bfloat16".)")
      .def_property_readonly(
          "device", [](const SharedTensor& shared) { return shared.tensor.device().to_string(); },
          R"("cpu" or "cuda:N".)")
      .def(
          "numpy", [](const SharedTensor& shared) { return Array(to_numpy(shared.tensor)); },
          R"(An array on the same memory.

Raises
------
InvalidArgumentError
    If the tensor lies on a CUDA device.
UnsupportedError
    If it is of bfloat16, which NumPy has not.
)")
      .def("__array__", &as_array, py::arg("dtype") = py::none(), py::arg("copy") = py::none())
      .def("__dlpack__", &to_dlpack, py::kw_only(), py::arg("stream") = py::none(),
           py::arg("max_version") = py::none(), py::arg("dl_device") = py::none(),
           py::arg("copy") = py::none(), "The memory for another library, by DLPack 1.0.")
      .def("__dlpack_device__",
           [](const SharedTensor& shared) {
             const dlpack::Device device = exchanged(shared.tensor.device());
             return std::pair<int, int>{device.type, device.id};
           })
      .def("__len__",
           [](const SharedTensor& shared) {
             return shared.tensor.shape().empty() ? 0 : shared.tensor.shape().front();
           })
      .def("__repr__", [](const SharedTensor& shared) {
        return fmt::format("<aicovid.Tensor [{}] {} on {}>", fmt::join(shared.tensor.shape(), ", "),
                           name_of(shared.tensor.dtype()), shared.tensor.device().to_string());
      });
}

}  // namespace aicovid::python
