#pragma once

#include "cuda/run_program.hpp"

#include <aicovid/device_image.hpp>
#include <aicovid/radiograph.hpp>

#include <array>
#include <cstddef>
#include <mutex>

namespace aicovid {

/// Makes what the CUDA driver must be told of a radiograph's stored values.
/// @throws Error{invalid_argument} as `make_grey_table`
GreyLevels make_grey_levels(const GreyScale& grey, bool voi);

/// The grey levels of an uploaded image, with and without VOI. Each is made when the first plan
/// asks for it; several threads may ask at once.
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
