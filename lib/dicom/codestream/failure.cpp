#include "failure.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>

namespace aicovid::dicom {
namespace {

constexpr std::string_view kPixelDataTag = "7fe0,0010";

}  // namespace

void fail_pixel_data(std::string_view why) {
  throw Error(ErrorCode::corrupt, fmt::format("{} {}", kPixelDataTag, why));
}

void fail_unsupported_pixel_data(std::string_view why) {
  throw Error(ErrorCode::unsupported, fmt::format("{} {}", kPixelDataTag, why));
}

void fail_second_codestream() {
  fail_pixel_data(
      fmt::format("holds a second codestream; expected 1, as of {}", kNumberOfFramesTag));
}

}  // namespace aicovid::dicom
