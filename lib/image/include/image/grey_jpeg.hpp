#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace aicovid::image {

/// Decodes a JPEG stream of one component of 8 bits, as a DICOM file has it.
///
/// @param halvings  0 to 2: how often both sides are halved, by the transform's lower frequencies
/// @return [rows,columns] after the halvings; nothing where the stream is damaged, as far as
/// libjpeg-turbo notices
std::optional<std::vector<std::byte>> decode_grey_jpeg(std::span<const std::byte> stream,
                                                       int halvings);

}  // namespace aicovid::image
