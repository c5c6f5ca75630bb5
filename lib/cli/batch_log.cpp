#include "batch_log.hpp"

#include <aicovid/version.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <unistd.h>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

namespace aicovid::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds kProgressEvery{30};

/// Makes the file, its owner's alone, as the outputs are.
void make(const std::string& file) {
  const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (made < 0) {
    throw FileError(Error(ErrorCode::io,
                          "the log cannot be written: " + std::generic_category().message(errno)),
                    file);
  }
  ::close(made);
}

}  // namespace

/// A logger that stops the run where a line is lost: spdlog tells of that by a handler alone.
class BatchLog::Lines {
 public:
  explicit Lines(const std::string& file) : file_(file) {
    make(file);
    try {
      logger_.sinks().push_back(std::make_shared<spdlog::sinks::basic_file_sink_st>(file));
    } catch (const spdlog::spdlog_ex&) {
      throw lost();
    }
    logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc));
    logger_.set_error_handler([this](const std::string&) { is_lost_ = true; });
    logger_.flush_on(spdlog::level::info);
  }

  /// @param members  an object, whose members follow the time and the level
  void add(spdlog::level::level_enum level, const Json& members) {
    const std::string object = members.dump();
    logger_.log(level, std::string_view(object).substr(1, object.size() - 2));
    if (is_lost_) throw lost();
  }

 private:
  FileError lost() const {
    return {Error(ErrorCode::io, "a line of the log cannot be written"), file_};
  }

  std::string file_;
  spdlog::logger logger_{"batch"};
  bool is_lost_ = false;
};

BatchLog::BatchLog(const std::string& file) : lines_(std::make_unique<Lines>(file)) {}

BatchLog::~BatchLog() = default;

void BatchLog::begin(const BatchOptions& options, const Assessor& assessor, std::size_t files) {
  const ModelInfo& model = assessor.model();
  const ComputeInfo compute = assessor.compute();
  lines_->add(spdlog::level::info,
              {{"event", "begun"},
               {"schema", "aicovid.batch_log/1"},
               {"process", ::getpid()},
               {"version", version()},
               {"model", model.name},
               {"model_version", model.version},
               {"device", compute.device},
               {"backend", compute.backend},
               {"workers", assessor.workers()},
               {"shard", fmt::format("{}/{}", options.shard.index, options.shard.count)},
               {"files", files},
               {"resume", options.resume}});
}

void BatchLog::row(const BatchProgress& progress) {
  if (progress.error) {
    lines_->add(
        spdlog::level::warn,
        {{"event", "row_error"}, {"row", progress.done}, {"error", to_string(*progress.error)}});
  }
  const Clock::time_point now = Clock::now();
  if (now - told_ < kProgressEvery) return;
  told_ = now;
  lines_->add(spdlog::level::info, {{"event", "progress"},
                                    {"done", progress.done},
                                    {"files", progress.files},
                                    {"error_rows", progress.errors}});
}

void BatchLog::end(const BatchSummary& summary) {
  lines_->add(spdlog::level::info, {{"event", "ended"},
                                    {"ok", summary.ok},
                                    {"refused", summary.refused},
                                    {"error_rows", summary.error_rows()},
                                    {"resumed", summary.resumed},
                                    {"elapsed_s", summary.elapsed_s},
                                    {"images_per_s", summary.images_per_s()}});
}

void BatchLog::end(const Error& error) {
  const bool asked = error.code() == ErrorCode::cancelled;
  lines_->add(asked ? spdlog::level::info : spdlog::level::err,
              {{"event", asked ? "stopped" : "failed"}, {"error", to_string(error.code())}});
}

}  // namespace aicovid::cli
