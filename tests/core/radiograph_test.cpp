#include <aicovid/error.hpp>
#include <aicovid/radiograph.hpp>

#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <vector>

using namespace aicovid;

TEST_CASE("Radiograph: from_array copies the values and fills the header", "[core]") {
  std::vector<std::uint16_t> values = {0, 1, 4095, 7, 8, 9};
  const GreyScale grey{.bits_stored = 12, .photometric = Photometric::monochrome1};
  const Radiograph radiograph =
      Radiograph::from_array(values.data(), 2, 3, PixelType::uint16, grey);
  values[0] = 99;
  CHECK(radiograph.rows() == 2);
  CHECK(radiograph.columns() == 3);
  CHECK(radiograph.size_bytes() == 12);
  std::uint16_t first = 1;
  std::memcpy(&first, radiograph.data(), 2);
  CHECK(first == 0);
  CHECK(radiograph.header().source == "array");
  CHECK(radiograph.header().photometric_interpretation == "MONOCHROME1");
  CHECK(radiograph.header().bits_allocated == 16);
  CHECK(radiograph.grey_scale().highest() == 4095);
  const Radiograph copy = radiograph;
  CHECK(copy.data() == radiograph.data());
}

TEST_CASE("Radiograph: the range of the stored values follows bits and sign", "[core]") {
  CHECK(GreyScale{.bits_stored = 8}.lowest() == 0);
  CHECK(GreyScale{.bits_stored = 8}.highest() == 255);
  CHECK(GreyScale{.bits_stored = 12, .is_signed = true}.lowest() == -2048);
  CHECK(GreyScale{.bits_stored = 12, .is_signed = true}.highest() == 2047);
  CHECK(GreyScale{.bits_stored = 16}.highest() == 65535);
}

TEST_CASE("Radiograph: an empty array, or bits that do not fit its type, are an invalid argument",
          "[core]") {
  const std::uint8_t value = 0;
  CHECK_THROWS_AS(Radiograph::from_array(nullptr, 1, 1, PixelType::uint8), Error);
  CHECK_THROWS_AS(Radiograph::from_array(&value, 0, 1, PixelType::uint8), Error);
  CHECK_THROWS_AS(Radiograph::from_array(&value, 1, -1, PixelType::uint8), Error);
  CHECK_THROWS_AS(Radiograph::from_array(&value, 1, 1, PixelType::uint8, {.bits_stored = 9}),
                  Error);
  CHECK_THROWS_AS(Radiograph::from_array(&value, 1, 1, PixelType::int8, {.bits_stored = 8}), Error);
}
