#include "read_input.hpp"

#include "core/clock.hpp"

#include <aicovid/pipeline.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

namespace aicovid {

namespace {

/// An item is counted with at least this many bytes, which bounds how many small ones wait.
constexpr std::size_t kSmallestItem = std::size_t{64} << 10;
/// A reader waits for the disk, a worker computes: one reader feeds this many workers.
constexpr unsigned kWorkersOfAReader = 8;

struct Task {
  PipelineItem item;
  std::promise<PipelineResult> promise;
  StageTimes timing_ms;
  std::size_t bytes = 0;  ///< that it is counted with while it waits
};

std::size_t bytes_of(const PipelineItem& item) {
  std::uintmax_t bytes = 0;
  if (const auto* file = std::get_if<InputFile>(&item.image)) bytes = file->size;
  if (const auto* held = std::get_if<std::vector<std::byte>>(&item.image)) bytes = held->size();
  if (const auto* read = std::get_if<Radiograph>(&item.image)) bytes = read->size_bytes();
  return std::max<std::size_t>(bytes, kSmallestItem);
}

/// What `work` gives; an exception of any kind becomes the error that it is for an item.
template <typename Work>
std::variant<RiskReport, Error> contained(const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::out_of_memory, "the memory does not suffice");
  } catch (const std::exception&) {
    return Error(ErrorCode::internal, "the image could not be assessed: an unexpected failure");
  }
}

void end_with(Task& task, Error error) {
  task.promise.set_value({.outcome = std::move(error), .header = {}, .timing_ms = task.timing_ms});
}

void end_cancelled(Task& task) {
  end_with(task, Error(ErrorCode::cancelled, "the work was stopped before it came to this image"));
}

ClinicalRecord record_of(const PipelineItem& item, const ImageHeader& header) {
  if (const auto* find = std::get_if<RecordOf>(&item.record)) return (*find)(header);
  return std::get<ClinicalRecord>(item.record);
}

/// Decodes the bytes, which are not kept.
Radiograph decode(std::vector<std::byte> bytes, const PipelineOptions& options) {
  return parse_radiograph(bytes,
                          {.decode = options.decode, .decode_refused = options.assess.force});
}

}  // namespace

