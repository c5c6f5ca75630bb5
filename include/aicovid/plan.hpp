#pragma once

#include <aicovid/export.hpp>
#include <aicovid/geometry.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/tensor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aicovid {

class DeviceImage;
struct DevicePlanInput;

/// A network input and where it lies in the radiograph.
struct PlanOutput {
  Tensor tensor;     ///< [1,C,H,W] float32
  Rectangle source;  ///< the part of the radiograph, in its pixels, that the H x W raster covers
};

/// Order of a tensor's elements: [N,C,H,W] or [N,H,W,C], both C-contiguous.
enum class Layout : std::uint8_t { nchw, nhwc };

/// One image of a batch. A radiograph shares its pixels, so that this copies none.
struct PlanInput {
  Radiograph radiograph;
  std::optional<Rectangle> lung_box;  ///< in the radiograph's pixels; used by `lung_crop`
};

/// Memory that a run needs beside its output, kept from run to run: after the first images of their
/// size, further ones allocate nothing. Of one thread at a time; results do not depend on it.
class AICOVID_EXPORT Workspace {
 public:
  Workspace();
  ~Workspace();
  Workspace(Workspace&&) noexcept;
  Workspace& operator=(Workspace&&) noexcept;

 private:
  friend class Plan;
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

/// A preprocessing recipe: a list of operations from stored values to a network's input tensor.
///
/// Immutable; any number of threads may `run` one. See docs/preprocessing.md for the operations.
class AICOVID_EXPORT Plan {
 public:
  /// @param json  a list of operations: `[{"op": "grey"}, {"op": "resize", "size": 224}]`
  /// @throws Error{invalid_argument} naming the operation, the member and what was expected
  static Plan parse_json(std::string_view json);

  /// True where the plan crops to the lungs, so that `run` needs their rectangle.
  bool needs_lung_box() const noexcept;

  /// [C,H,W] of the output.
  struct Shape {
    int channels;
    int height;
    int width;
  };
  Shape output_shape() const noexcept;

  /// Makes the network's input on the CPU.
  ///
  /// @param lung_box  in the radiograph's pixels; used by `lung_crop`
  /// @throws Error{invalid_argument} if the radiograph has no pixels, or `lung_box` is needed and
  /// absent or empty
  PlanOutput run(const Radiograph& radiograph, const std::optional<Rectangle>& lung_box = {}) const;

  /// Makes the inputs of images of any sizes into one tensor on the CPU; each is equal to the bit
  /// to what a run of it alone gives.
  ///
  /// @param tensor   float32, float16 or bfloat16, [N,C,H,W] or [N,H,W,C] as `layout` says. float16
  ///                 and bfloat16 are the float32 numbers rounded to nearest, ties to even; beyond
  ///                 65504 float16 is infinite
  /// @param sources  what `PlanOutput::source` is, one an image
  /// @throws Error{invalid_argument} as `run` of one image; if the tensor has another shape, dtype
  ///         or device, or `sources` another size
  void run(std::span<const PlanInput> images, Layout layout, Tensor& tensor,
           std::span<Rectangle> sources, Workspace& workspace) const;

  /// Makes the network's input of an uploaded image, on its device: equal to the bit to what the
  /// CPU makes. The work is enqueued in CUDA's legacy default stream and not waited for.
  ///
  /// @throws Error{invalid_argument} as on the CPU; Error{device_unavailable} where memory does not
  ///         suffice; Error{cuda} if CUDA fails otherwise
  PlanOutput run(const DeviceImage& image, const std::optional<Rectangle>& lung_box = {}) const;

  /// The same for a batch, into one tensor on the device of all its images.
  ///
  /// @param tensor  as on the CPU, but on the device
  void run(std::span<const DevicePlanInput> images, Layout layout, Tensor& tensor,
           std::span<Rectangle> sources) const;

 private:
  struct State;
  explicit Plan(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace aicovid
