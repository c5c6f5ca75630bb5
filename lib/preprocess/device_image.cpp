#include "cuda_calls.hpp"
#include "grey_levels.hpp"
#include "preprocess/cuda_module.hpp"
#include "uploaded_pixels.hpp"

#include <aicovid/device_image.hpp>
#include <aicovid/error.hpp>

#include <algorithm>
#include <functional>
#include <numeric>

namespace aicovid {

DeviceImage DeviceImage::upload(const Radiograph& radiograph, const Device& device, void* stream) {
  if (!device.is_cuda()) {
    throw Error(ErrorCode::invalid_argument, "an image is uploaded to a CUDA device; found cpu");
  }
  if (!radiograph.has_pixels()) {
    throw Error(ErrorCode::invalid_argument,
                "the radiograph has a header only; expected decoded pixels");
  }
  require_cuda_device(device);
  return {radiograph, device, std::make_shared<Pixels>(radiograph, device, stream),
          std::make_shared<Tables>()};
}

const void* DeviceImage::data() const noexcept { return pixels_->data(); }

Tensor make_device_tensor(const std::vector<std::int64_t>& shape, DType dtype, const Device& device,
                          void* stream) {
  if (!device.is_cuda()) {
    throw Error(ErrorCode::invalid_argument, "a device tensor is of a CUDA device; found cpu");
  }
  if (std::ranges::any_of(shape, [](std::int64_t extent) { return extent < 0; })) {
    throw Error(ErrorCode::invalid_argument, "a tensor's extent is negative");
  }
  require_cuda_device(device);
  const auto elements =
      std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>{});
  auto memory = allocate_on(device, stream, static_cast<std::size_t>(elements) * size_of(dtype),
                            "making a tensor");
  return {shape, dtype, device, std::move(memory)};
}

Tensor copy_to_host(const Tensor& tensor, void* stream) {
  const Device device = tensor.device();
  if (!device.is_cuda()) return tensor;
  Tensor copy(tensor.shape(), tensor.dtype());
  check(cuda_module(device).download(
            device.index, stream, tensor.data(),
            static_cast<std::size_t>(tensor.size()) * size_of(tensor.dtype()), copy.data()),
        device, "copying a tensor to the host");
  return copy;
}

}  // namespace aicovid
