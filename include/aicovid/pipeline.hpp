#pragma once

#include <aicovid/assessor.hpp>
#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>
#include <aicovid/export.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/read.hpp>
#include <aicovid/report.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace aicovid {

/// A file that is to be read, as it was when it was looked at.
struct InputFile {
  std::string name;  ///< its path, as the caller wrote it
  std::uintmax_t size = 0;
  std::int64_t modified_ns = 0;  ///< since 1970, UTC

  bool operator==(const InputFile&) const = default;
};

/// Looks at a file; a link is followed.
///
/// @throws Error{not_found} if there is no such file, or it is no regular one; Error{io}
AICOVID_EXPORT InputFile look_at_file(const std::string& name);

/// Finds the clinical values that go with an image, by what its header says. It is called from
/// several threads at once.
using RecordOf = std::function<ClinicalRecord(const ImageHeader&)>;

/// An image, as a file, as the bytes of one or as it was read, and the values that go with it.
struct PipelineItem {
  std::variant<InputFile, std::vector<std::byte>, Radiograph> image;
  std::variant<ClinicalRecord, RecordOf> record;
};

/// Milliseconds that an item spent in each stage. Hashing the pixels and checks between the stages
/// are in none.
struct StageTimes {
  double read = 0;    ///< the bytes of the file
  double decode = 0;  ///< header and pixels
  double preprocess = 0;
  double infer = 0;
  double judge = 0;
};

/// What became of an item.
struct PipelineResult {
  std::variant<RiskReport, Error> outcome;
  std::optional<ImageHeader> header;  ///< nothing where the image could not be read
  StageTimes timing_ms;
};

struct PipelineOptions {
  Decode decode = Decode::exact;
  AssessOptions assess;
  /// Bytes of items that may wait for a worker. One item may always wait, however large it is.
  std::size_t queued_bytes = std::size_t{256} << 20;
};

/// Assesses many images: reads, decodes, preprocesses, infers and judges.
///
/// There are as many workers as the assessor was loaded for (`AssessorOptions::workers`). Each
/// takes one image from its bytes to its report, with one image a forward pass and one intra-op
/// thread, so that reports equal those of `Assessor::assess` to the bit, whatever else runs. Files
/// are read ahead by threads of their own, which mostly wait for the disk.
///
/// Where the assessor was loaded for batches (`AssessorOptions::batch`), a worker takes what was
/// submitted together and, up to that number, what waits behind it, and has the images share
/// forward passes (`Assessor::assess_together`): while the masks of one worker's images are cleaned
/// up, the networks run on those of another. No item waits for a batch to fill. Which single items
/// share a pass depends on what happens to wait; those that are submitted together, as many as the
/// batch, share theirs with no others.
///
/// - Back-pressure: what waits is bounded in bytes, by `PipelineOptions::queued_bytes`: the size of
///   a file, of bytes or of pixels, and at least 64 KiB an item. `submit` waits while there is no
///   room. What is submitted together waits together, and may always wait where nothing else does.
///   What the workers hold comes on top: one image each, or one batch.
/// - Order: items begin in the order in which they were submitted, and may end in another. Whoever
///   takes the futures in the order of submission has that order.
/// - Errors: an item's error is its result and touches no other item. A future holds a result
///   always, and never an exception.
/// - Cancellation: `cancel` gives Error{cancelled} to all that waits, and to what is submitted
///   later; what a worker has begun ends as usual.
///
/// Any number of threads may call `submit` and `cancel` at once.
class AICOVID_EXPORT Pipeline {
 public:
  explicit Pipeline(const Assessor& assessor, const PipelineOptions& options = {});
  /// Cancels, and waits for what the workers have begun. No thread may be in `submit` any more.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  std::future<PipelineResult> submit(PipelineItem item);
  /// Submits items that one worker takes together.
  /// @return a future for each, in their order
  std::vector<std::future<PipelineResult>> submit_together(std::vector<PipelineItem> items);
  void cancel() noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// Assesses the cases in a pipeline. One result a case, in their order; an error of one touches no
/// other.
AICOVID_EXPORT std::vector<std::variant<RiskReport, Error>> assess_batch(
    const Assessor& assessor, std::span<const Case> cases, const AssessOptions& options = {});

}  // namespace aicovid
