// The module that decodes JPEG 2000 on a CUDA device, without a device: OpenJPEG decodes in its
// place. Device 0 decodes; each other one fails in a way of its own.
#include "codestream/cuda/module.hpp"

#include <openjpeg.h>
#include <algorithm>
#include <array>
#include <cstring>

namespace aicovid::dicom {
namespace {

using Kind = CudaDecodeResult::Kind;

constexpr std::array kFailures{Kind::ok,          Kind::no_device, Kind::out_of_memory,
                               Kind::unsupported, Kind::corrupt,   Kind::failed};

struct Source {
  const std::byte* bytes;
  std::size_t left;
};

OPJ_SIZE_T read_bytes(void* buffer, OPJ_SIZE_T count, void* user) {
  auto& source = *static_cast<Source*>(user);
  const std::size_t length = std::min<std::size_t>(count, source.left);
  if (length == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(buffer, source.bytes, length);
  source.bytes += length;
  source.left -= length;
  return length;
}

OPJ_OFF_T skip_bytes(OPJ_OFF_T count, void* user) {
  auto& source = *static_cast<Source*>(user);
  const std::size_t length = std::min(static_cast<std::size_t>(count), source.left);
  source.bytes += length;
  source.left -= length;
  return static_cast<OPJ_OFF_T>(length);
}

CudaDecodeResult decode(int device, const CudaFrame& frame, void* samples) {
  const Kind kind = kFailures.at(static_cast<std::size_t>(device));
  if (kind != Kind::ok) return {kind, "the fake's words"};
  Source source{frame.bytes, frame.size};
  opj_stream_t* stream = opj_stream_default_create(OPJ_TRUE);
  opj_codec_t* codec = opj_create_decompress(OPJ_CODEC_J2K);
  opj_stream_set_user_data(stream, &source, nullptr);
  opj_stream_set_user_data_length(stream, frame.size);
  opj_stream_set_read_function(stream, read_bytes);
  opj_stream_set_skip_function(stream, skip_bytes);
  opj_dparameters_t parameters{};
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t* image = nullptr;
  const bool decoded = opj_setup_decoder(codec, &parameters) != OPJ_FALSE &&
                       opj_read_header(stream, codec, &image) != OPJ_FALSE &&
                       opj_decode(codec, stream, image) != OPJ_FALSE;
  const bool same = decoded && image->comps[0].w == static_cast<OPJ_UINT32>(frame.columns) &&
                    image->comps[0].h == static_cast<OPJ_UINT32>(frame.rows) &&
                    (image->comps[0].sgnd != 0) == frame.is_signed;
  if (same) {
    const std::size_t count =
        static_cast<std::size_t>(frame.rows) * static_cast<std::size_t>(frame.columns);
    auto* out = static_cast<std::uint16_t*>(samples);
    std::transform(image->comps[0].data, image->comps[0].data + count, out,
                   [](OPJ_INT32 value) { return static_cast<std::uint16_t>(value); });
  }
  opj_image_destroy(image);
  opj_destroy_codec(codec);
  opj_stream_destroy(stream);
  return same ? CudaDecodeResult{} : CudaDecodeResult{Kind::corrupt, "it cannot be decoded"};
}

}  // namespace
}  // namespace aicovid::dicom

const aicovid::dicom::Jpeg2000CudaModule* aicovid_jpeg2000_cuda_module() {
  static constexpr aicovid::dicom::Jpeg2000CudaModule kModule{.decode = &aicovid::dicom::decode};
  return &kModule;
}
