#pragma once

#include <chrono>
#include <string>

namespace aicovid {

/// The time as reports have it: ISO 8601, UTC, in seconds.
std::string utc_now();

/// Counts from its construction.
class Stopwatch {
 public:
  double elapsed_ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_)
        .count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace aicovid
