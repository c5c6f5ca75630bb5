#include "image/sniff.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string_view>

using namespace aicovid;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

TEST_CASE("Sniff: PNG and JPEG are told by their first bytes", "[image]") {
  CHECK(is_png(bytes_of("\x89PNG\r\n\x1a\n....")));
  CHECK_FALSE(
      is_png(bytes_of("\x89PNG\n\x1a\n....")));  // line ends changed by a text-mode transfer
  CHECK(is_jpeg(bytes_of("\xff\xd8\xff\xe0")));
  CHECK_FALSE(is_jpeg(bytes_of("\xff\xd9\xff\xe0")));
  CHECK_FALSE(is_png(bytes_of("\xff\xd8\xff\xe0....")));
  CHECK_FALSE(is_jpeg(bytes_of("\x89PNG\r\n\x1a\n")));
}

TEST_CASE("Sniff: bytes shorter than a signature are neither", "[image]") {
  CHECK_FALSE(is_png({}));
  CHECK_FALSE(is_jpeg({}));
  CHECK_FALSE(is_png(bytes_of("\x89PNG")));
  CHECK_FALSE(is_jpeg(bytes_of("\xff\xd8")));
}
