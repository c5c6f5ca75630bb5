#include "npy.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <bit>
#include <fstream>

namespace aicovid::cli {

namespace {

static_assert(std::endian::native == std::endian::little,
              "the type strings below are little endian");

void write(const std::string& file, const void* data, std::size_t bytes, const char* type,
           const std::vector<std::int64_t>& shape) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({},), }}",
                                   type, fmt::join(shape, ", "));
  // The magic string, version and length take 10 bytes; the data begins at a multiple of 64.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  const auto length = static_cast<std::uint16_t>(header.size());
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << "\x93NUMPY" << '\x01' << '\x00' << static_cast<char>(length & 255)
         << static_cast<char>(length >> 8) << header;
  stream.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  stream.close();
  if (!stream) throw Error(ErrorCode::io, "the output file cannot be written");
}

const char* type_string(PixelType type) {
  switch (type) {
    case PixelType::uint8:
      return "|u1";
    case PixelType::int8:
      return "|i1";
    case PixelType::uint16:
      return "<u2";
    case PixelType::int16:
      return "<i2";
  }
  return "|u1";
}

}  // namespace

void write_npy(const std::string& file, const void* data, std::size_t bytes, PixelType type,
               const std::vector<std::int64_t>& shape) {
  write(file, data, bytes, type_string(type), shape);
}

void write_npy(const std::string& file, const float* data, std::size_t bytes,
               const std::vector<std::int64_t>& shape) {
  write(file, data, bytes, "<f4", shape);
}

}  // namespace aicovid::cli
