#include "image/fit.hpp"
#include "jpeg_reader.hpp"
#include "raster.hpp"

#include "core/limits.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <cstdint>
#include <cstdlib>

namespace aicovid::image {
namespace {

/// How far Cb and Cr may lie from 128, or R, G and B from one another, in a radiograph saved in
/// colour. Equal channels give Cb = Cr = 128 exactly, which JPEG keeps exactly; an encoder that
/// truncates where it should round is off by one, and the decoder's inverse transform adds one.
constexpr int kNeutral = 2;

bool near(int a, int b) { return std::abs(a - b) <= kNeutral; }

/// Takes luminance (or green) of a row. Returns false where the row has colour.
bool take_grey(const JpegReader& reader, const std::vector<JSAMPLE>& row, std::uint8_t* grey) {
  const auto channels = static_cast<std::size_t>(reader.channels());
  for (std::size_t i = 0; i < row.size() / channels; ++i) {
    const JSAMPLE* pixel = row.data() + i * channels;
    if (channels == 1) {
      grey[i] = pixel[0];
    } else if (reader.is_ycbcr()) {
      if (!near(pixel[1], CENTERJSAMPLE) || !near(pixel[2], CENTERJSAMPLE)) return false;
      grey[i] = pixel[0];
    } else {
      if (!near(pixel[0], pixel[1]) || !near(pixel[1], pixel[2]) || !near(pixel[0], pixel[2]))
        return false;
      grey[i] = pixel[1];
    }
  }
  return true;
}

}  // namespace

Raster decode_jpeg(std::span<const std::byte> bytes, const ReadOptions& options) {
  JpegReader reader(bytes);
  if (!reader.read_header()) throw reader.error();
  if (reader.rows() * reader.columns() > kMaxPixels) {
    throw Error(ErrorCode::unsupported,
                fmt::format("the JPEG file has {} x {} pixels; expected at most {} pixels",
                            reader.rows(), reader.columns(), kMaxPixels));
  }
  Raster raster{.file = {static_cast<int>(reader.rows()), static_cast<int>(reader.columns())},
                .bits = 8,
                .channels = reader.channels(),
                .is_grey = reader.is_known(),
                .exif_orientation = reader.exif_orientation()};
  // Colour is looked for in every pixel.
  const int reduction = raster.channels == 1 ? halvings(upright_size(raster), options) : 0;
  raster.scale = static_cast<DecodedScale>(reduction);
  raster.rows = halved(raster.file.rows, reduction);
  raster.columns = halved(raster.file.columns, reduction);
  if (!reader.begin(reduction)) throw reader.error();
  const auto columns = static_cast<std::size_t>(raster.columns);
  std::vector<JSAMPLE> row(columns * static_cast<std::size_t>(raster.channels));
  raster.grey.resize(static_cast<std::size_t>(raster.rows) * columns);
  auto* grey = reinterpret_cast<std::uint8_t*>(raster.grey.data());
  for (int r = 0; r < raster.rows; ++r) {
    if (!reader.read_row(row.data())) throw reader.error();
    if (raster.is_grey)
      raster.is_grey = take_grey(reader, row, grey + static_cast<std::size_t>(r) * columns);
  }
  if (!reader.finish() || reader.is_damaged()) throw reader.error();
  if (!raster.is_grey) raster.grey = {};
  return raster;
}

}  // namespace aicovid::image
