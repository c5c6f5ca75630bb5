#include "image/grey_jpeg.hpp"

#include "image/fit.hpp"
#include "jpeg_reader.hpp"

namespace aicovid::image {

std::optional<std::vector<std::byte>> decode_grey_jpeg(std::span<const std::byte> stream,
                                                       int halvings) {
  JpegReader reader(stream, JpegReading::strict);
  if (!reader.read_header() || reader.channels() != 1 || !reader.begin(halvings))
    return std::nullopt;
  const auto rows = static_cast<std::size_t>(halved(static_cast<int>(reader.rows()), halvings));
  const auto columns =
      static_cast<std::size_t>(halved(static_cast<int>(reader.columns()), halvings));
  std::vector<std::byte> pixels(rows * columns);
  for (std::size_t row = 0; row < rows; ++row) {
    if (!reader.read_row(reinterpret_cast<JSAMPROW>(pixels.data() + row * columns)))
      return std::nullopt;
  }
  if (!reader.finish() || reader.is_damaged()) return std::nullopt;
  return pixels;
}

}  // namespace aicovid::image
