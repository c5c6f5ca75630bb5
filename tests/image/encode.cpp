#include "encode.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
// After cstdio: it needs FILE.
#include <jpeglib.h>
#include <png.h>

namespace aicovid::test {

std::vector<std::byte> encode_png(const Picture& picture, int colour_type,
                                  const PngOptions& options) {
  std::vector<std::byte> out;
  const auto fail = [](png_structp, png_const_charp message) { throw std::runtime_error(message); };
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, fail, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp self, png_bytep data, std::size_t length) {
        auto& bytes = *static_cast<std::vector<std::byte>*>(png_get_io_ptr(self));
        const auto* first = reinterpret_cast<const std::byte*>(data);
        bytes.insert(bytes.end(), first, first + length);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.columns),
               static_cast<png_uint_32>(picture.rows), picture.bits, colour_type,
               options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (colour_type == PNG_COLOR_TYPE_PALETTE) {
    std::vector<png_color> palette;
    for (int i = 0; i < 256; ++i) {
      const auto grey = static_cast<png_byte>(255 - i);
      palette.push_back({grey, grey, grey});
    }
    png_set_PLTE(png, info, palette.data(), 256);
  }
  // Not by png_set_eXIf, which would write it before the pixels only, and no damaged one.
  const auto write_exif = [&] {
    if (options.exif.empty()) return;
    const png_byte name[] = {'e', 'X', 'I', 'f', 0};
    png_write_chunk(png, name, options.exif.data(), options.exif.size());
  };
  png_write_info(png, info);
  if (!options.exif_behind) write_exif();
  const int passes = png_set_interlace_handling(png);
  const int width = picture.columns * picture.channels;
  std::vector<png_byte> row(static_cast<std::size_t>(width) * 2);
  for (int pass = 0; pass < passes; ++pass) {
    for (int r = 0; r < picture.rows; ++r) {
      for (int i = 0; i < width; ++i) {
        const std::uint16_t value = picture.samples[static_cast<std::size_t>(r * width + i)];
        if (picture.bits == 16) {
          row[static_cast<std::size_t>(2 * i)] = static_cast<png_byte>(value >> 8);
          row[static_cast<std::size_t>(2 * i + 1)] = static_cast<png_byte>(value & 0xff);
        } else {
          row[static_cast<std::size_t>(i)] = static_cast<png_byte>(value);
        }
      }
      png_write_row(png, row.data());
    }
  }
  if (options.exif_behind) write_exif();
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

std::vector<std::byte> encode_jpeg(const Picture& picture, const JpegOptions& options) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long length = 0;
  jpeg_mem_dest(&info, &memory, &length);
  info.image_width = static_cast<JDIMENSION>(picture.columns);
  info.image_height = static_cast<JDIMENSION>(picture.rows);
  info.input_components = picture.channels;
  info.in_color_space = picture.channels == 1   ? JCS_GRAYSCALE
                        : picture.channels == 3 ? JCS_RGB
                                                : JCS_CMYK;
  jpeg_set_defaults(&info);
  if (options.keep_rgb) jpeg_set_colorspace(&info, JCS_RGB);
  jpeg_set_quality(&info, options.quality, TRUE);
  if (options.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  if (!options.app1.empty()) {
    jpeg_write_marker(&info, JPEG_APP0 + 1, options.app1.data(),
                      static_cast<unsigned int>(options.app1.size()));
  }
  std::vector<JSAMPLE> row(static_cast<std::size_t>(picture.columns * picture.channels));
  for (int r = 0; r < picture.rows; ++r) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = static_cast<JSAMPLE>(picture.samples[static_cast<std::size_t>(r) * row.size() + i]);
    }
    JSAMPROW pointer = row.data();
    jpeg_write_scanlines(&info, &pointer, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const auto* first = reinterpret_cast<const std::byte*>(memory);
  std::vector<std::byte> out(first, first + length);
  std::free(memory);
  return out;
}

}  // namespace aicovid::test
