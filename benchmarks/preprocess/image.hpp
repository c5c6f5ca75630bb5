#pragma once

#include <aicovid/radiograph.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace aicovid::benchmark {

/// The size of a common detector's image, and the one that every figure is given for.
constexpr int kRows = 2500;
constexpr int kColumns = 3000;

/// Makes [kRows,kColumns] values of 16 bits that fill their range as a chest radiograph's do: two
/// dark lungs, a bright middle, an empty border of one value, and noise. They are always the same.
std::vector<std::uint16_t> make_image();

/// Reads a file of [kRows,kColumns] uint16, row-major, little-endian, and nothing else.
/// @throws std::runtime_error if the file is of another size
std::vector<std::uint16_t> read_image(const std::filesystem::path& file);

/// A radiograph of the stored values [kRows,kColumns].
Radiograph radiograph_of(const std::vector<std::uint16_t>& pixels, int bits_stored);

}  // namespace aicovid::benchmark
