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
/// It is an immutable value, whose copies share the memory. It may be uploaded in one stream and
/// read by plans in others, several at once: they wait for its upload, and its memory goes back
/// once all have read it. Nothing of that is waited for on the host, so that one image is copied
/// while plans and networks run on another.
class AICOVID_EXPORT DeviceImage {
 public:
  /// Enqueues the copy of the stored values to the device, through page-locked memory.
  ///
  /// @param stream  a cudaStream_t of the device, in whose order the copy runs and the memory goes
  ///                back; null is the legacy default stream. Keep it until the image is gone
  /// @throws Error{invalid_argument} for the CPU, or a radiograph without pixels;
  ///         Error{device_unavailable} naming what is missing: the module, the driver, the device,
  ///         code for its architecture, or memory; Error{cuda} if CUDA fails otherwise
  static DeviceImage upload(const Radiograph& radiograph, const Device& device,
                            void* stream = nullptr);

  const Radiograph& radiograph() const noexcept { return radiograph_; }
  Device device() const noexcept { return device_; }
  /// @return [rows,columns] stored values, row-major, in the device's memory
  const void* data() const noexcept;

 private:
  friend class Plan;
  class Pixels;
  struct Tables;
  DeviceImage(Radiograph radiograph, Device device, std::shared_ptr<Pixels> pixels,
              std::shared_ptr<const Tables> tables)
      : radiograph_(std::move(radiograph)),
        device_(device),
        pixels_(std::move(pixels)),
        tables_(std::move(tables)) {}

  Radiograph radiograph_;
  Device device_;
  std::shared_ptr<Pixels> pixels_;
  std::shared_ptr<const Tables> tables_;
};

/// One image of a batch on a device.
struct DevicePlanInput {
  DeviceImage image;
  std::optional<Rectangle> lung_box;  ///< in the radiograph's pixels; used by `lung_crop`
};

/// Makes a tensor in a CUDA device's memory. Its elements are not set. Its memory comes from a
/// pool, which keeps what is given back.
///
/// @param stream  a cudaStream_t of the device, in whose order the memory may be used and goes
/// back;
///                null is the legacy default stream. Keep it until the tensor is gone
/// @throws Error{invalid_argument} for a negative extent, or the CPU; otherwise as
///         `DeviceImage::upload`
AICOVID_EXPORT Tensor make_device_tensor(const std::vector<std::int64_t>& shape, DType dtype,
                                         const Device& device, void* stream = nullptr);

/// Copies a tensor to the host's memory, once the work enqueued in `stream` has run, which must be
/// the one that the tensor was made in. A tensor of the CPU is given back as it is.
/// @throws Error{cuda} if that work failed
AICOVID_EXPORT Tensor copy_to_host(const Tensor& tensor, void* stream = nullptr);

}  // namespace aicovid
