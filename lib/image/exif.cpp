#include "exif.hpp"

#include <cstdint>
#include <string_view>

namespace aicovid::image {
namespace {

/// A TIFF structure, which names its own byte order.
class Tiff {
 public:
  explicit Tiff(std::span<const std::byte> bytes)
      : bytes_(bytes), little_(bytes.size() >= 2 && bytes[0] == std::byte{'I'}) {}

  bool is_valid() const {
    return bytes_.size() >= 8 && bytes_[0] == bytes_[1] &&
           (little_ || bytes_[0] == std::byte{'M'}) && number(2, 2) == 42;
  }
  bool has(std::size_t offset, std::size_t size) const {
    return offset <= bytes_.size() && size <= bytes_.size() - offset;
  }
  /// The number at `offset`, whose bytes must be there.
  std::uint32_t number(std::size_t offset, std::size_t size) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t at = offset + (little_ ? size - 1 - i : i);
      value = value << 8 | std::to_integer<std::uint32_t>(bytes_[at]);
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  bool little_;
};

}  // namespace

std::optional<int> exif_orientation(std::span<const std::byte> profile) {
  const Tiff tiff(profile);
  if (!tiff.is_valid()) return std::nullopt;

  const std::size_t directory = tiff.number(4, 4);
  if (!tiff.has(directory, 2)) return std::nullopt;
  const std::size_t entries = tiff.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    constexpr std::size_t size = 12;  // tag, type, count, value
    const std::size_t entry = directory + 2 + i * size;
    if (!tiff.has(entry, size)) return std::nullopt;
    constexpr std::uint32_t orientation = 0x0112;
    constexpr std::uint32_t type_short = 3;
    if (tiff.number(entry, 2) != orientation) continue;
    const std::uint32_t value = tiff.number(entry + 8, 2);
    const bool known = tiff.number(entry + 2, 2) == type_short && value >= 1 && value <= 8;
    return known ? std::optional(static_cast<int>(value)) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<int> exif_orientation_of_app1(std::span<const std::byte> app1) {
  constexpr std::string_view prefix("Exif\0\0", 6);
  const std::string_view text(reinterpret_cast<const char*>(app1.data()), app1.size());
  if (!text.starts_with(prefix)) return std::nullopt;
  return exif_orientation(app1.subspan(prefix.size()));
}

}  // namespace aicovid::image
