#pragma once

#include <cstddef>
#include <span>

namespace aicovid {

/// True if the bytes start as a PNG file (its 8-byte signature).
bool is_png(std::span<const std::byte> bytes) noexcept;

/// True if the bytes start as a JPEG file (start of image, then another marker).
bool is_jpeg(std::span<const std::byte> bytes) noexcept;

}  // namespace aicovid
