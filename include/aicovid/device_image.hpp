#pragma once

#include <aicovid/device.hpp>
#include <aicovid/export.hpp>
#include <aicovid/geometry.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/tensor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace aicovid {

/// A radiograph whose stored values lie in a CUDA device's memory. It is uploaded once, and any
/// number of plans make network inputs of it (`Plan::run`).
///
/// It is an immutable value, whose copies share the memory. All work on it is enqueued in the order
/// of CUDA's legacy default stream, where LibTorch's networks run too, and is not waited for.
class AICOVID_EXPORT DeviceImage {
 public:
  /// Copies the stored values to the device.
  ///
  /// @throws Error{invalid_argument} for the CPU, or a radiograph without pixels;
  ///         Error{device_unavailable} naming what is missing: the module, the driver, the device,
  ///         code for its architecture, or memory; Error{cuda} if CUDA fails otherwise
  static DeviceImage upload(const Radiograph& radiograph, const Device& device);

  const Radiograph& radiograph() const noexcept { return radiograph_; }
  Device device() const noexcept { return device_; }
  /// @return [rows,columns] stored values, row-major, in the device's memory
  const void* data() const noexcept { return memory_.get(); }

 private:
  friend class Plan;
  struct Tables;
  DeviceImage(Radiograph radiograph, Device device, std::shared_ptr<void> memory,
              std::shared_ptr<const Tables> tables)
      : radiograph_(std::move(radiograph)),
        device_(device),
        memory_(std::move(memory)),
        tables_(std::move(tables)) {}

  Radiograph radiograph_;
  Device device_;
  std::shared_ptr<void> memory_;
  std::shared_ptr<const Tables> tables_;
};

/// One image of a batch on a device.
struct DevicePlanInput {
  DeviceImage image;
  std::optional<Rectangle> lung_box;  ///< in the radiograph's pixels; used by `lung_crop`
};

/// Makes a tensor in a CUDA device's memory. Its elements are not set. Its memory comes from a
/// pool, which keeps what is given back.
/// @throws Error{invalid_argument} for a negative extent, or the CPU; otherwise as
///         `DeviceImage::upload`
AICOVID_EXPORT Tensor make_device_tensor(const std::vector<std::int64_t>& shape, DType dtype,
                                         const Device& device);

/// Copies a tensor to the host's memory, once the work that makes it has run. A tensor of the CPU
/// is given back as it is.
/// @throws Error{cuda} if that work failed
AICOVID_EXPORT Tensor copy_to_host(const Tensor& tensor);

}  // namespace aicovid
