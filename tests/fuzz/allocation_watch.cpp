#include "allocation_watch.hpp"

#include "core/limits.hpp"

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace aicovid::fuzz {
namespace {

std::size_t peak = 0;
unsigned small_ones = 0;

/// Asking for the sum takes a lock, so that small allocations are looked at in hundreds.
void on_malloc(const volatile void*, std::size_t size) {
  constexpr std::size_t small = 4096;
  if (size < small && ++small_ones % 256 != 0) return;
  peak = std::max(peak, __sanitizer_get_current_allocated_bytes());
}

void on_free(const volatile void*) {}

[[maybe_unused]] const int installed =
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);

}  // namespace

AllocationWatch::AllocationWatch() : before_(__sanitizer_get_current_allocated_bytes()) {
  if (installed == 0) std::abort();
  peak = before_;
}

void AllocationWatch::check(std::uint64_t claimed_pixels, std::size_t input_bytes) const {
  const std::size_t taken = peak - before_;
  // What claims more than the library reads must be refused before anything is allocated for it.
  if (claimed_pixels > static_cast<std::uint64_t>(kMaxPixels)) claimed_pixels = 0;
  const std::size_t most = 20 * (claimed_pixels + input_bytes) + kAllowance;
  if (taken <= most) return;
  std::fprintf(stderr,
               "fuzz: %zu bytes were allocated for %zu claimed pixels; expected at most %zu\n",
               taken, static_cast<std::size_t>(claimed_pixels), most);
  std::abort();
}

}  // namespace aicovid::fuzz
