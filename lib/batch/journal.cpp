#include "journal.hpp"

#include "core/file.hpp"

#include <aicovid/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

namespace aicovid {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The reason in the operating system's words: "No space left on device".
std::string system_reason() { return std::generic_category().message(errno); }

Error io_error(std::string_view what) {
  return {ErrorCode::io, fmt::format("{}: {}", what, system_reason())};
}

fs::path description_file(const fs::path& out) {
  fs::path file = out;
  file += ".run.json";
  return file;
}

/// Writes beside the file and renames, so that it is whole whenever it is there.
void write_description(const fs::path& out, const std::string& run) {
  const fs::path file = description_file(out);
  fs::path part = file;
  part += ".part";
  write_file(part, run.data(), run.size());
  std::error_code failure;
  fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write, failure);
  if (!failure) fs::rename(part, file, failure);
  if (failure) throw Error(ErrorCode::io, "its description OUT.run.json cannot be written");
}

std::string shown(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// The first member in which the runs differ, for messages; empty where they are the same.
std::string difference(const Json& before, const Json& now) {
  const Json old_members = before.flatten();
  const Json new_members = now.flatten();
  for (const auto& [path, value] : new_members.items()) {
    const auto old = old_members.find(path);
    if (old == old_members.end()) {
      return fmt::format("{} is {} and was not there", path, shown(value));
    }
    if (*old != value) return fmt::format("{} is {} and was {}", path, shown(value), shown(*old));
  }
  for (const auto& [path, value] : old_members.items()) {
    if (!new_members.contains(path)) {
      return fmt::format("{} is not there and was {}", path, shown(value));
    }
  }
  return {};
}

void require_same_run(const fs::path& out, const std::string& run) {
  std::error_code status;
  if (!fs::exists(description_file(out), status)) {
    throw Error(ErrorCode::invalid_argument,
                "its description OUT.run.json is not beside it; expected an output of a batch");
  }
  const std::vector<std::byte> bytes = read_file(description_file(out));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const Json before = Json::parse(text, nullptr, false);
  if (before.is_discarded()) {
    throw Error(ErrorCode::corrupt, "its description OUT.run.json is no JSON");
  }
  const std::string found = difference(before, Json::parse(run));
  if (!found.empty()) {
    throw Error(ErrorCode::invalid_argument, "the output was begun by another run: " + found +
                                                 "; expected the same, or another output");
  }
}

/// The bytes up to the end of the last whole line.
std::uint64_t whole_lines(int file, std::uint64_t size) {
  std::vector<char> block(65536);
  for (std::uint64_t end = size; end > 0;) {
    const std::uint64_t begin = end > block.size() ? end - block.size() : 0;
    const ssize_t got = ::pread(file, block.data(), end - begin, static_cast<off_t>(begin));
    if (got != static_cast<ssize_t>(end - begin)) throw io_error("it cannot be read");
    const auto last = std::find(block.rend() - got, block.rend(), '\n');
    if (last != block.rend()) return begin + static_cast<std::uint64_t>(block.rend() - last);
    end = begin;
  }
  return 0;
}

}  // namespace

Journal::Journal(const JournalStart& start) {
  std::error_code status;
  const bool is_there = fs::exists(start.out, status);
  if (is_there && !start.resume) {
    throw Error(ErrorCode::invalid_argument,
                "the output is there already; resume it, or choose another");
  }
  if (is_there && !fs::is_regular_file(start.out, status)) {
    throw Error(ErrorCode::invalid_argument, "the output is no regular file");
  }
  constexpr int kOwnersAlone = 0600;
  const int when_new = is_there ? 0 : O_CREAT | O_EXCL;
  file_ = ::open(start.out.c_str(), O_RDWR | O_CLOEXEC | when_new, kOwnersAlone);
  if (file_ < 0) throw io_error("it cannot be opened");
  try {
    begin(start);
  } catch (...) {
    ::close(file_);
    // What could not be begun is not left for the next run to find.
    if (!is_there) ::unlink(start.out.c_str());
    throw;
  }
}

Journal::~Journal() { ::close(file_); }

void Journal::begin(const JournalStart& start) {
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    throw Error(ErrorCode::io, "another run writes the output");
  }
  const off_t end = ::lseek(file_, 0, SEEK_END);
  if (end < 0) throw io_error("it cannot be read");
  // An empty file may be all that a run came to.
  if (end == 0) {
    write_description(start.out, start.run);
  } else {
    require_same_run(start.out, start.run);
  }
  size_ = whole_lines(file_, static_cast<std::uint64_t>(end));
  if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) throw io_error("it cannot be cut");
  if (::lseek(file_, 0, SEEK_END) < 0) throw io_error("it cannot be written");
  if (size_ > 0) {
    go_through(start);
  } else if (!start.header.empty()) {
    append(start.header);
  }
}

void Journal::go_through(const JournalStart& start) {
  std::ifstream lines(start.out, std::ios::binary);
  std::string line;
  if (!start.header.empty()) {
    if (!std::getline(lines, line) || line != start.header) {
      throw Error(ErrorCode::corrupt, "its first line has other columns than this run writes");
    }
  }
  while (std::getline(lines, line)) start.kept(line);
  if (!lines.eof()) throw Error(ErrorCode::io, "it cannot be read to its end");
}

void Journal::append(std::string_view row) {
  const std::string line = std::string(row) + '\n';
  for (std::size_t written = 0; written < line.size();) {
    const ssize_t more = ::write(file_, line.data() + written, line.size() - written);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) {
      const Error error = io_error("it cannot be written");
      // What stays of the row must not be taken for one.
      if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) {
        throw Error(ErrorCode::io, "it cannot be written, and its last line is torn");
      }
      throw error;
    }
    written += static_cast<std::size_t>(more);
  }
  size_ += line.size();
}

void Journal::finish() {
  if (::fsync(file_) != 0) throw io_error("it cannot be written to the disk");
}

}  // namespace aicovid
