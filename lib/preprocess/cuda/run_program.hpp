#pragma once

#include "../program.hpp"

#include <aicovid/plan.hpp>
#include <aicovid/radiograph.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace aicovid {

/// What the stored values mean before the first step. It is made on the host.
struct GreyLevels {
  int lowest = 0;
  int highest = 0;
  std::optional<PixelPadding> padding;
  std::vector<double> table;  ///< the number of each level from `lowest` on, then that outside
  /// The levels in the order of their numbers; empty where that is their own order.
  std::vector<std::uint32_t> order;
  bool descending = false;  ///< whether the numbers fall in that order
  /// The order once `auto_invert` has turned all but the padding, which stays 0; empty where there
  /// is no padding. The numbers then fall where they rose before, and rise where they fell.
  std::vector<std::uint32_t> inverted_order;
};

/// Stored values where the algorithms run.
struct StoredPixels {
  const void* data = nullptr;  ///< [rows,columns], row-major, contiguous
  int columns = 0;
  PixelType type = PixelType::uint8;
};

/// Where the result goes: one image's part of a tensor, where the algorithms run.
struct DeviceTarget {
  void* data = nullptr;  ///< [C,H,W] or [H,W,C]; must not alias the pixels
  DType dtype = DType::float32;
  Layout layout = Layout::nchw;
};

/// Runs a program with the CPU driver's order of floating-point operations.
///
/// @param stream  a cudaStream_t, in whose order all work is enqueued; nothing is waited for. It is
///                not used with AICOVID_ARRAYS_ON_HEAP
/// @throws CudaFailure
void run_program(const Program& program, const GreyLevels& grey, const StoredPixels& pixels,
                 const DeviceTarget& target, void* stream);

}  // namespace aicovid
