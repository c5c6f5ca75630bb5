#pragma once

#include <aicovid/error.hpp>

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
// They need FILE, so that they come after cstdio.
#include <jerror.h>
#include <jpeglib.h>

namespace aicovid::image {

/// How a stream is read.
enum class JpegReading : std::uint8_t {
  /// A file: a warning by which no pixel is lost is let pass.
  tolerant,
  /// A stream of a DICOM file, every warning of which means damage. It is given in pieces so short
  /// that libjpeg-turbo decodes it by the code that looks at each bit: its faster one takes a code
  /// that no table has for 0, without a word.
  strict,
};

/// One JPEG being read by libjpeg-turbo, which reports errors by longjmp: each step is a function
/// without objects to destroy, and says whether it succeeded.
class JpegReader {
 public:
  /// @param bytes  must outlive the reader
  explicit JpegReader(std::span<const std::byte> bytes,
                      JpegReading reading = JpegReading::tolerant);
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader();

  bool read_header();
  /// Begins to decode, with the sides halved so often. Grey stays grey; YCbCr and RGB are given as
  /// they are, not converted into one another.
  bool begin(int halvings = 0);
  bool read_row(JSAMPROW row);
  bool finish();

  std::int64_t rows() const { return info_.image_height; }
  std::int64_t columns() const { return info_.image_width; }
  int channels() const { return info_.num_components; }
  /// The orientation by Exif; 1 where the file does not say.
  int exif_orientation() const;
  bool is_ycbcr() const { return info_.jpeg_color_space == JCS_YCbCr; }
  bool is_known() const;

  /// The error to throw for what libjpeg-turbo complained of.
  Error error() const;
  bool is_damaged() const { return damaged_; }

 private:
  bool start();

  static JpegReader& self(j_common_ptr info);
  [[noreturn]] static void on_error(j_common_ptr info);
  static void on_message(j_common_ptr info, int level);
  static void on_progress(j_common_ptr info);
  static boolean next_piece(j_decompress_ptr info);
  static void skip(j_decompress_ptr info, long count);
  void keep_message(j_common_ptr info);

  JpegReading reading_;
  std::span<const std::byte> rest_;  ///< behind the piece that libjpeg-turbo has
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  jpeg_source_mgr source_{};
  std::jmp_buf jump_{};
  int error_ = 0;
  char message_[JMSG_LENGTH_MAX] = {};
  bool damaged_ = false;
};

}  // namespace aicovid::image
