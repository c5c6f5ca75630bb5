#include "read_input.hpp"

#include "core/file.hpp"

#include <aicovid/error.hpp>

#include <chrono>
#include <filesystem>
#include <system_error>

namespace aicovid {

namespace fs = std::filesystem;

InputFile look_at_file(const std::string& name) {
  std::error_code failure;
  const fs::file_status status = fs::status(name, failure);
  if (status.type() == fs::file_type::not_found) {
    throw Error(ErrorCode::not_found, "no such file");
  }
  if (failure) throw Error(ErrorCode::io, "the file cannot be looked at");
  if (!fs::is_regular_file(status)) {
    throw Error(ErrorCode::not_found, "it is no regular file");
  }
  InputFile file{.name = name};
  file.size = fs::file_size(name, failure);
  if (failure) throw Error(ErrorCode::io, "the file cannot be looked at");
  const fs::file_time_type modified = fs::last_write_time(name, failure);
  if (failure) throw Error(ErrorCode::io, "the file cannot be looked at");
  const auto since_1970 = std::chrono::file_clock::to_sys(modified).time_since_epoch();
  file.modified_ns = std::chrono::nanoseconds(since_1970).count();
  return file;
}

std::vector<std::byte> read_input(const InputFile& file) {
  const auto require_unchanged = [&file] {
    if (look_at_file(file.name) != file) {
      throw Error(ErrorCode::io, "the file has changed since it was listed");
    }
  };
  require_unchanged();
  std::vector<std::byte> bytes = read_file(file.name);
  require_unchanged();
  return bytes;
}

}  // namespace aicovid
