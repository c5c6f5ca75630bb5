#include "progress_lines.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <cmath>
#include <cstdio>

namespace aicovid::cli {

namespace {

using std::chrono::duration;

/// How often the bar is drawn, and a line is printed where there is no terminal.
constexpr duration<double> kBarEvery{0.2};
constexpr duration<double> kLineEvery{30};

std::string duration_text(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string bar(const BatchProgress& progress) {
  constexpr std::size_t width = 24;
  const std::size_t full = progress.files > 0 ? width * progress.done / progress.files : width;
  return fmt::format("[{:#<{}}{:.<{}}]", "", full, "", width - full);
}

}  // namespace

std::string progress_text(const BatchProgress& progress, double elapsed_s) {
  std::string text = fmt::format("{} of {} files", progress.done, progress.files);
  const auto here = static_cast<double>(progress.done - progress.resumed);
  if (here > 0 && elapsed_s > 0) {
    const double rate = here / elapsed_s;
    const auto left = static_cast<double>(progress.files - progress.done);
    text += fmt::format(", {:.1f} images/s, {} left", rate, duration_text(left / rate));
  }
  if (progress.errors > 0) text += fmt::format(", {} errors", progress.errors);
  return text;
}

ProgressLines::ProgressLines() : is_terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressLines::show(const BatchProgress& progress) {
  const Clock::time_point now = Clock::now();
  const bool is_last = progress.done == progress.files;
  if (now - shown_ < (is_terminal_ ? kBarEvery : kLineEvery) && !(is_terminal_ && is_last)) return;
  shown_ = now;
  const std::string text = progress_text(progress, duration<double>(now - start_).count());
  if (is_terminal_) {
    // The rest of what stood there is erased.
    fmt::print(stderr, "\r{} {}\x1b[K", bar(progress), text);
    is_drawn_ = true;
  } else {
    fmt::print(stderr, "{}\n", text);
  }
  std::fflush(stderr);
}

void ProgressLines::finish() const {
  if (is_drawn_) fmt::print(stderr, "\n");
}

}  // namespace aicovid::cli
