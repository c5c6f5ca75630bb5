#pragma once

#include <aicovid/export.hpp>
#include <aicovid/geometry.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/tensor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace aicovid {

/// A network input and where it lies in the radiograph.
struct PlanOutput {
  Tensor tensor;     ///< [1,C,H,W] float32
  Rectangle source;  ///< the part of the radiograph, in its pixels, that the H x W raster covers
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

 private:
  struct State;
  explicit Plan(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace aicovid
