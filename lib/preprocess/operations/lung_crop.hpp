#pragma once

#include "../image_facts.hpp"

#include <string_view>

namespace aicovid {

/// `lung_crop` {"margin": 0, "square": false}: the rectangle given to `run`, grown on each side by
/// margin x its height or width; with `square` then to a square of the longer side about its
/// centre; then clipped to the image. Rectangles only, in double, on the host (region.hpp).
struct LungCrop {
  static constexpr std::string_view kName = "lung_crop";
  double margin = 0;
  bool square = false;

  template <typename Members>
  static LungCrop parse(const Members& members) {
    members.allow({"margin", "square"});
    return {.margin = members.number("margin", 0, 0, 10), .square = members.flag("square", false)};
  }
  void update(ImageFacts& image) const {
    image.cropped = true;
    image.needs_lung_box = true;
  }
  template <typename Writer>
  void write(Writer& program) const {
    program.crop_to_lungs(*this);
  }
};

}  // namespace aicovid
