#pragma once

#include <aicovid/assessor.hpp>
#include <aicovid/batch.hpp>
#include <aicovid/error.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace aicovid::cli {

/// What happened in batch runs, for who watches over them: a file with a JSON object on each line
/// (docs/batch.md), to which every run adds. It holds no path, no id and no message: a row has its
/// number.
class BatchLog {
 public:
  /// @throws FileError{io} if the file cannot be written; so do the others
  explicit BatchLog(const std::string& file);
  ~BatchLog();
  BatchLog(const BatchLog&) = delete;
  BatchLog& operator=(const BatchLog&) = delete;

  void begin(const BatchOptions& options, const Assessor& assessor, std::size_t files);
  /// A line if the row has an error, and now and then one that says how far the run is.
  void row(const BatchProgress& progress);
  void end(const BatchSummary& summary);
  void end(const Error& error);

 private:
  using Clock = std::chrono::steady_clock;
  class Lines;

  std::unique_ptr<Lines> lines_;
  Clock::time_point told_ = Clock::now();
};

}  // namespace aicovid::cli
