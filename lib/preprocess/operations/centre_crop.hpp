#pragma once

#include "../image_facts.hpp"

#include <string_view>

namespace aicovid {

/// `centre_crop`: the central square of side min(height, width). Source: TorchXRayVision's
/// XRayCenterCrop.
struct CentreCrop {
  static constexpr std::string_view kName = "centre_crop";

  template <typename Members>
  static CentreCrop parse(const Members& members) {
    members.allow({});
    return {};
  }
  void update(ImageFacts& image) const { image.cropped = true; }
  template <typename Writer>
  void write(Writer& program) const {
    program.crop_to_centre();
  }
};

}  // namespace aicovid
