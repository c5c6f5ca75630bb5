#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace aicovid::dicom {

/// Inflates the data set of Deflated Explicit VR Little Endian (RFC 1951, PS3.5 A.5).
///
/// DCMTK's own filter has no limit: 1 MB can inflate to 1 GB.
/// @throws Error{corrupt} if the data is damaged or ends early; Error{unsupported} beyond what an
/// image of `kMaxPixels` needs
std::vector<std::byte> inflate_dataset(std::span<const std::byte> deflated);

}  // namespace aicovid::dicom
