#include "core/limits.hpp"
#include "exif.hpp"
#include "raster.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <png.h>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace aicovid::image {
namespace {

/// One PNG being read. libpng reports errors by longjmp, so each step is a function without objects
/// to destroy.
class PngReader {
 public:
  explicit PngReader(std::span<const std::byte> bytes) : bytes_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, &info_, nullptr);
      throw Error(ErrorCode::internal, "libpng cannot be started");
    }
    png_set_read_fn(png_, this, read);
  }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  /// Reads up to the pixels.
  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    // The caller limits the product of the sides. The limit of a chunk is libpng's own default.
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(png_, 8'000'000);
    png_read_info(png_, info_);
    return true;
  }

  /// Asks for grey or RGB of 8 or 16 bits, with or without alpha. libpng allocates rows here, and
  /// clears them, so that the size must have been checked before.
  bool start_pixels() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_expand(png_);
    // The native byte order is little endian.
    if (png_get_bit_depth(png_, info_) == 16) png_set_swap(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool read_pixels(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, info_);  // eXIf may stand behind the pixels
    return true;
  }

  std::int64_t rows() const { return png_get_image_height(png_, info_); }
  std::int64_t columns() const { return png_get_image_width(png_, info_); }
  int channels() const { return png_get_channels(png_, info_); }
  int bits() const { return png_get_bit_depth(png_, info_); }
  std::size_t row_bytes() const { return png_get_rowbytes(png_, info_); }
  /// The orientation by Exif, known once the pixels are read; 1 where the file does not say.
  int exif_orientation() const {
    png_uint_32 length = 0;
    png_bytep profile = nullptr;
    if (png_get_eXIf_1(png_, info_, &length, &profile) == 0) return 1;
    const std::span bytes(reinterpret_cast<const std::byte*>(profile), length);
    return image::exif_orientation(bytes).value_or(1);
  }
  const char* message() const { return message_; }

 private:
  static void read(png_structp png, png_bytep out, std::size_t length) {
    auto& self = *static_cast<PngReader*>(png_get_io_ptr(png));
    if (length > self.bytes_.size() - self.at_) png_error(png, "the file ends too early");
    std::memcpy(out, self.bytes_.data() + self.at_, length);
    self.at_ += length;
  }
  static void on_error(png_structp png, png_const_charp message) {
    auto& self = *static_cast<PngReader*>(png_get_error_ptr(png));
    std::strncpy(self.message_, message, sizeof self.message_ - 1);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  char message_[128] = {};
};

/// Takes the first channel of pixels whose colour channels agree. `T` is the type of a sample.
template <typename T>
void take_grey(Raster& raster, const std::vector<std::byte>& pixels, int stored_channels) {
  const std::size_t count =
      static_cast<std::size_t>(raster.rows) * static_cast<std::size_t>(raster.columns);
  const bool has_alpha = stored_channels == 2 || stored_channels == 4;
  const auto* samples = reinterpret_cast<const T*>(pixels.data());
  raster.grey.resize(count * sizeof(T));
  auto* grey = reinterpret_cast<T*>(raster.grey.data());
  for (std::size_t i = 0; i < count; ++i) {
    const T* pixel = samples + i * static_cast<std::size_t>(stored_channels);
    if (has_alpha && pixel[stored_channels - 1] != static_cast<T>(~T{0})) {
      throw Error(ErrorCode::unsupported,
                  "the PNG file has transparent pixels; expected opaque ones");
    }
    if (raster.channels == 3 && (pixel[0] != pixel[1] || pixel[0] != pixel[2])) {
      raster.is_grey = false;
      raster.grey = {};
      return;
    }
    grey[i] = pixel[0];
  }
}

/// Refuses chunks that claim more bytes than there are: libpng allocates by the length that a chunk
/// claims, before it reads the chunk.
void check_chunk_lengths(std::span<const std::byte> bytes) {
  constexpr std::size_t signature = 8;
  constexpr std::size_t around = 12;  // length, type and checksum of a chunk
  for (std::size_t at = signature; at < bytes.size();) {
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < 4 && at + i < bytes.size(); ++i)
      length = length << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    if (bytes.size() - at < around || length > bytes.size() - at - around) {
      throw Error(
          ErrorCode::corrupt,
          fmt::format("the PNG file is damaged: the chunk at byte {} ends behind the file", at));
    }
    const std::string_view type(reinterpret_cast<const char*>(bytes.data()) + at + 4, 4);
    if (type == "IEND") return;
    at += around + length;
  }
}

}  // namespace

Raster decode_png(std::span<const std::byte> bytes) {
  check_chunk_lengths(bytes);
  PngReader reader(bytes);
  const auto corrupt = [&reader] {
    return Error(ErrorCode::corrupt, fmt::format("the PNG file is damaged: {}", reader.message()));
  };
  if (!reader.read_header()) throw corrupt();
  // Each side is below 2^31, so that their product cannot overflow.
  if (reader.rows() * reader.columns() > kMaxPixels) {
    throw Error(ErrorCode::unsupported,
                fmt::format("the PNG file has {} x {} pixels; expected at most {} pixels",
                            reader.rows(), reader.columns(), kMaxPixels));
  }
  if (!reader.start_pixels()) throw corrupt();
  const int stored_channels = reader.channels();
  Raster raster{.file = {static_cast<int>(reader.rows()), static_cast<int>(reader.columns())},
                .rows = static_cast<int>(reader.rows()),
                .columns = static_cast<int>(reader.columns()),
                .bits = reader.bits(),
                .channels = stored_channels >= 3 ? 3 : 1};
  std::vector<std::byte> pixels(static_cast<std::size_t>(raster.rows) * reader.row_bytes());
  std::vector<png_bytep> rows(static_cast<std::size_t>(raster.rows));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    rows[r] = reinterpret_cast<png_bytep>(pixels.data() + r * reader.row_bytes());
  }
  if (!reader.read_pixels(rows.data())) throw corrupt();
  raster.exif_orientation = reader.exif_orientation();

  if (raster.bits == 16) {
    take_grey<std::uint16_t>(raster, pixels, stored_channels);
  } else {
    take_grey<std::uint8_t>(raster, pixels, stored_channels);
  }
  return raster;
}

}  // namespace aicovid::image
