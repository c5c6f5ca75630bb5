#include "png.hpp"

#include "core/file.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <png.h>
#include <vector>

namespace aicovid {

void write_png(const PngImage& image, const std::filesystem::path& file) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.columns);
  header.height = static_cast<png_uint_32>(image.rows);
  header.format = image.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  // Twice as quick, a few per cent larger.
  header.flags = PNG_IMAGE_FLAG_FAST;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::vector<std::byte> bytes(size);
  const int written = png_image_write_to_memory(&header, bytes.data(), &size, 0, image.pixels,
                                                static_cast<png_int_32>(image.row_bytes), nullptr);
  if (written == 0) {
    throw Error(ErrorCode::internal, fmt::format("the {} x {} image cannot be encoded as PNG: {}",
                                                 image.rows, image.columns, header.message));
  }
  write_file(file, bytes.data(), size);
}

}  // namespace aicovid
