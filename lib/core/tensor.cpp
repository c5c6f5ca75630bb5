#include <aicovid/error.hpp>
#include <aicovid/tensor.hpp>

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

namespace aicovid {

std::size_t size_of(DType dtype) noexcept {
  switch (dtype) {
    case DType::float32:
      return 4;
    case DType::uint16:
    case DType::int16:
    case DType::float16:
    case DType::bfloat16:
      return 2;
    case DType::uint8:
    case DType::int8:
      return 1;
  }
  return 1;
}

Tensor::Tensor(std::vector<std::int64_t> shape, DType dtype)
    : shape_(std::move(shape)), dtype_(dtype) {
  if (std::ranges::any_of(shape_, [](std::int64_t extent) { return extent < 0; })) {
    throw Error(ErrorCode::invalid_argument, "a tensor's extent is negative");
  }
  const auto bytes = static_cast<std::size_t>(std::accumulate(
                         shape_.begin(), shape_.end(), std::int64_t{1}, std::multiplies<>{})) *
                     size_of(dtype);
  data_ = std::shared_ptr<void>(::operator new(std::max<std::size_t>(bytes, 1)),
                                [](void* memory) { ::operator delete(memory); });
  std::fill_n(static_cast<std::byte*>(data_.get()), bytes, std::byte{0});
}

Tensor::Tensor(std::vector<std::int64_t> shape, DType dtype, Device device,
               std::shared_ptr<void> data)
    : shape_(std::move(shape)), dtype_(dtype), device_(device), data_(std::move(data)) {}

std::int64_t Tensor::size() const noexcept {
  if (!data_) return 0;
  return std::accumulate(shape_.begin(), shape_.end(), std::int64_t{1}, std::multiplies<>{});
}

std::span<float> Tensor::floats() {
  if (dtype_ != DType::float32 || device_.is_cuda()) {
    throw Error(ErrorCode::internal, "a tensor is not float32 on the CPU");
  }
  return {static_cast<float*>(data_.get()), static_cast<std::size_t>(size())};
}

std::span<const float> Tensor::floats() const {
  if (dtype_ != DType::float32 || device_.is_cuda()) {
    throw Error(ErrorCode::internal, "a tensor is not float32 on the CPU");
  }
  return {static_cast<const float*>(data_.get()), static_cast<std::size_t>(size())};
}

bool Tensor::operator==(const Tensor& other) const {
  if (device_.is_cuda() || other.device_.is_cuda()) {
    throw Error(ErrorCode::internal, "tensors are compared on the CPU alone");
  }
  if (shape_ != other.shape_ || dtype_ != other.dtype_ || size() != other.size()) return false;
  const std::size_t bytes = static_cast<std::size_t>(size()) * size_of(dtype_);
  return bytes == 0 || std::memcmp(data_.get(), other.data_.get(), bytes) == 0;
}

}  // namespace aicovid
