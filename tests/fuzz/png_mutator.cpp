// libFuzzer's mutations, after which the checksums of a PNG file's chunks are right again: a wrong
// one would end the reading before the damage is seen.

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, most);
  constexpr std::size_t signature = 8;
  constexpr std::size_t around = 12;  // length, type and checksum of a chunk
  if (size < signature || std::memcmp(data, "\x89PNG", 4) != 0 || seed % 32 == 0) return size;
  for (std::size_t at = signature; at + around <= size;) {
    const std::size_t length = std::size_t{data[at]} << 24 | std::size_t{data[at + 1]} << 16 |
                               std::size_t{data[at + 2]} << 8 | data[at + 3];
    if (length > size - at - around) break;
    auto checksum =
        static_cast<std::uint32_t>(crc32(0, data + at + 4, static_cast<uInt>(length + 4)));
    for (std::size_t i = 4; i-- > 0; checksum >>= 8)
      data[at + 8 + length + i] = static_cast<std::uint8_t>(checksum);
    at += around + length;
  }
  return size;
}
