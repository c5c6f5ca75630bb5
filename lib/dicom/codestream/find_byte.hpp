#pragma once

#include <cstddef>
#include <cstring>
#include <span>

namespace aicovid::dicom {

/// The first place from `at` on where the byte stands; the size of `bytes` where it does not. A
/// codestream has megabytes without a marker, through which `memchr` goes many bytes at a time.
inline std::size_t find_byte(std::span<const std::byte> bytes, std::byte byte, std::size_t at) {
  if (at >= bytes.size()) return bytes.size();
  const void* found = std::memchr(bytes.data() + at, std::to_integer<int>(byte), bytes.size() - at);
  if (found == nullptr) return bytes.size();
  return static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes.data());
}

}  // namespace aicovid::dicom
