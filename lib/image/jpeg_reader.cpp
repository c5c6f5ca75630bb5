#include "jpeg_reader.hpp"

#include "exif.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace aicovid::image {
namespace {

constexpr int kApp1 = JPEG_APP0 + 1;

/// The most scans that a progressive file may have; encoders use some ten. Each is a pass over all
/// pixels, however few its bytes.
constexpr int kMostScans = 200;

/// libjpeg-turbo's faster code needs 512 bytes a block before it (jdhuff.c, BUFSIZE).
constexpr std::size_t kShortPiece = 511;

}  // namespace

JpegReader::JpegReader(std::span<const std::byte> bytes, JpegReading reading)
    : reading_(reading), rest_(bytes) {
  info_.err = jpeg_std_error(&errors_);
  errors_.error_exit = on_error;
  errors_.emit_message = on_message;
  errors_.output_message = [](j_common_ptr) {};
  info_.client_data = this;
  progress_.progress_monitor = on_progress;
  source_.init_source = [](j_decompress_ptr) {};
  source_.fill_input_buffer = next_piece;
  source_.skip_input_data = skip;
  source_.resync_to_restart = jpeg_resync_to_restart;
  source_.term_source = [](j_decompress_ptr) {};
  if (!start()) throw Error(ErrorCode::internal, "libjpeg-turbo cannot be started");
}

JpegReader::~JpegReader() { jpeg_destroy_decompress(&info_); }

bool JpegReader::start() {
  if (setjmp(jump_) != 0) return false;
  jpeg_create_decompress(&info_);
  info_.progress = &progress_;
  info_.src = &source_;
  return true;
}

bool JpegReader::read_header() {
  if (setjmp(jump_) != 0) return false;
  jpeg_save_markers(&info_, kApp1, 0xffff);
  jpeg_read_header(&info_, TRUE);
  return true;
}

bool JpegReader::begin(int halvings) {
  if (setjmp(jump_) != 0) return false;
  info_.out_color_space = info_.jpeg_color_space;
  info_.dct_method = JDCT_ISLOW;  // the accurate one
  info_.scale_num = 1;
  info_.scale_denom = 1U << static_cast<unsigned>(halvings);
  jpeg_start_decompress(&info_);
  return true;
}

bool JpegReader::read_row(JSAMPROW row) {
  if (setjmp(jump_) != 0) return false;
  jpeg_read_scanlines(&info_, &row, 1);
  return true;
}

bool JpegReader::finish() {
  if (setjmp(jump_) != 0) return false;
  jpeg_finish_decompress(&info_);
  return true;
}

int JpegReader::exif_orientation() const {
  for (auto* marker = info_.marker_list; marker != nullptr; marker = marker->next) {
    if (marker->marker != kApp1) continue;
    const std::span data(reinterpret_cast<const std::byte*>(marker->data), marker->data_length);
    if (const auto orientation = exif_orientation_of_app1(data)) return *orientation;
  }
  return 1;
}

bool JpegReader::is_known() const {
  return info_.jpeg_color_space == JCS_GRAYSCALE || is_ycbcr() || info_.jpeg_color_space == JCS_RGB;
}

Error JpegReader::error() const {
  const bool lacks = error_ == JERR_BAD_PRECISION || error_ == JERR_SOF_UNSUPPORTED ||
                     error_ == JERR_ARITH_NOTIMPL || error_ == JERR_CONVERSION_NOTIMPL ||
                     error_ == JERR_NOTIMPL || error_ == JERR_NOT_COMPILED;
  return lacks ? Error(ErrorCode::unsupported,
                       fmt::format("the JPEG file cannot be decoded: {}", message_))
               : Error(ErrorCode::corrupt, fmt::format("the JPEG file is damaged: {}", message_));
}

JpegReader& JpegReader::self(j_common_ptr info) {
  return *static_cast<JpegReader*>(info->client_data);
}

void JpegReader::on_error(j_common_ptr info) {
  self(info).keep_message(info);
  std::longjmp(self(info).jump_, 1);
}

/// Notes a warning, which is of level -1. libjpeg decodes on with invented data, so that only a
/// warning by which no pixel is lost is let pass.
void JpegReader::on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  JpegReader& reader = self(info);
  const int code = info->err->msg_code;
  const bool harmless =
      code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR;
  const bool is_let_pass = harmless && reader.reading_ == JpegReading::tolerant;
  if (is_let_pass || reader.damaged_) return;
  reader.damaged_ = true;
  reader.keep_message(info);
}

void JpegReader::on_progress(j_common_ptr info) {
  const auto& decompress = *reinterpret_cast<j_decompress_ptr>(info);
  if (decompress.input_scan_number > kMostScans) ERREXIT(info, JERR_EOI_EXPECTED);
}

/// Gives the next bytes; behind the last one an end of image, as libjpeg's own sources do.
boolean JpegReader::next_piece(j_decompress_ptr info) {
  static constexpr JOCTET kEnd[] = {0xff, JPEG_EOI};
  JpegReader& reader = self(reinterpret_cast<j_common_ptr>(info));
  if (reader.rest_.empty()) {
    WARNMS(info, JWRN_JPEG_EOF);
    reader.source_.next_input_byte = kEnd;
    reader.source_.bytes_in_buffer = sizeof(kEnd);
    return TRUE;
  }
  const std::size_t length = reader.reading_ == JpegReading::strict
                                 ? std::min(reader.rest_.size(), kShortPiece)
                                 : reader.rest_.size();
  reader.source_.next_input_byte = reinterpret_cast<const JOCTET*>(reader.rest_.data());
  reader.source_.bytes_in_buffer = length;
  reader.rest_ = reader.rest_.subspan(length);
  return TRUE;
}

void JpegReader::skip(j_decompress_ptr info, long count) {
  JpegReader& reader = self(reinterpret_cast<j_common_ptr>(info));
  if (count <= 0) return;
  auto left = static_cast<std::size_t>(count);
  while (left > reader.source_.bytes_in_buffer) {
    left -= reader.source_.bytes_in_buffer;
    next_piece(info);
  }
  reader.source_.next_input_byte += left;
  reader.source_.bytes_in_buffer -= left;
}

void JpegReader::keep_message(j_common_ptr info) {
  error_ = info->err->msg_code;
  info->err->format_message(info, message_);
}

}  // namespace aicovid::image
