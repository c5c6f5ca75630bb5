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

/// A network's input, and where it lies in the radiograph.
struct PlanOutput {
  Tensor tensor;     ///< [1,C,H,W] float32
  Rectangle source;  ///< the part of the radiograph, in its pixels, that the H x W raster covers
};

/// The order of a tensor's elements: [N,C,H,W] or [N,H,W,C], both C-contiguous.
enum class Layout : std::uint8_t { nchw, nhwc };

/// One image of a batch. Copies of a radiograph share their pixels, so that none are copied here.
struct PlanInput {
  Radiograph radiograph;
  std::optional<Rectangle> lung_box;  ///< in the radiograph's pixels; used by `lung_crop`
};

/// The memory that a run needs beside its output. It is kept from run to run: once a size has been
/// seen, images of it allocate nothing. One thread at a time may use it; no result depends on it.
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
/// It is immutable: any number of threads may run it. docs/preprocessing.md has its operations.
class AICOVID_EXPORT Plan {
 public:
  /// @param json  a list of operations: `[{"op": "grey"}, {"op": "resize", "size": 224}]`
  /// @throws Error{invalid_argument} naming the operation, the member and what was expected
  static Plan parse_json(std::string_view json);

  /// Whether the plan crops to the lungs, so that `run` needs their rectangle.
  bool needs_lung_box() const noexcept;

  /// The [C,H,W] of the output.
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
  ///         absent or empty
  PlanOutput run(const Radiograph& radiograph, const std::optional<Rectangle>& lung_box = {}) const;

  /// The part of the radiograph that the raster covers: `PlanOutput::source`, without a run.
  ///
  /// @throws Error{invalid_argument} if `lung_box` is needed and absent or empty
  Rectangle source(const Radiograph& radiograph,
                   const std::optional<Rectangle>& lung_box = {}) const;

  /// Makes the inputs of images of any sizes, in one tensor on the CPU. Each is equal to the bit to
  /// what a run of it alone gives.
  ///
  /// @param tensor   float32, float16 or bfloat16, [N,C,H,W] or [N,H,W,C] as `layout` says. float16
  ///                 and bfloat16 are the float32 numbers rounded to nearest, ties to even; beyond
  ///                 65504 float16 is infinite
  /// @param sources  what `PlanOutput::source` is, one an image
  /// @throws Error{invalid_argument} as `run` of one image; if the tensor has another shape, dtype
  ///         or device, or `sources` another size
  void run(std::span<const PlanInput> images, Layout layout, Tensor& tensor,
           std::span<Rectangle> sources, Workspace& workspace) const;

  /// Makes the network's input of an uploaded image, on its device. It is equal to the bit to what
  /// the CPU makes. The work is enqueued and not waited for.
  ///
  /// @param stream  a cudaStream_t of the device, in whose order the work runs; null is the legacy
  ///                default stream. It waits for the image's upload, in whatever stream that is.
  ///                The tensor belongs to it: use it in its order, and keep the stream until the
  ///                tensor is gone
  /// @throws Error{invalid_argument} as on the CPU; Error{device_unavailable} where memory does not
  ///         suffice; Error{cuda} if CUDA fails otherwise
  PlanOutput run(const DeviceImage& image, const std::optional<Rectangle>& lung_box = {},
                 void* stream = nullptr) const;

  /// Does the same for a batch, in one tensor on the device of all its images.
  ///
  /// @param tensor  as on the CPU, but on the device, and made in `stream`
  void run(std::span<const DevicePlanInput> images, Layout layout, Tensor& tensor,
           std::span<Rectangle> sources, void* stream = nullptr) const;

 private:
  struct State;
  explicit Plan(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace aicovid
