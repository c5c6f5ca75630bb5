#pragma once

#include <cstdint>

namespace aicovid {

/// Most pixels that a reader decodes: four times the largest flat detectors (43 x 43 cm at 0.1 mm
/// are 18 million pixels), so that a damaged or hostile header cannot ask for more memory than a
/// workstation has.
inline constexpr std::int64_t kMaxPixels = 100'000'000;

/// Most that a pixel's height may differ from its width, as a factor: scanners of films and line
/// detectors stay below 2; beyond this the header is wrong.
inline constexpr double kMaxPixelAspect = 10;

}  // namespace aicovid
