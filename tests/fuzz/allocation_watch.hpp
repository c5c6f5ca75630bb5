#pragma once

#include <cstddef>
#include <cstdint>

namespace aicovid::fuzz {

/// Watches the memory that is allocated while it lives, through the sanitizer's allocation hooks.
///
/// All of it counts, that of uninstrumented libraries too.
class AllocationWatch {
 public:
  AllocationWatch();

  /// Ends the process, as a sanitizer does, if more was allocated at one time than the input
  /// justifies: 20 bytes for each pixel that it claims to have (none for a claim above kMaxPixels),
  /// 20 for each of its own, and `kAllowance` for tables and buffers of the decoders.
  void check(std::uint64_t claimed_pixels, std::size_t input_bytes) const;

  static constexpr std::size_t kAllowance = std::size_t{16} << 20;

 private:
  std::size_t before_;
};

}  // namespace aicovid::fuzz