/// The threads, and what waits for them.
class Pipeline::State {
 public:
  State(const Assessor& assessor, const PipelineOptions& options)
      : assessor_(assessor), options_(options) {
    const unsigned workers = assessor_.workers();
    const unsigned readers = 1 + workers / kWorkersOfAReader;
    for (unsigned i = 0; i < readers; ++i) threads_.emplace_back([this] { read_files(); });
    for (unsigned i = 0; i < workers; ++i) threads_.emplace_back([this] { assess_images(); });
  }
  ~State() {
    cancel();
    {
      const std::scoped_lock lock(mutex_);
      ending_ = true;
    }
    work_.notify_all();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::future<PipelineResult> submit(PipelineItem item) {
    Task task{.item = std::move(item)};
    task.bytes = bytes_of(task.item);
    std::future<PipelineResult> result = task.promise.get_future();
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] {
      return cancelled_ || queued_bytes_ == 0 ||
             queued_bytes_ + task.bytes <= options_.queued_bytes;
    });
    if (cancelled_) {
      end_cancelled(task);
      return result;
    }
    queued_bytes_ += task.bytes;
    const bool is_file = std::holds_alternative<InputFile>(task.item.image);
    (is_file ? unread_ : ready_).push_back(std::move(task));
    work_.notify_all();
    return result;
  }

  void cancel() {
    std::deque<Task> dropped;
    std::deque<Task> dropped_ready;
    {
      const std::scoped_lock lock(mutex_);
      cancelled_ = true;
      dropped.swap(unread_);
      dropped_ready.swap(ready_);
      for (const auto* tasks : {&dropped, &dropped_ready}) {
        for (const Task& task : *tasks) queued_bytes_ -= task.bytes;
      }
    }
    room_.notify_all();
    for (auto* tasks : {&dropped, &dropped_ready}) {
      for (Task& task : *tasks) end_cancelled(task);
    }
  }

 private:
  /// Waits for a task; nothing at the end.
  std::optional<Task> take(std::deque<Task>& tasks) {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [&] { return ending_ || !tasks.empty(); });
    if (tasks.empty()) return std::nullopt;
    std::optional<Task> task(std::move(tasks.front()));
    tasks.pop_front();
    return task;
  }

  void release(std::size_t bytes) {
    {
      const std::scoped_lock lock(mutex_);
      queued_bytes_ -= bytes;
    }
    room_.notify_all();
  }

  void read_files() {
    while (std::optional<Task> task = take(unread_)) read(std::move(*task));
  }

  /// Reads a file and lets the task wait for a worker. It is counted all the while.
  void read(Task task) {
    const Stopwatch watch;
    std::optional<Error> error;
    try {
      task.item.image = read_input(std::get<InputFile>(task.item.image));
    } catch (const Error& failure) {
      error = failure;
    } catch (const std::bad_alloc&) {
      error = Error(ErrorCode::out_of_memory, "the memory does not suffice to read the file");
    }
    task.timing_ms.read = watch.elapsed_ms();
    bool cancelled = false;
    {
      const std::scoped_lock lock(mutex_);
      cancelled = cancelled_;
      if (!error && !cancelled) {
        ready_.push_back(std::move(task));
        work_.notify_all();
        return;
      }
    }
    release(task.bytes);
    if (error) return end_with(task, std::move(*error));
    end_cancelled(task);
  }

  void assess_images() {
    while (std::optional<Task> task = take(ready_)) {
      release(task->bytes);
      assess(std::move(*task));
    }
  }

  void assess(Task task) const {
    PipelineResult result{.outcome = RiskReport{}, .header = {}, .timing_ms = task.timing_ms};
    result.outcome = contained([&]() -> RiskReport {
      const Radiograph radiograph = radiograph_of(task, result.timing_ms);
      result.header = radiograph.header();
      const ClinicalRecord record = record_of(task.item, radiograph.header());
      return assessor_.assess(radiograph, record, options_.assess);
    });
    if (const auto* report = std::get_if<RiskReport>(&result.outcome)) {
      result.timing_ms.preprocess = report->timing_ms.preprocess;
      result.timing_ms.infer = report->timing_ms.infer;
      result.timing_ms.judge = report->timing_ms.fuse;
    }
    task.promise.set_value(std::move(result));
  }

  Radiograph radiograph_of(Task& task, StageTimes& timing_ms) const {
    if (const auto* read = std::get_if<Radiograph>(&task.item.image)) return *read;
    const Stopwatch watch;
    Radiograph radiograph =
        decode(std::move(std::get<std::vector<std::byte>>(task.item.image)), options_);
    timing_ms.decode = watch.elapsed_ms();
    return radiograph;
  }

  const Assessor assessor_;
  const PipelineOptions options_;
  std::mutex mutex_;
  std::condition_variable room_;  ///< there is more room, or the work was cancelled
  std::condition_variable work_;  ///< there is something to do, or the end
  std::deque<Task> unread_;
  std::deque<Task> ready_;
  std::size_t queued_bytes_ = 0;  ///< of both, and of what is being read
  bool cancelled_ = false;
  bool ending_ = false;
  /// They use all that stands above, and are joined first.
  std::vector<std::jthread> threads_;
};

Pipeline::Pipeline(const Assessor& assessor, const PipelineOptions& options)
    : state_(std::make_unique<State>(assessor, options)) {}

Pipeline::~Pipeline() = default;

std::future<PipelineResult> Pipeline::submit(PipelineItem item) {
  return state_->submit(std::move(item));
}

void Pipeline::cancel() noexcept { state_->cancel(); }

std::vector<std::variant<RiskReport, Error>> assess_batch(const Assessor& assessor,
                                                          std::span<const Case> cases,
                                                          const AssessOptions& options) {
  Pipeline pipeline(assessor, {.assess = options});
  std::vector<std::future<PipelineResult>> pending;
  pending.reserve(cases.size());
  for (const Case& one : cases) {
    pending.push_back(pipeline.submit({.image = one.radiograph, .record = one.record}));
  }
  std::vector<std::variant<RiskReport, Error>> results;
  results.reserve(cases.size());
  for (auto& result : pending) results.push_back(std::move(result.get().outcome));
  return results;
}

}  // namespace aicovid
