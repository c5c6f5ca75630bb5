#pragma once

#include <cstddef>

namespace aicovid::test {

/// Counts what this thread takes from the heap by operator new, from its construction on.
class Allocations {
 public:
  Allocations();
  std::size_t count() const;
  /// The most bytes that were held at a time.
  std::size_t peak_bytes() const;
};

}  // namespace aicovid::test
