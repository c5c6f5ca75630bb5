#include "core/file.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <array>
#include <fstream>
#include <istream>

namespace aicovid {

std::vector<std::byte> read_file(const std::filesystem::path& file, std::uintmax_t max_bytes) {
  std::error_code status;
  if (!std::filesystem::is_regular_file(file, status)) {
    throw Error(ErrorCode::not_found, "no such file");
  }
  std::ifstream stream(file, std::ios::binary);
  const auto size = std::filesystem::file_size(file, status);
  if (!stream || status) throw Error(ErrorCode::io, "the file cannot be opened");
  if (size > max_bytes) {
    throw Error(ErrorCode::unsupported,
                fmt::format("the file has {} bytes; expected at most {}", size, max_bytes));
  }
  std::vector<std::byte> bytes(size);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (static_cast<std::size_t>(stream.gcount()) != size) {
    throw Error(ErrorCode::io, "the file cannot be read to its end");
  }
  return bytes;
}

std::vector<std::byte> read_stream(std::istream& stream, std::uintmax_t max_bytes) {
  std::vector<std::byte> bytes;
  std::array<char, 65536> block;
  while (stream.good()) {
    stream.read(block.data(), block.size());
    const auto* first = reinterpret_cast<const std::byte*>(block.data());
    bytes.insert(bytes.end(), first, first + stream.gcount());
    if (bytes.size() > max_bytes) {
      throw Error(
          ErrorCode::unsupported,
          fmt::format("the stream has more than {} bytes; expected at most that many", max_bytes));
    }
  }
  if (!stream.eof()) throw Error(ErrorCode::io, "the stream cannot be read to its end");
  return bytes;
}

void write_file(const std::filesystem::path& file, const void* bytes, std::size_t size) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  stream.close();
  if (!stream) throw Error(ErrorCode::io, "the output file cannot be written");
}

}  // namespace aicovid
