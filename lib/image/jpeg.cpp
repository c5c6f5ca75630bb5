#include "core/limits.hpp"
#include "exif.hpp"
#include "raster.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
// They need FILE, so that they come after cstdio.
#include <jerror.h>
#include <jpeglib.h>

namespace aicovid::image {
namespace {

/// How far Cb and Cr may lie from 128, or R, G and B from one another, in a radiograph saved in
/// colour. Equal channels give Cb = Cr = 128 exactly, which JPEG keeps exactly; an encoder that
/// truncates where it should round is off by one, and the decoder's inverse transform adds one.
constexpr int kNeutral = 2;

/// The most scans that a progressive file may have; encoders use some ten. Each is a pass over all
/// pixels, however few its bytes.
constexpr int kMostScans = 200;

/// One JPEG being read. libjpeg reports errors by longjmp, so each step is a function without
/// objects to destroy.
class JpegReader {
 public:
  explicit JpegReader(std::span<const std::byte> bytes) {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    errors_.output_message = [](j_common_ptr) {};
    info_.client_data = this;
    progress_.progress_monitor = on_progress;
    started_ = start(bytes);
    if (!started_) throw Error(ErrorCode::internal, "libjpeg-turbo cannot be started");
  }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  bool read_header() {
    if (setjmp(jump_) != 0) return false;
    jpeg_save_markers(&info_, kApp1, 0xffff);
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  /// Grey stays grey; YCbCr and RGB are given as they are, not converted into one another.
  bool begin() {
    if (setjmp(jump_) != 0) return false;
    info_.out_color_space = info_.jpeg_color_space;
    info_.dct_method = JDCT_ISLOW;  // the accurate one
    jpeg_start_decompress(&info_);
    return true;
  }

  bool read_row(JSAMPROW row) {
    if (setjmp(jump_) != 0) return false;
    jpeg_read_scanlines(&info_, &row, 1);
    return true;
  }

  bool finish() {
    if (setjmp(jump_) != 0) return false;
    jpeg_finish_decompress(&info_);
    return true;
  }

  std::int64_t rows() const { return info_.image_height; }
  std::int64_t columns() const { return info_.image_width; }
  int channels() const { return info_.num_components; }
  /// The orientation by Exif; 1 where the file does not say.
  int exif_orientation() const {
    for (auto* marker = info_.marker_list; marker != nullptr; marker = marker->next) {
      if (marker->marker != kApp1) continue;
      const std::span data(reinterpret_cast<const std::byte*>(marker->data), marker->data_length);
      if (const auto orientation = exif_orientation_of_app1(data)) return *orientation;
    }
    return 1;
  }
  bool is_ycbcr() const { return info_.jpeg_color_space == JCS_YCbCr; }
  bool is_known() const {
    return info_.jpeg_color_space == JCS_GRAYSCALE || is_ycbcr() ||
           info_.jpeg_color_space == JCS_RGB;
  }

  /// The error to throw for what libjpeg complained of.
  Error error() const {
    const bool lacks = error_ == JERR_BAD_PRECISION || error_ == JERR_SOF_UNSUPPORTED ||
                       error_ == JERR_ARITH_NOTIMPL || error_ == JERR_CONVERSION_NOTIMPL ||
                       error_ == JERR_NOTIMPL || error_ == JERR_NOT_COMPILED;
    return lacks ? Error(ErrorCode::unsupported,
                         fmt::format("the JPEG file cannot be decoded: {}", message_))
                 : Error(ErrorCode::corrupt, fmt::format("the JPEG file is damaged: {}", message_));
  }
  bool is_damaged() const { return damaged_; }

 private:
  static constexpr int kApp1 = JPEG_APP0 + 1;

  bool start(std::span<const std::byte> bytes) {
    if (setjmp(jump_) != 0) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()),
                 static_cast<unsigned long>(bytes.size()));
    return true;
  }

  static JpegReader& self(j_common_ptr info) {
    return *static_cast<JpegReader*>(info->client_data);
  }

  [[noreturn]] static void on_error(j_common_ptr info) {
    self(info).keep_message(info);
    std::longjmp(self(info).jump_, 1);
  }

  /// Notes a warning, which is of level -1. libjpeg decodes on with invented data, so that only a
  /// warning by which no pixel is lost is let pass.
  static void on_message(j_common_ptr info, int level) {
    if (level >= 0) return;
    const int code = info->err->msg_code;
    const bool harmless =
        code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR;
    if (harmless || self(info).damaged_) return;
    self(info).damaged_ = true;
    self(info).keep_message(info);
  }

  static void on_progress(j_common_ptr info) {
    const auto& decompress = *reinterpret_cast<j_decompress_ptr>(info);
    if (decompress.input_scan_number > kMostScans) ERREXIT(info, JERR_EOI_EXPECTED);
  }

  void keep_message(j_common_ptr info) {
    error_ = info->err->msg_code;
    info->err->format_message(info, message_);
  }

  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  int error_ = 0;
  char message_[JMSG_LENGTH_MAX] = {};
  bool damaged_ = false;
  bool started_ = false;
};

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

Raster decode_jpeg(std::span<const std::byte> bytes) {
  JpegReader reader(bytes);
  if (!reader.read_header()) throw reader.error();
  if (reader.rows() * reader.columns() > kMaxPixels) {
    throw Error(ErrorCode::unsupported,
                fmt::format("the JPEG file has {} x {} pixels; expected at most {} pixels",
                            reader.rows(), reader.columns(), kMaxPixels));
  }
  Raster raster{.rows = static_cast<int>(reader.rows()),
                .columns = static_cast<int>(reader.columns()),
                .bits = 8,
                .channels = reader.channels(),
                .is_grey = reader.is_known(),
                .grey = {},
                .exif_orientation = reader.exif_orientation()};
  if (!reader.begin()) throw reader.error();
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
