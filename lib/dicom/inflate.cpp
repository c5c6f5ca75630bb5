#include "inflate.hpp"

#include "core/limits.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <zlib.h>
#include <algorithm>
#include <array>
#include <memory>
#include <new>

namespace aicovid::dicom {

std::vector<std::byte> inflate_dataset(std::span<const std::byte> deflated) {
  constexpr std::size_t header = 16 << 20;  // far more than any header of an image
  constexpr std::size_t most = 2 * static_cast<std::size_t>(kMaxPixels) + header;
  z_stream stream{};
  // The window's negative size means a raw stream, without zlib's header.
  const int started = inflateInit2(&stream, -MAX_WBITS);
  if (started == Z_MEM_ERROR) throw std::bad_alloc();
  if (started != Z_OK) throw Error(ErrorCode::internal, "zlib cannot be started");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);

  std::vector<std::byte> inflated;
  std::array<std::byte, 65536> block;
  std::size_t at = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.avail_in == 0 && at < deflated.size()) {
      const std::size_t count = std::min<std::size_t>(deflated.size() - at, 1u << 30);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(deflated.data() + at));
      stream.avail_in = static_cast<uInt>(count);
      at += count;
    }
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = block.size();
    status = inflate(&stream, Z_NO_FLUSH);
    inflated.insert(inflated.end(), block.begin(), block.end() - stream.avail_out);
    if (inflated.size() > most) {
      throw Error(
          ErrorCode::unsupported,
          fmt::format("the deflated data set has more than {} bytes; expected an image", most));
    }
  }
  if (status == Z_MEM_ERROR) throw std::bad_alloc();
  if (status != Z_STREAM_END)
    throw Error(ErrorCode::corrupt, "the deflated data set is damaged or ends early");
  return inflated;
}

}  // namespace aicovid::dicom
