#include "grey_table.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

using namespace aicovid;
using Catch::Matchers::WithinAbs;

namespace {

double at(const std::vector<double>& table, const GreyScale& grey, int stored) {
  return table[static_cast<std::size_t>(stored - grey.lowest())];
}

}  // namespace

TEST_CASE("Grey table: without window it spans the range of Bits Stored", "[preprocess]") {
  const int bits = GENERATE(1, 8, 10, 12, 16);
  const bool is_signed = bits > 1 && GENERATE(false, true);
  const bool voi = GENERATE(false, true);
  const GreyScale grey{.bits_stored = bits, .is_signed = is_signed};
  const auto table = make_grey_table(grey, voi);
  REQUIRE(table.size() == std::size_t{1} << bits);
  for (std::size_t i = 0; i < table.size(); ++i) {
    REQUIRE(table[i] == static_cast<double>(i) / static_cast<double>(table.size() - 1));
  }
}

TEST_CASE("Grey table: MONOCHROME1 is one minus MONOCHROME2", "[preprocess]") {
  GreyScale grey{.bits_stored = 12, .window = Window{1500, 700}};
  const auto positive = make_grey_table(grey, true);
  grey.photometric = Photometric::monochrome1;
  const auto negative = make_grey_table(grey, true);
  for (std::size_t i = 0; i < positive.size(); ++i) REQUIRE(negative[i] == 1 - positive[i]);
}

TEST_CASE("Grey table: a negative rescale slope turns the range round", "[preprocess]") {
  const GreyScale grey{.bits_stored = 8, .rescale_slope = -2, .rescale_intercept = 510};
  const auto table = make_grey_table(grey, true);
  CHECK(table.front() == 1);
  CHECK(table.back() == 0);
  CHECK(make_grey_table(grey, false).front() == 0);  // the stored range alone
}

TEST_CASE("Grey table: windows follow the formulas of DICOM", "[preprocess]") {
  GreyScale grey{.bits_stored = 12, .rescale_slope = 0.5, .rescale_intercept = -100};
  const double centre = 300.25;
  const double width = 401;
  SECTION("LINEAR: the standard's pseudo-code, y from 0 to 1") {
    grey.window = Window{centre, width};
    const auto table = make_grey_table(grey, true);
    for (int stored = 0; stored < 4096; ++stored) {
      const double x = stored * 0.5 - 100;
      const double y = (x - (centre - 0.5)) / (width - 1) + 0.5;
      REQUIRE_THAT(at(table, grey, stored), WithinAbs(std::clamp(y, 0.0, 1.0), 1e-12));
    }
  }
  SECTION("LINEAR_EXACT") {
    grey.window = Window{centre, width, Window::Function::linear_exact};
    const auto table = make_grey_table(grey, true);
    for (int stored = 0; stored < 4096; ++stored) {
      const double y = (stored * 0.5 - 100 - centre) / width + 0.5;
      REQUIRE_THAT(at(table, grey, stored), WithinAbs(std::clamp(y, 0.0, 1.0), 1e-12));
    }
  }
  SECTION("SIGMOID") {
    grey.window = Window{centre, width, Window::Function::sigmoid};
    const auto table = make_grey_table(grey, true);
    for (int stored = 0; stored < 4096; ++stored) {
      const double y = 1 / (1 + std::exp(-4 * (stored * 0.5 - 100 - centre) / width));
      REQUIRE_THAT(at(table, grey, stored), WithinAbs(y, 1e-12));
    }
  }
}

TEST_CASE("Grey table: a LINEAR window of width 1 is a step", "[preprocess]") {
  const GreyScale grey{.bits_stored = 8, .window = Window{100, 1}};
  const auto table = make_grey_table(grey, true);
  CHECK(at(table, grey, 99) == 0);  // 99 <= 99.5
  CHECK(at(table, grey, 100) == 1);
}

TEST_CASE("Grey table: lookup tables hold their ends", "[preprocess]") {
  GreyScale grey{.bits_stored = 8};
  grey.modality_lut = LookupTable{.first = 10, .bits = 16, .entries = {5, 7, 9}};
  SECTION("the modality's output range becomes 0 to 1") {
    const auto table = make_grey_table(grey, true);
    CHECK(at(table, grey, 0) == 0);
    CHECK(at(table, grey, 10) == 0);
    CHECK(at(table, grey, 11) == 0.5);
    CHECK(at(table, grey, 12) == 1);
    CHECK(at(table, grey, 255) == 1);
  }
  SECTION("the VOI table takes what the modality gives, and goes before the window") {
    grey.voi_lut = LookupTable{.first = 6, .bits = 8, .entries = {51, 102, 153, 255}};
    grey.window = Window{1, 1};
    const auto table = make_grey_table(grey, true);
    CHECK_THAT(at(table, grey, 0), WithinAbs(0.2, 1e-12));    // 5 -> entry 0
    CHECK_THAT(at(table, grey, 11), WithinAbs(0.4, 1e-12));   // 7 -> entry 1
    CHECK_THAT(at(table, grey, 200), WithinAbs(1.0, 1e-12));  // 9 -> entry 3
  }
}

TEST_CASE("Grey table: padding is background in either polarity", "[preprocess]") {
  const auto photometric = GENERATE(Photometric::monochrome1, Photometric::monochrome2);
  const bool voi = GENERATE(false, true);
  const GreyScale grey{.bits_stored = 12,
                       .photometric = photometric,
                       .window = Window{2000, 1000},
                       .padding = PixelPadding{4000, 4095}};
  const auto table = make_grey_table(grey, voi);
  for (int stored = 4000; stored < 4096; ++stored) REQUIRE(at(table, grey, stored) == 0);
  CHECK((at(table, grey, 3000) > 0) == (photometric == Photometric::monochrome2 || !voi));
  CHECK(is_padding(grey, 4000));
  CHECK_FALSE(is_padding(grey, 3999));
}

TEST_CASE("Grey table: a window or a table that DICOM does not allow is an error", "[preprocess]") {
  GreyScale grey{.bits_stored = 8};
  SECTION("LINEAR below 1") { grey.window = Window{100, 0.5}; }
  SECTION("SIGMOID of 0") { grey.window = Window{100, 0, Window::Function::sigmoid}; }
  SECTION("no entries") { grey.voi_lut = LookupTable{}; }
  SECTION("no number") { grey.rescale_slope = std::nan(""); }
  CHECK_THROWS_AS(make_grey_table(grey, true), Error);
  CHECK_NOTHROW(make_grey_table(grey, false));
}
