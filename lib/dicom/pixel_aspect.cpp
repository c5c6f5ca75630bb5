#include "pixel_aspect.hpp"

#include "attributes.hpp"
#include "core/limits.hpp"
#include "terms.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <array>
#include <cmath>

namespace aicovid::dicom {
namespace {

/// Spacings are written with three digits, so that square pixels of 0.1 mm may differ by 1 %; no
/// reader sees a chest that is wider by that.
constexpr double kTolerance = 0.01;

bool differ(double a, double b) { return std::abs(a / b - 1) > kTolerance; }

}  // namespace

PixelAspect pixel_aspect_of(DcmItem& dataset) {
  PixelAspect aspect;
  const auto flag = [&aspect](const DcmTagKey& tag, std::string found) {
    aspect.reasons.push_back({.code = "pixel_aspect_ratio",
                              .tag = tag_of(tag),
                              .found = std::move(found),
                              .expected = "two equal numbers above 0"});
  };
  // All of them are "vertical\\horizontal".
  const auto keys =
      std::to_array<DcmTagKey>({DCM_PixelSpacing, DCM_ImagerPixelSpacing,
                                DCM_NominalScannedPixelSpacing, DCM_PixelAspectRatio});
  bool known = false;
  for (const DcmTagKey& key : keys) {
    if (normalised(text(dataset, key)).empty()) continue;
    const auto values = decimal_pair(dataset, key);
    if (!values) {
      flag(key, std::string(kUnlisted));
      continue;
    }
    const auto [height, width] = *values;
    // Writers that do not know the spacing write 0.
    if (height == 0 && width == 0) continue;
    const auto found = [height = height, width = width] {
      return fmt::format("{:g}\\{:g}", height, width);
    };
    const double ratio = height / width;
    // The condition is written so that NaN fails too.
    if (!(height > 0 && width > 0 && std::isfinite(ratio))) {
      flag(key, found());
      continue;
    }
    if (ratio < 1 / kMaxPixelAspect || ratio > kMaxPixelAspect) {
      throw Error(ErrorCode::corrupt,
                  fmt::format("{} is {}; expected pixels of which a side is at most {:g} times the "
                              "other",
                              tag_of(key), found(), kMaxPixelAspect));
    }
    // The spacings may differ in size, the detector's from the patient's, but not in shape.
    if (known ? differ(ratio, aspect.ratio) : differ(ratio, 1)) flag(key, found());
    if (!known) aspect.ratio = ratio;
    known = true;
  }
  return aspect;
}

}  // namespace aicovid::dicom
