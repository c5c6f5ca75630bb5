#include "codestream/failure.hpp"
#include "codestream/jpeg2000_codestream.hpp"
#include "decode.hpp"
#include "jpeg2000_samples.hpp"

#include "image/fit.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <openjpeg.h>
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

namespace aicovid::dicom {
namespace {

template <auto close>
struct Closer {
  template <typename T>
  void operator()(T* handle) const {
    close(handle);
  }
};
void destroy_info(opj_codestream_info_v2_t* info) { opj_destroy_cstr_info(&info); }

// OpenJPEG's codecs and streams are `void` by another name, so the type does not tell how to close
// one.
using Decoder = std::unique_ptr<opj_codec_t, Closer<opj_destroy_codec>>;
using Stream = std::unique_ptr<opj_stream_t, Closer<opj_stream_destroy>>;
using Image = std::unique_ptr<opj_image_t, Closer<opj_image_destroy>>;
using Info = std::unique_ptr<opj_codestream_info_v2_t, Closer<destroy_info>>;

/// A codestream in memory, with the position of the next byte.
struct Source {
  std::span<const std::byte> bytes;
  std::size_t at = 0;
};

OPJ_SIZE_T read_bytes(void* buffer, OPJ_SIZE_T count, void* user) {
  auto& source = *static_cast<Source*>(user);
  const std::size_t length = std::min<std::size_t>(count, source.bytes.size() - source.at);
  if (length == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(buffer, source.bytes.data() + source.at, length);
  source.at += length;
  return length;
}

OPJ_OFF_T skip_bytes(OPJ_OFF_T count, void* user) {
  auto& source = *static_cast<Source*>(user);
  if (count < 0) return -1;
  const auto left = static_cast<OPJ_OFF_T>(source.bytes.size() - source.at);
  if (left == 0 && count > 0) return -1;
  const OPJ_OFF_T length = std::min(count, left);
  source.at += static_cast<std::size_t>(length);
  return length;
}

OPJ_BOOL seek_bytes(OPJ_OFF_T position, void* user) {
  auto& source = *static_cast<Source*>(user);
  if (position < 0 || position > static_cast<OPJ_OFF_T>(source.bytes.size())) return OPJ_FALSE;
  source.at = static_cast<std::size_t>(position);
  return OPJ_TRUE;
}

/// The first messages of OpenJPEG. Even in strict mode it only warns of some data that is missing,
/// and decodes on; of a sound codestream it says nothing.
struct Complaints {
  std::string error;
  std::string warning;
};

std::string line_of(const char* message) {
  std::string line = message;
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  return line;
}

void on_error(const char* message, void* user) {
  auto& complaints = *static_cast<Complaints*>(user);
  if (complaints.error.empty()) complaints.error = line_of(message);
}

void on_warning(const char* message, void* user) {
  auto& complaints = *static_cast<Complaints*>(user);
  if (complaints.warning.empty()) complaints.warning = line_of(message);
}

/// How often the wavelet transform halved the image.
int decompositions(opj_codec_t* codec) {
  const Info info(opj_get_cstr_info(codec));
  if (info == nullptr || info->m_default_tile_info.tccp_info == nullptr) return 0;
  return static_cast<int>(info->m_default_tile_info.tccp_info[0].numresolutions) - 1;
}

}  // namespace

Cells decode_jpeg2000(std::span<const std::byte> stream, const ImageHeader& header,
                      const ReadOptions& options) {
  const Jpeg2000Codestream codestream = checked_jpeg2000_codestream(stream, header);
  require_part_1(codestream);
  Source source{codestream.bytes};
  Complaints complaints;
  const Stream input(opj_stream_default_create(OPJ_TRUE));
  const Decoder codec(opj_create_decompress(OPJ_CODEC_J2K));
  if (input == nullptr || codec == nullptr)
    throw Error(ErrorCode::internal, "OpenJPEG cannot be started");
  opj_stream_set_user_data(input.get(), &source, nullptr);
  opj_stream_set_user_data_length(input.get(), codestream.bytes.size());
  opj_stream_set_read_function(input.get(), read_bytes);
  opj_stream_set_skip_function(input.get(), skip_bytes);
  opj_stream_set_seek_function(input.get(), seek_bytes);
  opj_set_error_handler(codec.get(), on_error, &complaints);
  opj_set_warning_handler(codec.get(), on_warning, &complaints);

  const auto require = [&complaints](OPJ_BOOL done) {
    if (done != OPJ_TRUE) fail_pixel_data(fmt::format("cannot be decoded: {}", complaints.error));
    if (!complaints.warning.empty())
      fail_pixel_data(fmt::format("is damaged: {}", complaints.warning));
  };
  opj_dparameters_t parameters{};
  opj_set_default_decoder_parameters(&parameters);
  require(opj_setup_decoder(codec.get(), &parameters));
  require(opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE));
  // The caller's thread alone, whatever the environment variable OPJ_NUM_THREADS says. It fails in
  // builds of OpenJPEG without threads, where nothing is to be done.
  opj_codec_set_threads(codec.get(), 0);
  opj_image_t* read = nullptr;
  const OPJ_BOOL header_read = opj_read_header(input.get(), codec.get(), &read);
  const Image image(read);
  require(header_read);
  const int reduction = halvings(codestream, header, options, decompositions(codec.get()));
  if (reduction > 0) {
    require(opj_set_decoded_resolution_factor(codec.get(), static_cast<OPJ_UINT32>(reduction)));
  }
  require(opj_decode(codec.get(), input.get(), image.get()));
  require(opj_end_decompress(codec.get(), input.get()));

  const opj_image_comp_t& component = image->comps[0];
  const int rows = halved(header.rows, reduction);
  const int columns = halved(header.columns, reduction);
  if (component.data == nullptr || static_cast<int>(component.h) != rows ||
      static_cast<int>(component.w) != columns) {
    fail_pixel_data(fmt::format("was decoded to {} x {} pixels; expected {} x {}", component.h,
                                component.w, rows, columns));
  }
  SampleWriter writer(codestream, header, rows, columns, reduction);
  writer.write({component.data, static_cast<std::size_t>(component.w) * component.h});
  return writer.take();
}

}  // namespace aicovid::dicom
