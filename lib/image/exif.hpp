#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace aicovid::image {

/// The orientation (tag 0x0112, 1 to 8) that an Exif profile states, which is a TIFF structure: the
/// payload of the chunk eXIf of a PNG. Nothing where it is damaged or does not say.
/// Source: CIPA DC-008 (Exif 2.32) 4.5.4, 4.6.4; PNG (third edition) 11.3.4.5.
std::optional<int> exif_orientation(std::span<const std::byte> profile);

/// The orientation that the payload of a JPEG APP1 segment states; nothing where that is no Exif.
/// Source: CIPA DC-008 4.7.2.
std::optional<int> exif_orientation_of_app1(std::span<const std::byte> app1);

}  // namespace aicovid::image
