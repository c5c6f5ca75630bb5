#pragma once

#include <cstddef>
#include <cstdint>

namespace aicovid::dicom {

/// How a call into the module ended.
struct CudaDecodeResult {
  enum class Kind : std::uint8_t {
    ok,
    no_device,      ///< no driver or no such device, or it is too old for the library
    out_of_memory,  ///< of the device
    unsupported,    ///< nvJPEG2000 does not decode such a codestream
    corrupt,        ///< it is damaged, or of another image
    failed,
  };
  Kind kind = Kind::ok;
  const char* text = "";  ///< the library's own words; static
};

/// A JPEG 2000 codestream of one component, high-throughput or not, and what it must be of.
struct CudaFrame {
  const std::byte* bytes = nullptr;
  std::size_t size = 0;
  int rows = 0;
  int columns = 0;
  bool is_signed = false;
};

/// The functions of the module `libaicovid_jpeg2000_cuda.so`, which nothing links:
/// `aicovid_jpeg2000_cuda_module` gives them. None throws, and each leaves the calling thread's
/// current device as it was.
struct Jpeg2000CudaModule {
  /// Decodes to [rows,columns] samples of 16 bits, signed or not, in the host's memory, and waits
  /// for them. Any number of threads may call it; each has a stream and a decoder of its own.
  CudaDecodeResult (*decode)(int device, const CudaFrame& frame, void* samples);
};

}  // namespace aicovid::dicom

/// The loader looks up this symbol alone.
extern "C" __attribute__((visibility("default"))) const aicovid::dicom::Jpeg2000CudaModule*
aicovid_jpeg2000_cuda_module();
