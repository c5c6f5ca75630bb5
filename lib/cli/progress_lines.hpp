#pragma once

#include <aicovid/batch.hpp>

#include <chrono>
#include <string>

namespace aicovid::cli {

/// Tells how far a batch is, on standard error: a bar that is drawn over itself on a terminal, else
/// a line now and then.
class ProgressLines {
 public:
  ProgressLines();

  void show(const BatchProgress& progress);
  /// Ends the bar's line.
  void finish() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool is_terminal_;
  bool is_drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};

/// "120 of 1000 files, 12.3 images/s, 1:12 left, 3 errors".
///
/// @param elapsed_s  since the first row of this run was begun
std::string progress_text(const BatchProgress& progress, double elapsed_s);

}  // namespace aicovid::cli
