#pragma once

#include <aicovid/radiograph.hpp>

namespace aicovid {

/// Stored values where the algorithms run.
struct StoredPixels {
  const void* data = nullptr;  ///< [rows,columns], row-major, contiguous
  int rows = 0;
  int columns = 0;
  PixelType type = PixelType::uint8;
};

}  // namespace aicovid
