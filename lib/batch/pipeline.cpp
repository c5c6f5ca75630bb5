#include "read_input.hpp"

#include "core/clock.hpp"
#include "core/error_of.hpp"

#include <aicovid/pipeline.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
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
  std::optional<Error> unread;  ///< why the file could not be read
};

/// What was submitted together.
struct Group {
  std::vector<Task> tasks;
  std::size_t bytes = 0;  ///< that it is counted with while it waits
};

std::size_t bytes_of(const PipelineItem& item) {
  std::uintmax_t bytes = 0;
  if (const auto* file = std::get_if<InputFile>(&item.image)) bytes = file->size;
  if (const auto* held = std::get_if<std::vector<std::byte>>(&item.image)) bytes = held->size();
  if (const auto* read = std::get_if<Radiograph>(&item.image)) bytes = read->size_bytes();
  return std::max<std::size_t>(bytes, kSmallestItem);
}

void end_with(Task& task, Error error) {
  task.promise.set_value({.outcome = std::move(error), .header = {}, .timing_ms = task.timing_ms});
}

void end_cancelled(Group& group) {
  for (Task& task : group.tasks) {
    end_with(task,
             Error(ErrorCode::cancelled, "the work was stopped before it came to this image"));
  }
}

ClinicalRecord record_of(const PipelineItem& item, const ImageHeader& header) {
  if (const auto* find = std::get_if<RecordOf>(&item.record)) return (*find)(header);
  return std::get<ClinicalRecord>(item.record);
}

/// Decodes the bytes, which are not kept.
Radiograph decode(std::vector<std::byte> bytes, const ReadOptions& options) {
  return parse_radiograph(bytes, options);
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

  std::vector<std::future<PipelineResult>> submit(std::vector<PipelineItem> items) {
    Group group;
    std::vector<std::future<PipelineResult>> results;
    bool has_file = false;
    for (PipelineItem& item : items) {
      group.bytes += bytes_of(item);
      has_file |= std::holds_alternative<InputFile>(item.image);
      group.tasks.push_back({.item = std::move(item)});
      results.push_back(group.tasks.back().promise.get_future());
    }
    if (results.empty()) return results;
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] {
      return cancelled_ || queued_bytes_ == 0 ||
             queued_bytes_ + group.bytes <= options_.queued_bytes;
    });
    if (cancelled_) {
      end_cancelled(group);
      return results;
    }
    queued_bytes_ += group.bytes;
    (has_file ? unread_ : ready_).push_back(std::move(group));
    work_.notify_all();
    return results;
  }

  void cancel() {
    std::deque<Group> dropped;
    std::deque<Group> dropped_ready;
    {
      const std::scoped_lock lock(mutex_);
      cancelled_ = true;
      dropped.swap(unread_);
      dropped_ready.swap(ready_);
      for (const auto* groups : {&dropped, &dropped_ready}) {
        for (const Group& group : *groups) queued_bytes_ -= group.bytes;
      }
    }
    room_.notify_all();
    for (auto* groups : {&dropped, &dropped_ready}) {
      for (Group& group : *groups) end_cancelled(group);
    }
  }

 private:
  /// Waits for a group, and takes those behind it that a batch has room for; nothing at the end.
  std::optional<Group> take(std::deque<Group>& groups, std::size_t most_tasks) {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [&] { return ending_ || !groups.empty(); });
    if (groups.empty()) return std::nullopt;
    std::optional<Group> taken(std::move(groups.front()));
    groups.pop_front();
    while (!groups.empty() && taken->tasks.size() + groups.front().tasks.size() <= most_tasks) {
      for (Task& task : groups.front().tasks) taken->tasks.push_back(std::move(task));
      taken->bytes += groups.front().bytes;
      groups.pop_front();
    }
    return taken;
  }

  void release(std::size_t bytes) {
    {
      const std::scoped_lock lock(mutex_);
      queued_bytes_ -= bytes;
    }
    room_.notify_all();
  }

  void read_files() {
    while (std::optional<Group> group = take(unread_, 1)) read(std::move(*group));
  }

  /// Reads a group's files and lets it wait for a worker. It is counted all the while.
  void read(Group group) {
    for (Task& task : group.tasks) read(task);
    {
      const std::scoped_lock lock(mutex_);
      if (!cancelled_) {
        ready_.push_back(std::move(group));
        work_.notify_all();
        return;
      }
    }
    release(group.bytes);
    end_cancelled(group);
  }

  static void read(Task& task) {
    const auto* file = std::get_if<InputFile>(&task.item.image);
    if (file == nullptr) return;
    const Stopwatch watch;
    try {
      task.item.image = read_input(*file);
    } catch (...) {
      task.unread = error_of(std::current_exception());
    }
    task.timing_ms.read = watch.elapsed_ms();
  }

  void assess_images() {
    while (std::optional<Group> group = take(ready_, assessor_.batch())) {
      release(group->bytes);
      assess(std::move(group->tasks));
    }
  }

  void assess(std::vector<Task> tasks) const {
    std::vector<PipelineResult> results;
    std::vector<Case> cases;
    std::vector<std::size_t> places;
    for (Task& task : tasks) {
      PipelineResult& result = results.emplace_back(
          PipelineResult{.outcome = RiskReport{}, .header = {}, .timing_ms = task.timing_ms});
      try {
        cases.push_back(case_of(task, result));
        places.push_back(results.size() - 1);
      } catch (...) {
        result.outcome = error_of(std::current_exception());
      }
    }
    auto outcomes = assessor_.assess_together(cases, options_.assess);
    for (std::size_t k = 0; k < places.size(); ++k) {
      PipelineResult& result = results[places[k]];
      result.outcome = std::move(outcomes[k]);
      if (const auto* report = std::get_if<RiskReport>(&result.outcome)) {
        // It may have been decoded again, at a finer scale.
        result.timing_ms.decode += report->timing_ms.decode - cases[k].radiograph.decode_ms();
        result.timing_ms.preprocess = report->timing_ms.preprocess;
        result.timing_ms.infer = report->timing_ms.infer;
        result.timing_ms.judge = report->timing_ms.fuse;
      }
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      tasks[i].promise.set_value(std::move(results[i]));
    }
  }

  /// Decodes the image, says in `result` what its header is, and finds its record.
  Case case_of(Task& task, PipelineResult& result) const {
    if (task.unread) throw Error(*task.unread);
    const Radiograph radiograph = radiograph_of(task, result.timing_ms);
    result.header = radiograph.header();
    return {radiograph, record_of(task.item, radiograph.header())};
  }

  Radiograph radiograph_of(Task& task, StageTimes& timing_ms) const {
    if (const auto* read = std::get_if<Radiograph>(&task.item.image)) return *read;
    const Stopwatch watch;
    Radiograph radiograph = decode(std::move(std::get<std::vector<std::byte>>(task.item.image)),
                                   {.decode = options_.decode,
                                    .decode_refused = options_.assess.force,
                                    .fit = assessor_.fit_size()});
    timing_ms.decode = watch.elapsed_ms();
    return radiograph;
  }

  const Assessor assessor_;
  const PipelineOptions options_;
  std::mutex mutex_;
  std::condition_variable room_;  ///< there is more room, or the work was cancelled
  std::condition_variable work_;  ///< there is something to do, or the end
  std::deque<Group> unread_;
  std::deque<Group> ready_;
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
  std::vector<PipelineItem> alone;
  alone.push_back(std::move(item));
  return std::move(state_->submit(std::move(alone))[0]);
}

std::vector<std::future<PipelineResult>> Pipeline::submit_together(
    std::vector<PipelineItem> items) {
  return state_->submit(std::move(items));
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
