#include "codestreams.hpp"

#include <openjpeg.h>
#include <openjph/ojph_arch.h>
#include <openjph/ojph_codestream.h>
#include <openjph/ojph_file.h>
#include <openjph/ojph_mem.h>
#include <openjph/ojph_params.h>
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <filesystem>
#include <string>

namespace aicovid::test {
namespace {

OPJ_SIZE_T write_bytes(void* from, OPJ_SIZE_T count, void* user) {
  auto& bytes = *static_cast<Bytes*>(user);
  const auto* first = static_cast<const std::byte*>(from);
  bytes.insert(bytes.end(), first, first + count);
  return count;
}

Bytes little_endian(std::uint32_t value, int size) {
  Bytes bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
  return bytes;
}

/// An element of group 2 with a VR of a 16-bit length.
Bytes meta_element(std::uint32_t element, std::string_view vr, Bytes value) {
  if (value.size() % 2 != 0) value.push_back(std::byte{0});
  Bytes bytes = little_endian(2, 2) + little_endian(element, 2);
  for (const char c : vr) bytes.push_back(static_cast<std::byte>(c));
  return bytes + little_endian(static_cast<std::uint32_t>(value.size()), 2) + value;
}

Bytes bytes_of(std::string_view text) {
  Bytes bytes;
  for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
  return bytes;
}

}  // namespace

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes hex(std::string_view digits) {
  Bytes bytes;
  std::string pair;
  for (const char c : digits) {
    if (c != ' ') pair += c;
    if (pair.size() < 2) continue;
    bytes.push_back(static_cast<std::byte>(std::stoi(pair, nullptr, 16)));
    pair.clear();
  }
  return bytes;
}

Samples ramp_samples() {
  const auto cells = ramp(kRows, kColumns);
  return {.rows = kRows, .columns = kColumns, .bits = 12, .values = {cells.begin(), cells.end()}};
}

Bytes encode_jpeg2000(const Samples& samples, const Cut& cut) {
  opj_image_cmptparm_t component{};
  component.dx = component.dy = 1;
  component.w = static_cast<OPJ_UINT32>(samples.columns);
  component.h = static_cast<OPJ_UINT32>(samples.rows);
  component.prec = static_cast<OPJ_UINT32>(samples.bits);
  component.sgnd = samples.is_signed ? 1 : 0;
  opj_image_t* image = opj_image_create(1, &component, OPJ_CLRSPC_GRAY);
  image->x1 = component.w;
  image->y1 = component.h;
  std::ranges::copy(samples.values, image->comps[0].data);
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  parameters.tcp_numlayers = 1;
  parameters.cp_disto_alloc = 1;
  parameters.cblockw_init = cut.block_columns;
  parameters.cblockh_init = cut.block_rows;
  parameters.tile_size_on = cut.tile > 0 ? OPJ_TRUE : OPJ_FALSE;
  parameters.cp_tdx = parameters.cp_tdy = cut.tile;
  // The lowest resolution must not vanish.
  const int side = std::min(samples.rows, samples.columns);
  while ((cut.tile > 0 ? std::min(cut.tile, side) : side) >> (parameters.numresolution - 1) == 0)
    --parameters.numresolution;
  opj_codec_t* codec = opj_create_compress(OPJ_CODEC_J2K);
  opj_stream_t* stream = opj_stream_default_create(OPJ_FALSE);
  Bytes bytes;
  opj_stream_set_user_data(stream, &bytes, nullptr);
  opj_stream_set_write_function(stream, write_bytes);
  const bool done = opj_setup_encoder(codec, &parameters, image) == OPJ_TRUE &&
                    opj_start_compress(codec, image, stream) == OPJ_TRUE &&
                    opj_encode(codec, stream) == OPJ_TRUE &&
                    opj_end_compress(codec, stream) == OPJ_TRUE;
  opj_stream_destroy(stream);
  opj_destroy_codec(codec);
  opj_image_destroy(image);
  REQUIRE(done);
  return bytes;
}

Bytes encode_htj2k(const Samples& samples, const Cut& cut) {
  ojph::codestream codestream;
  ojph::param_siz size = codestream.access_siz();
  size.set_image_extent(
      ojph::point(static_cast<ojph::ui32>(samples.columns), static_cast<ojph::ui32>(samples.rows)));
  if (cut.tile > 0) {
    size.set_tile_size(
        ojph::size(static_cast<ojph::ui32>(cut.tile), static_cast<ojph::ui32>(cut.tile)));
  }
  size.set_num_components(1);
  size.set_component(0, ojph::point(1, 1), static_cast<ojph::ui32>(samples.bits),
                     samples.is_signed);
  ojph::param_cod coding = codestream.access_cod();
  coding.set_num_decomposition(static_cast<ojph::ui32>(cut.levels));
  coding.set_block_dims(static_cast<ojph::ui32>(cut.block_columns),
                        static_cast<ojph::ui32>(cut.block_rows));
  coding.set_progression_order(cut.order);
  if (cut.precinct > 0) {
    ojph::size precinct(static_cast<ojph::ui32>(cut.precinct),
                        static_cast<ojph::ui32>(cut.precinct));
    coding.set_precinct_size(1, &precinct);
  }
  coding.set_reversible(true);
  coding.set_color_transform(false);
  codestream.set_planar(false);
  ojph::mem_outfile file;
  file.open();
  codestream.write_headers(&file);
  ojph::ui32 component = 0;
  ojph::line_buf* line = codestream.exchange(nullptr, component);
  for (int row = 0; row < samples.rows; ++row) {
    std::copy_n(samples.values.begin() + static_cast<std::ptrdiff_t>(row) * samples.columns,
                samples.columns, line->i32);
    line = codestream.exchange(line, component);
  }
  codestream.flush();
  const auto* first = reinterpret_cast<const std::byte*>(file.get_data());
  Bytes bytes(first, first + file.tell());
  codestream.close();
  return bytes;
}

Bytes item(const Bytes& fragment) {
  return hex("feff00e0") + little_endian(static_cast<std::uint32_t>(fragment.size()), 4) + fragment;
}

Bytes encapsulated(const std::vector<Bytes>& fragments, const Bytes& offset_table) {
  // Pixel Data, OB, of undefined length.
  Bytes bytes = hex("e07f1000 4f420000 ffffffff") + item(offset_table);
  for (const Bytes& fragment : fragments) bytes = bytes + item(fragment);
  return bytes + hex("feffdde0 00000000");
}

Bytes file_with(DcmDataset& dataset, std::string_view transfer_syntax_uid,
                const Bytes& pixel_data) {
  delete dataset.remove(DCM_PixelData);
  const Bytes native = file_of(dataset);
  // The first element of the data set is of group 8, behind the prefix and group 2.
  const auto group_length = native.begin() + 132 + 8;
  std::uint32_t length = 0;
  std::memcpy(&length, &*group_length, 4);
  const Bytes data(group_length + 4 + length, native.end());
  const Bytes meta = meta_element(2, "UI", bytes_of(UID_ComputedRadiographyImageStorage)) +
                     meta_element(3, "UI", bytes_of("1.2.276.0.7230010.3.1.4.1")) +
                     meta_element(0x10, "UI", bytes_of(transfer_syntax_uid));
  return Bytes(128) + bytes_of("DICM") +
         meta_element(0, "UL", little_endian(static_cast<std::uint32_t>(meta.size()), 4)) + meta +
         data + pixel_data;
}

Bytes file_of_codestream(const Samples& samples, std::string_view transfer_syntax_uid,
                         const Bytes& codestream) {
  const auto dataset = chest(samples.rows, samples.columns);
  dataset->putAndInsertUint16(DCM_BitsStored, static_cast<Uint16>(samples.bits));
  dataset->putAndInsertUint16(DCM_HighBit, static_cast<Uint16>(samples.bits - 1));
  dataset->putAndInsertUint16(DCM_PixelRepresentation, samples.is_signed ? 1 : 0);
  Bytes padded = codestream;
  if (padded.size() % 2 != 0) padded.push_back(std::byte{0});
  return file_with(*dataset, transfer_syntax_uid, encapsulated({padded}));
}

Bytes us_element(std::uint8_t element, std::uint8_t value) {
  return hex("2800") + Bytes{std::byte{element}, std::byte{1}} + hex("55530200") +
         Bytes{std::byte{value}, std::byte{0}};
}

}  // namespace aicovid::test
