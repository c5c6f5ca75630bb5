#pragma once

#include <aicovid/device.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace aicovid::dicom {

/// What a codestream must be of.
struct SampleRaster {
  int rows = 0;
  int columns = 0;
  bool is_signed = false;
};

/// Decodes a JPEG 2000 codestream of one component, high-throughput or not, on a CUDA device, by
/// nvJPEG2000. Opens its module on the first call. Several threads may call it at once.
///
/// @param codestream  checked: its image is that of `raster`, and its markers are sound
/// @return [rows,columns] samples. Signed ones are sign-extended to 16 bits. Those of a reversible
///         codestream are exact; of others a decoder may round otherwise than another
/// @throws Error{device_unavailable} naming what is missing: the module, nvJPEG2000, the device or
///         its memory; Error{unsupported} for codestreams that nvJPEG2000 does not decode;
///         Error{corrupt}; Error{cuda}
std::vector<std::uint16_t> decode_on_cuda(std::span<const std::byte> codestream,
                                          const SampleRaster& raster, const Device& device);

}  // namespace aicovid::dicom
