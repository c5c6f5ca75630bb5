#pragma once

#include <string_view>

namespace aicovid::dicom {

// The attributes that a codestream is compared with, as errors name them.
inline constexpr std::string_view kTransferSyntaxUidTag = "0002,0010";
inline constexpr std::string_view kNumberOfFramesTag = "0028,0008";
inline constexpr std::string_view kBitsAllocatedTag = "0028,0100";
inline constexpr std::string_view kBitsStoredTag = "0028,0101";

/// Throws Error{corrupt}: "7fe0,0010 `why`".
[[noreturn]] void fail_pixel_data(std::string_view why);

/// Throws Error{unsupported}: "7fe0,0010 `why`".
[[noreturn]] void fail_unsupported_pixel_data(std::string_view why);

/// Throws Error{corrupt} for a stream of two codestreams, of which a decoder would take the first.
[[noreturn]] void fail_second_codestream();

}  // namespace aicovid::dicom
