#include "core/file.hpp"
#include "core/gate_reasons.hpp"
#include "image/fit.hpp"
#include "image/sniff.hpp"
#include "raster.hpp"

#include <aicovid/error.hpp>
#include <aicovid/read.hpp>

#include <fmt/format.h>
#include <chrono>
#include <string_view>

namespace aicovid {
namespace {

using image::Raster;

/// The gate's reasons. A picture says nothing of how it was taken.
std::vector<GateReason> reasons_of(const Raster& raster, const ImageHeader& header) {
  std::vector<GateReason> reasons = reasons_of_silence(header);
  if (!raster.is_grey) {
    reasons.push_back({.code = "colour",
                       .tag = "",
                       .found = fmt::format("{} channels that differ", raster.channels),
                       .expected = "one channel, or equal ones"});
  }
  sort_by_code(reasons);
  return reasons;
}

ImageHeader header_of(const Raster& raster, std::string_view source) {
  ImageHeader header;
  header.source = source;
  if (raster.is_grey) header.photometric_interpretation = to_string(Photometric::monochrome2);
  header.rows = raster.file.rows;
  header.columns = raster.file.columns;
  header.bits_allocated = raster.bits;
  header.bits_stored = raster.bits;
  header.high_bit = raster.bits - 1;
  header.samples_per_pixel = raster.channels;
  header.lossy = source == "jpeg";
  return header;
}

Radiograph parse_parts(std::span<const std::byte> bytes, const ReadOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const bool png = is_png(bytes);
  if (!png && !is_jpeg(bytes))
    throw Error(ErrorCode::corrupt, "not a PNG or JPEG file: unknown first bytes");
  Raster raster = png ? image::decode_png(bytes) : image::decode_jpeg(bytes, options);
  turn_upright(raster);

  Radiograph::Parts parts;
  parts.header = header_of(raster, png ? "png" : "jpeg");
  parts.reasons = reasons_of(raster, parts.header);
  if (!raster.is_grey && options.decode_refused && options.decode != Decode::none) {
    throw Error(ErrorCode::unsupported,
                fmt::format("the {} channels differ; expected a grey image", raster.channels));
  }
  if (raster.is_grey && options.decode != Decode::none) {
    parts.pixels = std::make_shared<const std::vector<std::byte>>(std::move(raster.grey));
    parts.rows = raster.rows;
    parts.columns = raster.columns;
    parts.scale = raster.scale;
    parts.finer = finer_reader(parse_image, bytes, options, raster.scale);
    parts.type = raster.bits == 16 ? PixelType::uint16 : PixelType::uint8;
    parts.grey.bits_stored = raster.bits;
  }
  // A picture has no header to read first: all of it is decoding.
  parts.decode_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  return Radiograph(std::move(parts));
}

constexpr std::string_view kWhat = "PNG or JPEG file";

}  // namespace

Radiograph parse_image(std::span<const std::byte> bytes, const ReadOptions& options) {
  return with_memory_errors(kWhat, [&] { return parse_parts(bytes, options); });
}

Radiograph read_image(const std::filesystem::path& file, const ReadOptions& options) {
  return with_memory_errors(kWhat, [&] { return parse_parts(read_file(file), options); });
}

Radiograph read_image(std::istream& stream, const ReadOptions& options) {
  return with_memory_errors(kWhat, [&] { return parse_parts(read_stream(stream), options); });
}

}  // namespace aicovid
