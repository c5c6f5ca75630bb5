#include "decode_on_cuda.hpp"

#include "cuda/module.hpp"
#include "failure.hpp"

#include "core/installation.hpp"

#include <aicovid/error.hpp>

#include <dlfcn.h>
#include <fmt/format.h>
#include <filesystem>

namespace aicovid::dicom {
namespace {

[[noreturn]] void fail_device(const Device& device, std::string_view why) {
  throw Error(ErrorCode::device_unavailable, fmt::format("{}: {}", device.to_string(), why));
}

/// Opens the module. It stays open until the program ends, as CUDA keeps state.
const Jpeg2000CudaModule* open_module(const Device& device) {
  const auto file = module_file("libaicovid_jpeg2000_cuda.so");
  if (!std::filesystem::exists(file)) {
    fail_device(device,
                "the module libaicovid_jpeg2000_cuda.so is not beside the library; build it where "
                "nvJPEG2000 is found");
  }
  void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* entry = module != nullptr ? dlsym(module, "aicovid_jpeg2000_cuda_module") : nullptr;
  if (entry == nullptr) {
    fail_device(device,
                "the module libaicovid_jpeg2000_cuda.so does not load; it needs libnvjpeg2k.so.0");
  }
  return reinterpret_cast<decltype(&aicovid_jpeg2000_cuda_module)>(entry)();
}

}  // namespace

std::vector<std::uint16_t> decode_on_cuda(std::span<const std::byte> codestream,
                                          const SampleRaster& raster, const Device& device) {
  if (!device.is_cuda()) {
    throw Error(ErrorCode::invalid_argument,
                "a codestream is decoded on a CUDA device here; found cpu");
  }
  // If it throws, the next call tries again.
  static const Jpeg2000CudaModule* const module = open_module(device);
  std::vector<std::uint16_t> samples(static_cast<std::size_t>(raster.rows) *
                                     static_cast<std::size_t>(raster.columns));
  const CudaDecodeResult result = module->decode(device.index,
                                                 {.bytes = codestream.data(),
                                                  .size = codestream.size(),
                                                  .rows = raster.rows,
                                                  .columns = raster.columns,
                                                  .is_signed = raster.is_signed},
                                                 samples.data());
  switch (result.kind) {
    case CudaDecodeResult::Kind::ok:
      break;
    case CudaDecodeResult::Kind::no_device:
    case CudaDecodeResult::Kind::out_of_memory:
      fail_device(device, fmt::format("decoding JPEG 2000: {}", result.text));
    case CudaDecodeResult::Kind::unsupported:
      fail_unsupported_pixel_data(
          fmt::format("cannot be decoded by nvJPEG2000: {}; decode it on the CPU", result.text));
    case CudaDecodeResult::Kind::corrupt:
      fail_pixel_data(fmt::format("cannot be decoded: {}", result.text));
    case CudaDecodeResult::Kind::failed:
      throw Error(ErrorCode::cuda, fmt::format("{}: decoding JPEG 2000 failed: {}",
                                               device.to_string(), result.text));
  }
  return samples;
}

}  // namespace aicovid::dicom
