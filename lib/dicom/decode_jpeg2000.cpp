#include "attributes.hpp"
#include "decode.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <openjpeg.h>
#include <algorithm>
#include <array>
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
using Codec = std::unique_ptr<opj_codec_t, Closer<opj_destroy_codec>>;
using Stream = std::unique_ptr<opj_stream_t, Closer<opj_stream_destroy>>;
using Image = std::unique_ptr<opj_image_t, Closer<opj_image_destroy>>;
using Info = std::unique_ptr<opj_codestream_info_v2_t, Closer<destroy_info>>;

[[noreturn]] void fail(std::string_view why) {
  throw Error(ErrorCode::corrupt, fmt::format("{} {}", tag_of(DCM_PixelData), why));
}

/// The SIZ marker segment (ITU-T T.800 A.5.1), read before OpenJPEG is let loose: it allocates by
/// what it says.
void check_size(std::span<const std::byte> codestream, const ImageHeader& header) {
  constexpr std::size_t least = 4 + 2 + 36 + 3;  // SOC, SIZ, and one component
  const auto at = [codestream](std::size_t offset, int bytes) {
    std::uint32_t value = 0;
    for (int i = 0; i < bytes; ++i)
      value = value << 8 | std::to_integer<std::uint32_t>(codestream[offset + i]);
    return value;
  };
  if (codestream.size() < least || at(0, 4) != 0xff4fff51u) fail("holds no JPEG 2000 codestream");
  const std::int64_t columns = static_cast<std::int64_t>(at(8, 4)) - at(16, 4);
  const std::int64_t rows = static_cast<std::int64_t>(at(12, 4)) - at(20, 4);
  const std::uint32_t components = at(40, 2);
  if (columns != header.columns || rows != header.rows || components != 1) {
    fail(fmt::format("holds a codestream of {} x {} pixels, {} components; expected {} x {}, 1",
                     rows, columns, components, header.rows, header.columns));
  }
  const int precision = static_cast<int>(at(42, 1) & 0x7f) + 1;
  const bool is_signed = (at(42, 1) & 0x80) != 0;
  if (precision != header.bits_stored || is_signed != header.is_signed) {
    fail(fmt::format("holds a codestream of {} bits, {}; expected {} bits ({}), {}", precision,
                     is_signed ? "signed" : "unsigned", header.bits_stored, tag_of(DCM_BitsStored),
                     header.is_signed ? "signed" : "unsigned"));
  }
  if (at(43, 1) != 1 || at(44, 1) != 1) fail("holds a subsampled codestream");
  // OpenJPEG keeps some 6 KB a tile; encoders use tiles of 64 pixels and more.
  const std::int64_t tile_columns = at(24, 4);
  const std::int64_t tile_rows = at(28, 4);
  constexpr std::int64_t most_tiles = 16384;
  if (tile_columns == 0 || tile_rows == 0 ||
      (columns / tile_columns + 1) * (rows / tile_rows + 1) > most_tiles) {
    fail(fmt::format("holds a codestream of tiles of {} x {}; expected at most {} tiles", tile_rows,
                     tile_columns, most_tiles));
  }
}

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

/// What OpenJPEG said. Even in strict mode it only warns of some data that is missing, and decodes
/// on.
struct Complaints {
  std::string error;
  std::string missing_data;
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
  constexpr auto signs = std::to_array<std::string_view>(
      {"truncated", "runcated", "remature", "ot enough", "ncomplete", "too short", "Stream",
       "stream", "orrupt", "nvalid", "missing", "EOC", "length"});
  const std::string line = line_of(message);
  auto& complaints = *static_cast<Complaints*>(user);
  const bool is_sign = std::ranges::any_of(
      signs, [&line](std::string_view sign) { return line.find(sign) != std::string::npos; });
  if (is_sign && complaints.missing_data.empty()) complaints.missing_data = line;
}

/// The number of times that both sides may be halved: the shorter one keeps 1024 pixels, and the
/// codestream has the resolutions.
int halvings(opj_codec_t* codec, const ImageHeader& header) {
  constexpr int least_side = 1024;
  const Info info(opj_get_cstr_info(codec));
  if (info == nullptr || info->m_default_tile_info.tccp_info == nullptr) return 0;
  const auto resolutions = static_cast<int>(info->m_default_tile_info.tccp_info[0].numresolutions);
  const int shorter = std::min(header.rows, header.columns);
  int count = 0;
  while (count < 2 && count + 1 < resolutions && shorter >> (count + 1) >= least_side) ++count;
  return count;
}

