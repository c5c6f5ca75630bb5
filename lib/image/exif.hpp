#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace aicovid::image {

/// Orientation (tag 0x0112, 1 to 8) of the payload of a JPEG APP1 segment; nothing where that is no
/// Exif, is damaged, or does not say. Source: CIPA DC-008 (Exif 2.32) 4.5.4, 4.6.4, 4.7.2.
std::optional<int> exif_orientation(std::span<const std::byte> app1);

}  // namespace aicovid::image
