#pragma once

#include "grey_levels.hpp"

#include <aicovid/device_image.hpp>

#include <array>
#include <mutex>

namespace aicovid {

/// What an image's stored values mean, with and without VOI; each is made when the first plan asks
/// for it.
struct DeviceImage::Tables {
  const GreyLevels& of(const GreyScale& grey, bool voi) const {
    const auto i = static_cast<std::size_t>(voi);
    std::call_once(made_[i], [&] { levels_[i] = make_grey_levels(grey, voi); });
    return levels_[i];
  }

 private:
  mutable std::array<std::once_flag, 2> made_;
  mutable std::array<GreyLevels, 2> levels_;
};

}  // namespace aicovid
