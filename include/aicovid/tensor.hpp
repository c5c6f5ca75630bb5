#pragma once

#include <aicovid/device.hpp>
#include <aicovid/export.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace aicovid {

enum class DType : std::uint8_t { float32, uint8, int8, uint16, int16, float16, bfloat16 };

/// The size of one element in bytes.
AICOVID_EXPORT std::size_t size_of(DType dtype) noexcept;

/// A dense, C-contiguous array. Copies share its memory.
class AICOVID_EXPORT Tensor {
 public:
  Tensor() = default;

  /// Allocates zeroed memory on the CPU.
  /// @throws Error{invalid_argument} for a negative extent
  Tensor(std::vector<std::int64_t> shape, DType dtype);

  /// Wraps memory that `owner` keeps alive.
  Tensor(std::vector<std::int64_t> shape, DType dtype, Device device, std::shared_ptr<void> data);

  const std::vector<std::int64_t>& shape() const noexcept { return shape_; }
  DType dtype() const noexcept { return dtype_; }
  Device device() const noexcept { return device_; }
  /// The number of elements.
  std::int64_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }

  void* data() noexcept { return data_.get(); }
  const void* data() const noexcept { return data_.get(); }

  /// The elements as float32.
  /// @throws Error{internal} for another dtype, or memory that is not on the CPU
  std::span<float> floats();
  std::span<const float> floats() const;

  /// Whether shape and type are equal, and all elements equal to the bit.
  /// @throws Error{internal} for memory that is not on the CPU
  bool operator==(const Tensor& other) const;

 private:
  std::vector<std::int64_t> shape_;
  DType dtype_ = DType::float32;
  Device device_;
  std::shared_ptr<void> data_;
};

}  // namespace aicovid
