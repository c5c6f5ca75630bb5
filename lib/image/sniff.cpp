#include "image/sniff.hpp"

#include <algorithm>
#include <array>

namespace aicovid {
namespace {

template <std::size_t N>
bool starts_with(std::span<const std::byte> bytes,
                 const std::array<unsigned char, N>& signature) noexcept {
  return bytes.size() >= N &&
         std::equal(signature.begin(), signature.end(), bytes.begin(),
                    [](unsigned char a, std::byte b) { return std::byte{a} == b; });
}

}  // namespace

bool is_png(std::span<const std::byte> bytes) noexcept {
  return starts_with<8>(bytes, {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
}

bool is_jpeg(std::span<const std::byte> bytes) noexcept {
  return starts_with<3>(bytes, {0xff, 0xd8, 0xff});
}

}  // namespace aicovid
