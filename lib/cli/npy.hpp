#pragma once

#include <aicovid/radiograph.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace aicovid::cli {

/// Writes a C-contiguous array as a NumPy file, format version 1.0.
/// Source: numpy.lib.format, "Format Version 1.0".
///
/// @throws Error{not_found} if the file cannot be written
void write_npy(const std::string& file, const void* data, std::size_t bytes, PixelType type,
               const std::vector<std::int64_t>& shape);

/// The same for float32.
void write_npy(const std::string& file, const float* data, std::size_t bytes,
               const std::vector<std::int64_t>& shape);

}  // namespace aicovid::cli
