#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace aicovid {

/// Takes the bits of a stored value as an index: a table with an entry for each pattern needs no
/// clamp, and a word of eight bytes holds the indices of four or eight neighbours.
template <typename Stored>
struct BitPattern {
  using Index = std::make_unsigned_t<Stored>;
  static constexpr std::size_t kCount = std::size_t{1} << (8 * sizeof(Stored));
  static constexpr std::size_t kNeighbours = sizeof(std::uint64_t) / sizeof(Stored);

  static Index of(Stored value) { return static_cast<Index>(value); }
  static Stored value(std::size_t pattern) {
    return static_cast<Stored>(static_cast<Index>(pattern));
  }

  /// The indices of `kNeighbours` values from `stored` on, in their order.
  static std::array<std::size_t, kNeighbours> neighbours(const Stored* stored) {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t word;
    std::memcpy(&word, stored, sizeof(word));
    std::array<std::size_t, kNeighbours> indices;
    for (std::size_t i = 0; i < kNeighbours; ++i)
      indices[i] = static_cast<Index>(word >> (8 * sizeof(Stored) * i));
    return indices;
  }
};

}  // namespace aicovid
