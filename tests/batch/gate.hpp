#pragma once

#include <aicovid/pipeline.hpp>

#include <atomic>
#include <latch>

namespace aicovid::testing {

/// Holds whoever asks for a record until it is opened, and counts them.
struct Gate {
  std::latch open{1};
  std::atomic<int> waiting = 0;

  RecordOf record() {
    return [this](const ImageHeader&) {
      ++waiting;
      waiting.notify_all();
      open.wait();
      return ClinicalRecord();
    };
  }
  void wait_for(int count) const {
    for (int seen = waiting; seen < count; seen = waiting) waiting.wait(seen);
  }
};

}  // namespace aicovid::testing
