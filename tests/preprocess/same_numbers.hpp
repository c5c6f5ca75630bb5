#pragma once

#include <aicovid/tensor.hpp>

#include <cstddef>
#include <cstring>

namespace aicovid::test {

/// Compares two tensors of the CPU as numbers (-0 equals 0, NaN equals NaN) or, in 16 bits, to the
/// bit.
inline bool same_numbers(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  if (a.dtype() != DType::float32) {
    return std::memcmp(a.data(), b.data(),
                       static_cast<std::size_t>(a.size()) * size_of(a.dtype())) == 0;
  }
  const auto theirs = b.floats();
  std::size_t i = 0;
  for (const float mine : a.floats()) {
    const float other = theirs[i++];
    if (!(mine == other || (mine != mine && other != other))) return false;
  }
  return true;
}

}  // namespace aicovid::test
