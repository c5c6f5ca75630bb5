#pragma once

#include "../host_device.hpp"
#include "levels.hpp"

#include <cstddef>
#include <cstdint>
#include <cuda/atomic>

namespace aicovid {

/// Adds to a number that other calls add to as well. It takes integers alone, whose sum is the same
/// in any order.
template <typename Integer>
AICOVID_HOST_DEVICE inline void add_to(Integer& sum, Integer more) {
  static_assert(!static_cast<Integer>(0.5), "integers only");
  cuda::atomic_ref<Integer, cuda::thread_scope_device>(sum).fetch_add(more,
                                                                      cuda::memory_order_relaxed);
}

/// The least and the largest of the integers seen so far. `include` reads before it writes, so that
/// few calls wait for one another.
struct Extremes {
  int low;
  int high;

  AICOVID_HOST_DEVICE void include(int value) {
    cuda::atomic_ref<int, cuda::thread_scope_device> least(low);
    cuda::atomic_ref<int, cuda::thread_scope_device> largest(high);
    if (value < least.load(cuda::memory_order_relaxed))
      least.fetch_min(value, cuda::memory_order_relaxed);
    if (value > largest.load(cuda::memory_order_relaxed))
      largest.fetch_max(value, cuda::memory_order_relaxed);
  }
};

/// counts[level] += 1 for the pixels of a run.
struct CountLevels {
  LevelRaster raster;
  Runs runs;
  std::uint32_t* counts;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    int level = -1;
    std::uint32_t equal = 0;
    runs.of(i, [&](int y, int x) {
      const int next = raster(y, x);
      if (next != level) {
        if (equal > 0) add_to(counts[level], equal);
        level = next;
        equal = 0;
      }
      ++equal;
    });
    if (equal > 0) add_to(counts[level], equal);
  }
};

/// Takes back the pixels of a run whose stored value is no part of the image; `raster` is what a
/// filter made of them.
struct TakeOutPadding {
  LevelRaster raster;
  LevelRaster stored;
  int low;  ///< places of the stored levels that are padding
  int high;
  Runs runs;
  std::uint32_t* counts;

  AICOVID_HOST_DEVICE void operator()(std::size_t i) const {
    runs.of(i, [&](int y, int x) {
      const int place = stored(y, x);
      // Adding all ones subtracts one modulo 2^32.
      if (place >= low && place <= high) add_to(counts[raster(y, x)], ~std::uint32_t{0});
    });
  }
};

/// Counts in an order of their own, with the sums of 256 neighbours each: two short walks find the
/// count in which a rank lies.
struct OrderedCounts {
  static constexpr int kChunk = 256;
  const std::uint32_t* counts;
  const std::uint32_t* order;  ///< place k holds counts[order[k]]; null: counts[k]
  std::size_t size;
  std::uint64_t* chunk_sums;

  std::size_t chunks() const { return (size + kChunk - 1) / kChunk; }

  AICOVID_HOST_DEVICE std::uint32_t place(std::size_t k) const {
    return order == nullptr ? static_cast<std::uint32_t>(k) : order[k];
  }
  AICOVID_HOST_DEVICE std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (std::size_t c = 0; c * kChunk < size; ++c) sum += chunk_sums[c];
    return sum;
  }
  /// The entry of `counts` in which the number of this rank lies (from 0, below `total`), and how
  /// many of it lie before that number.
  struct Found {
    std::uint32_t entry;
    std::uint64_t before;
  };
  AICOVID_HOST_DEVICE Found find(std::uint64_t rank) const {
    std::size_t c = 0;
    while (rank >= chunk_sums[c]) rank -= chunk_sums[c++];
    std::size_t k = c * kChunk;
    while (rank >= counts[place(k)]) rank -= counts[place(k++)];
    return {place(k), rank};
  }
};

/// Fills `chunk_sums`. It is called once for each chunk.
struct SumChunk {
  OrderedCounts ordered;

  AICOVID_HOST_DEVICE void operator()(std::size_t c) const {
    std::uint64_t sum = 0;
    const std::size_t begin = c * OrderedCounts::kChunk;
    const std::size_t end =
        begin + OrderedCounts::kChunk < ordered.size ? begin + OrderedCounts::kChunk : ordered.size;
    for (std::size_t k = begin; k < end; ++k) sum += ordered.counts[ordered.place(k)];
    ordered.chunk_sums[c] = sum;
  }
};

}  // namespace aicovid
