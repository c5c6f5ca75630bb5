#pragma once

#include <aicovid/radiograph.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace aicovid::benchmark {

/// The size of a common detector's image, and the one that every figure is given for.
constexpr int kRows = 2500;
constexpr int kColumns = 3000;

/// [kRows,kColumns] 16-bit values that fill their range as a chest radiograph's do: two dark lungs,
/// a bright middle, an empty border of one value, and noise. Always the same.
std::vector<std::uint16_t> make_image();

/// [kRows,kColumns] uint16, row-major, little-endian, and nothing else.
/// @throws std::runtime_error if the file is of another size
std::vector<std::uint16_t> read_image(const std::filesystem::path& file);

Radiograph radiograph_of(const std::vector<std::uint16_t>& pixels);

}  // namespace aicovid::benchmark
