#pragma once

#include <bit>
#include <cstddef>

namespace aicovid {

/// For how many images a forward pass is made that `images` are to share: the next power of two,
/// but no more than `largest`. Engines keep something for each size that they have seen (kernels,
/// memory, cuDNN's choice of algorithms), so there are few.
///
/// @param images  from 1 to `largest`
constexpr std::size_t padded_batch(std::size_t images, std::size_t largest) {
  const std::size_t power = std::bit_ceil(images);
  return power < largest ? power : largest;
}

}  // namespace aicovid