template <typename T>
std::vector<std::byte> cells_of(const opj_image_comp_t& component, const ImageHeader& header) {
  const int lowest = header.is_signed ? -(1 << (header.bits_stored - 1)) : 0;
  const int highest = (1 << (header.is_signed ? header.bits_stored - 1 : header.bits_stored)) - 1;
  const std::size_t count = static_cast<std::size_t>(component.w) * component.h;
  std::vector<std::byte> bytes(count * sizeof(T));
  auto* cells = reinterpret_cast<T*>(bytes.data());
  // Clamped here already: a value that left the range must not wrap in the narrower type.
  for (std::size_t i = 0; i < count; ++i) {
    cells[i] = static_cast<T>(std::clamp<int>(component.data[i], lowest, highest));
  }
  return bytes;
}

/// Files exist whose codestream is wrapped in the boxes of a JP2 file, against PS3.5 A.4.4.
std::span<const std::byte> without_boxes(std::span<const std::byte> stream) {
  constexpr std::array<std::byte, 4> start = {std::byte{0xff}, std::byte{0x4f}, std::byte{0xff},
                                              std::byte{0x51}};
  constexpr std::array<std::byte, 8> box = {std::byte{0},   std::byte{0},   std::byte{0},
                                            std::byte{12},  std::byte{'j'}, std::byte{'P'},
                                            std::byte{' '}, std::byte{' '}};
  if (stream.size() < box.size() || !std::ranges::equal(stream.first(box.size()), box))
    return stream;
  const auto found = std::search(stream.begin(), stream.end(), start.begin(), start.end());
  return stream.subspan(static_cast<std::size_t>(found - stream.begin()));
}

}  // namespace

Cells decode_jpeg2000(std::span<const std::byte> stream, const ImageHeader& header, Decode mode) {
  const std::span<const std::byte> codestream = without_boxes(stream);
  check_size(codestream, header);

  Source source{codestream};
  Complaints complaints;
  const Stream input(opj_stream_default_create(OPJ_TRUE));
  const Codec codec(opj_create_decompress(OPJ_CODEC_J2K));
  if (input == nullptr || codec == nullptr)
    throw Error(ErrorCode::internal, "OpenJPEG cannot be started");
  opj_stream_set_user_data(input.get(), &source, nullptr);
  opj_stream_set_user_data_length(input.get(), codestream.size());
  opj_stream_set_read_function(input.get(), read_bytes);
  opj_stream_set_skip_function(input.get(), skip_bytes);
  opj_stream_set_seek_function(input.get(), seek_bytes);
  opj_set_error_handler(codec.get(), on_error, &complaints);
  opj_set_warning_handler(codec.get(), on_warning, &complaints);

  const auto require = [&complaints](OPJ_BOOL done) {
    if (done != OPJ_TRUE) fail(fmt::format("cannot be decoded: {}", complaints.error));
    if (!complaints.missing_data.empty())
      fail(fmt::format("is damaged: {}", complaints.missing_data));
  };
  opj_dparameters_t parameters{};
  opj_set_default_decoder_parameters(&parameters);
  require(opj_setup_decoder(codec.get(), &parameters));
  require(opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE));
  opj_image_t* read = nullptr;
  const OPJ_BOOL header_read = opj_read_header(input.get(), codec.get(), &read);
  const Image image(read);
  require(header_read);
  const int reduction = mode == Decode::fit ? halvings(codec.get(), header) : 0;
  if (reduction > 0) {
    require(opj_set_decoded_resolution_factor(codec.get(), static_cast<OPJ_UINT32>(reduction)));
  }
  require(opj_decode(codec.get(), input.get(), image.get()));
  require(opj_end_decompress(codec.get(), input.get()));

  const opj_image_comp_t& component = image->comps[0];
  const auto reduced = [reduction](int side) { return (side + (1 << reduction) - 1) >> reduction; };
  if (component.data == nullptr || static_cast<int>(component.w) != reduced(header.columns) ||
      static_cast<int>(component.h) != reduced(header.rows)) {
    fail(fmt::format("was decoded to {} x {} pixels; expected {} x {}", component.h, component.w,
                     reduced(header.rows), reduced(header.columns)));
  }
  Cells cells{.rows = static_cast<int>(component.h),
              .columns = static_cast<int>(component.w),
              .kind = Cells::Kind::value,
              .scale = static_cast<DecodedScale>(reduction)};
  switch (pixel_type_of(header)) {
    case PixelType::uint8:
      cells.bytes = cells_of<std::uint8_t>(component, header);
      break;
    case PixelType::int8:
      cells.bytes = cells_of<std::int8_t>(component, header);
      break;
    case PixelType::uint16:
      cells.bytes = cells_of<std::uint16_t>(component, header);
      break;
    case PixelType::int16:
      cells.bytes = cells_of<std::int16_t>(component, header);
      break;
  }
  return cells;
}

}  // namespace aicovid::dicom
