#pragma once

#include "pixel_functors.hpp"

#include <string_view>
#include <variant>
#include <vector>

namespace aicovid {

struct PercentileClip {
  double low = 1;
  double high = 99;
};

struct LungCrop {
  double margin = 0;  ///< grown on each side by this share of its height or width
  bool square = false;
};

struct CentreCrop {};

struct PadSquare {
  double value = 0;
};

struct Resize {
  enum class Method { area, linear, gaussian };
  int height = 0;
  int width = 0;
  Method method = Method::area;
};

/// An operation that may stand between `grey` and `resize`; `rescale` and `normalize` are both
/// `Affine`.
using BeforeResize = std::variant<PercentileClip, Affine<double>, LungCrop, CentreCrop, PadSquare>;

/// A plan as it was written, checked and in order: grey, what comes before the resize, the resize,
/// what comes after it.
struct Recipe {
  bool voi = true;
  std::vector<BeforeResize> before;
  Resize resize;
  std::vector<std::vector<Affine<float>>>
      after;  ///< each has one function for all channels, or one a channel
  int channels = 1;
  bool needs_lung_box = false;
};

/// @throws Error{invalid_argument} naming the operation's index, the member and what was expected
Recipe parse_recipe(std::string_view json);

}  // namespace aicovid
