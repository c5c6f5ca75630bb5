#pragma once

#include "host_device.hpp"

#include <cstdint>

namespace aicovid {

/// Rounds to the nearest integer, and to the even one of two, as rint and OpenCV's cvRound do. It
/// is for 0 <= x < 2^31.
template <typename Number>
AICOVID_HOST_DEVICE inline int round_half_even(Number x) {
  const int below = static_cast<int>(x);
  const Number rest = x - static_cast<Number>(below);
  const Number half = static_cast<Number>(0.5);
  return rest > half || (rest == half && (below & 1) != 0) ? below + 1 : below;
}

/// Rounds share * highest to the nearest integer. A share outside [0, 1] is clamped to it.
template <typename Number>
AICOVID_HOST_DEVICE inline int quantize(Number share, int highest) {
  const Number zero = 0;
  const Number one = 1;
  // Written so that NaN becomes 0.
  const Number above = share > zero ? share : zero;
  return round_half_even((above > one ? one : above) * static_cast<Number>(highest));
}

/// Rounds float32 to IEEE 754 binary16, to nearest, ties to even. Overflow becomes infinity.
struct ToFloat16 {
  AICOVID_HOST_DEVICE std::uint16_t operator()(float x) const {
    const auto bits = __builtin_bit_cast(std::uint32_t, x);
    const std::uint32_t sign = bits >> 16 & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    if (magnitude > 0x7F800000U) return static_cast<std::uint16_t>(sign | 0x7E00U);   // NaN
    if (magnitude >= 0x47800000U) return static_cast<std::uint16_t>(sign | 0x7C00U);  // from 2^16
    // Below 2^-14 the result is subnormal: its last bit is worth 2^-24 whatever the exponent.
    const std::uint32_t exponent = magnitude >> 23;
    if (exponent < 102) return static_cast<std::uint16_t>(sign);  // below 2^-25
    const bool subnormal = exponent < 113;
    const std::uint32_t drop = subnormal ? 126 - exponent : 13;
    const std::uint32_t significand =
        subnormal ? (magnitude & 0x7FFFFFU) | 0x800000U : magnitude - (112U << 23);
    const std::uint32_t kept = significand >> drop;
    const std::uint32_t rest = significand & ((1U << drop) - 1);
    const std::uint32_t half = 1U << (drop - 1);
    const std::uint32_t up = rest > half || (rest == half && (kept & 1U) != 0) ? 1 : 0;
    return static_cast<std::uint16_t>(sign | (kept + up));  // A carry moves into the exponent.
  }
};

/// Rounds float32 to bfloat16, to nearest, ties to even.
struct ToBFloat16 {
  AICOVID_HOST_DEVICE std::uint16_t operator()(float x) const {
    const auto bits = __builtin_bit_cast(std::uint32_t, x);
    if ((bits & 0x7FFFFFFFU) > 0x7F800000U) return static_cast<std::uint16_t>(bits >> 16 | 0x40U);
    return static_cast<std::uint16_t>((bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16);
  }
};

}  // namespace aicovid
