#pragma once

#include "../host_device.hpp"
#include "../image_facts.hpp"

#include <string_view>

namespace aicovid {

/// `resize` {"size": N or [h, w], "method": "area"}: float32 weighted sums of the columns, then of
/// the rows; each axis has weights of its own, made in double on the host (axis_weights.hpp).
struct Resize {
  static constexpr std::string_view kName = "resize";
  enum class Method { area, linear, gaussian };
  /// A network's input has no more pixels a side; this bounds the memory that a plan can ask for.
  static constexpr int kMost = 8192;
  int height = 0;
  int width = 0;
  Method method = Method::area;

  template <typename Members>
  static Resize parse(const Members& members) {
    members.allow({"size", "method"});
    const auto [height, width] = members.size("size", {}, kMost);
    return {
        .height = height,
        .width = width,
        .method = static_cast<Method>(members.choice("method", {"area", "linear", "gaussian"}))};
  }
  void update(ImageFacts& image) const {
    image.height = height;
    image.width = width;
  }
  template <typename Writer>
  void write(Writer& program) const {
    program.resize(*this);
  }
};

/// Adds one tap to a weighted sum. The taps of an output pixel are added in ascending order of
/// their position.
struct Tap {
  AICOVID_HOST_DEVICE float operator()(float sum, float weight, float value) const {
    return sum + weight * value;
  }
};

}  // namespace aicovid
