#include <aicovid/error.hpp>
#include <aicovid/radiograph.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstring>
#include <limits>
#include <string>
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

TEST_CASE("Radiograph: an array whose header is silent of view or sides is flagged", "[core]") {
  const std::uint8_t value = 0;
  const auto codes = [&value](const ImageHeader& header) {
    std::vector<std::string> found;
    const auto radiograph = Radiograph::from_array(&value, 1, 1, PixelType::uint8, {}, header);
    for (const GateReason& reason : radiograph.gate_reasons()) found.push_back(reason.code);
    return found;
  };
  ImageHeader header;
  CHECK(codes(header) == std::vector<std::string>{"missing_view", "side_unverified"});
  header.view = "PA";
  CHECK(codes(header) == std::vector<std::string>{"side_unverified"});
  header.patient_orientation = "L\\F";
  CHECK(codes(header).empty());
}

TEST_CASE("Radiograph: a grey scale that DICOM forbids is an invalid argument, by name", "[core]") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  using enum Window::Function;
  const auto& [grey, name] = GENERATE(table<GreyScale, std::string>({
      {{.rescale_slope = 0}, "rescale_slope is 0"},
      {{.rescale_slope = nan}, "rescale_slope is nan"},
      {{.rescale_slope = infinity}, "rescale_slope is inf"},
      {{.rescale_intercept = -infinity}, "rescale_intercept is -inf"},
      {{.window = Window{.centre = nan, .width = 2}}, "window centre is nan"},
      {{.window = Window{.width = 0.5}}, "window width is 0.5"},
      {{.window = Window{.width = infinity}}, "window width is inf"},
      {{.window = Window{.width = 0, .function = linear_exact}}, "window width is 0"},
      {{.window = Window{.width = -1, .function = sigmoid}}, "window width is -1"},
      {{.window = Window{.width = nan, .function = sigmoid}}, "window width is nan"},
      {{.padding = PixelPadding{.low = 3, .high = 2}}, "padding is 3 to 2"},
  }));
  const std::uint8_t value = 0;
  try {
    Radiograph::from_array(&value, 1, 1, PixelType::uint8, grey);
    FAIL("no error for " << name);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
    CHECK(std::string(error.what()).starts_with(name + ";"));
  }
}

TEST_CASE("Radiograph: a rescale that loses the stored values is an invalid argument", "[core]") {
  const std::uint16_t value = 0;
  const auto make = [&value](GreyScale grey) {
    grey.bits_stored = 12;
    return Radiograph::from_array(&value, 1, 1, PixelType::uint16, grey);
  };
  CHECK_THROWS_AS(make({.rescale_slope = 1e305}), Error);      // infinite at the upper end
  CHECK_THROWS_AS(make({.rescale_intercept = 1e300}), Error);  // all values equal
  CHECK_THROWS_AS(make({.rescale_slope = 1e-20, .rescale_intercept = -1024}), Error);
  CHECK_NOTHROW(make({.rescale_slope = -0.001, .rescale_intercept = 1e6}));
  // The table replaces them.
  CHECK_NOTHROW(make({.rescale_intercept = 1e300, .modality_lut = LookupTable{.entries = {1, 2}}}));
}

TEST_CASE("Radiograph: the narrowest windows that DICOM allows are accepted", "[core]") {
  const std::uint8_t value = 0;
  for (const Window& window :
       {Window{.width = 1}, Window{.width = 0.5, .function = Window::Function::sigmoid}}) {
    CHECK_NOTHROW(
        Radiograph::from_array(&value, 1, 1, PixelType::uint8, GreyScale{.window = window}));
  }
}
