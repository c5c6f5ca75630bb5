#pragma once

/// The arithmetic of one pixel or tap, written once for the CPU and the CUDA driver. Only + - * /,
/// comparisons and integers: both compilers then round alike, as long as neither contracts a
/// product and a sum into one operation
/// (-ffp-contract=off, -fmad=false).

#ifdef __CUDACC__
#define AICOVID_HOST_DEVICE __host__ __device__
#else
#define AICOVID_HOST_DEVICE
#endif

namespace aicovid {

/// Stored value -> entry of the grey table. Values outside Bits Stored are clamped to it.
struct GreyLookup {
  const float* table;  ///< entry i belongs to stored value lowest + i
  int lowest;
  int highest;

  template <typename Stored>
  AICOVID_HOST_DEVICE float operator()(Stored value) const {
    const int stored = value;  // NOLINT(bugprone-signed-char-misuse): int8 is a number here
    const int above = stored < lowest ? lowest : stored;
    return table[(above > highest ? highest : above) - lowest];
  }
};

/// One tap of a weighted sum; the taps of an output pixel are added in ascending order of their
/// position.
struct Tap {
  AICOVID_HOST_DEVICE float operator()(float sum, float weight, float value) const {
    return sum + weight * value;
  }
};

/// x, or the nearer end of [low, high] where it lies outside.
struct Clip {
  float low;
  float high;

  AICOVID_HOST_DEVICE float operator()(float x) const {
    const float above = x < low ? low : x;
    return above > high ? high : above;
  }
};

/// (x - subtract) / divide * multiply + add, from left to right.
template <typename Number>
struct Affine {
  Number subtract = 0;
  Number divide = 1;
  Number multiply = 1;
  Number add = 0;

  AICOVID_HOST_DEVICE Number operator()(Number x) const {
    return (x - subtract) / divide * multiply + add;
  }
};

}  // namespace aicovid
