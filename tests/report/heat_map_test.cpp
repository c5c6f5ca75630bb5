#include "drawing/module.hpp"
#include "png_reading.hpp"
#include "sample_radiograph.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>

using aicovid::Error;
using aicovid::ErrorCode;
using aicovid::HeatMapLayout;
using aicovid::make_layout;
using aicovid::Photometric;
using aicovid::RiskReport;
using aicovid::write_heat_map;
using aicovid::testing::ImageSize;
using aicovid::testing::Png;
using aicovid::testing::sample_radiograph;
using aicovid::testing::sample_report;
using aicovid::testing::TemporaryFile;

namespace {

/// The heat map of the sample's report, changed or not.
Png draw(const ImageSize& size, const RiskReport& report,
         Photometric photometric = Photometric::monochrome2) {
  const TemporaryFile file("heat_map.png");
  write_heat_map(sample_radiograph(size, photometric), report, file.path());
  return aicovid::testing::read_png(file.path());
}

/// Largest difference between the channels of a pixel of the radiograph.
int colourfulness(const Png& png, const HeatMapLayout& layout, int row, int column) {
  const std::uint8_t* rgb = png.at(layout.strip + row, column);
  const auto [low, high] = std::minmax({rgb[0], rgb[1], rgb[2]});
  return high - low;
}

enum class Place { inside, outside, edge };

/// Where a pixel is in respect of the sample's lungs, with room for lines and smoothing.
Place place_of(const ImageSize& size, int row, int column) {
  const double y = ((row + 0.5) / size.rows - 0.5) / 0.33;
  double nearest = 1e9;
  for (const double centre : {0.3, 0.7}) {
    const double x = ((column + 0.5) / size.columns - centre) / 0.13;
    nearest = std::min(nearest, std::hypot(x, y));
  }
  return nearest < 0.85 ? Place::inside : nearest > 1.15 ? Place::outside : Place::edge;
}

}  // namespace

TEST_CASE("Heat map: has the radiograph in its own resolution, whatever its size", "[report]") {
  const auto size = GENERATE(ImageSize{64, 64}, ImageSize{300, 320}, ImageSize{512, 371},
                             ImageSize{33, 700}, ImageSize{3000, 2500});
  const HeatMapLayout layout = make_layout(size.rows, size.columns);
  REQUIRE(layout.image_rows == size.rows);
  REQUIRE(layout.image_columns == size.columns);
  const Png png = draw(size, sample_report(size));
  CHECK(png.channels == 3);
  CHECK(png.rows == layout.rows());
  CHECK(png.columns == layout.columns());
  CHECK(png.rows >= size.rows);
  CHECK(png.columns >= size.columns);
  // The ramp is there, column by column, outside the lungs: the range between its percentiles .5
  // and 99.5.
  for (int column = 0; column < size.columns; column += std::max(1, size.columns / 50)) {
    const double value = std::clamp((column / (size.columns - 1.0) - 0.005) / 0.99, 0.0, 1.0);
    const std::uint8_t* rgb = png.at(layout.strip + 1, column);
    CHECK(rgb[0] == rgb[1]);
    CHECK(rgb[1] == rgb[2]);
    CHECK(std::abs(rgb[0] - 255 * value) < 4);
  }
}

TEST_CASE("Heat map: is coloured inside the lungs and grey outside", "[report]") {
  const auto size = GENERATE(ImageSize{64, 64}, ImageSize{500, 400}, ImageSize{1200, 1500});
  const HeatMapLayout layout = make_layout(size.rows, size.columns);
  const Png png = draw(size, sample_report(size));
  int outside = 0;
  int coloured = 0;
  int inside = 0;
  for (int row = 0; row < size.rows; ++row) {
    for (int column = 0; column < size.columns; ++column) {
      const int colour = colourfulness(png, layout, row, column);
      const Place place = place_of(size, row, column);
      if (place == Place::outside && colour > 0) ++outside;
      if (place == Place::inside) {
        ++inside;
        coloured += colour > 0 ? 1 : 0;
      }
    }
  }
  CHECK(outside == 0);
  REQUIRE(inside > 0);
  CHECK(coloured > 0.95 * inside);
}

TEST_CASE("Heat map: the colour is strongest where the attribution is", "[report]") {
  const ImageSize size{600, 600};
  const HeatMapLayout layout = make_layout(size.rows, size.columns);
  const Png png = draw(size, sample_report(size));
  // The sample's maximum in the left lower zone, and its weakest place in the right upper one.
  const int hot = colourfulness(png, layout, 408, 408);
  const int cold = colourfulness(png, layout, 160, 180);
  CHECK(hot > 3 * cold);
}

TEST_CASE("Heat map: an attribution of zero everywhere leaves the lungs nearly grey", "[report]") {
  const ImageSize size{400, 400};
  RiskReport report = sample_report(size);
  for (float& value : report.findings->attribution->map.floats()) value = 0;
  const HeatMapLayout layout = make_layout(size.rows, size.columns);
  const Png png = draw(size, report);
  CHECK(colourfulness(png, layout, 200, 120) < 12);
}

TEST_CASE("Heat map: MONOCHROME1 is drawn as its MONOCHROME2 equivalent", "[report]") {
  const ImageSize size{200, 240};
  const RiskReport report = sample_report(size);
  CHECK(draw(size, report, Photometric::monochrome1).pixels ==
        draw(size, report, Photometric::monochrome2).pixels);
}

TEST_CASE("Heat map: is drawn without attribution, zones, scores or lungs", "[report]") {
  const ImageSize size{300, 300};
  const HeatMapLayout layout = make_layout(size.rows, size.columns);
  RiskReport report = sample_report(size);
  report.findings->attribution.reset();
  const Png outlined = draw(size, report);
  CHECK(colourfulness(outlined, layout, 140, 90) == 0);
  // The outline is still there: some pixel of the row is coloured.
  int coloured = 0;
  for (int column = 0; column < size.columns; ++column)
    coloured += colourfulness(outlined, layout, 150, column) > 20;
  CHECK(coloured >= 4);

  report.findings = aicovid::ImageFindings{};
  const Png bare = draw(size, report);
  for (int column = 0; column < size.columns; ++column)
    CHECK(colourfulness(bare, layout, 150, column) == 0);
}

TEST_CASE("Heat map: a lung that is missing or at the image's edge is drawn", "[report]") {
  const ImageSize size{300, 260};
  RiskReport report = sample_report(size);
  for (auto& label : report.findings->mask.labels) label = label == 1 ? 1 : 0;
  CHECK_NOTHROW(draw(size, report));
  for (auto& label : report.findings->mask.labels) label = 2;
  CHECK_NOTHROW(draw(size, report));
}

TEST_CASE("Heat map: a mask and an attribution that reach beyond the image are cut there",
          "[report]") {
  const ImageSize size{300, 200};
  RiskReport report = sample_report(size);
  report.findings->mask.source = {0, -50, 300, 250};
  report.findings->attribution->source = {-40, -80, 340, 280};
  const HeatMapLayout layout = make_layout(size.rows, size.columns);
  const Png png = draw(size, report);
  // The right lung's centre is at 0.3 of the padded width: column 40.
  CHECK(colourfulness(png, layout, 150, 40) > 0);
  CHECK(colourfulness(png, layout, 150, 100) == 0);
}

TEST_CASE("Heat map: side markers are in the colour of caution until the sides are verified",
          "[report]") {
  const ImageSize size{400, 400};
  RiskReport report = sample_report(size);
  const HeatMapLayout layout = make_layout(size.rows, size.columns);
  const auto coloured_in_strip = [&](const Png& png) {
    int count = 0;
    for (int row = 0; row < layout.strip; ++row) {
      for (int column = 0; column < size.columns; ++column) {
        const std::uint8_t* rgb = png.at(row, column);
        count += rgb[0] > rgb[2] + 60;
      }
    }
    return count;
  };
  CHECK(coloured_in_strip(draw(size, report)) > 20);
  report.findings->side_verified = true;
  CHECK(coloured_in_strip(draw(size, report)) == 0);
}

TEST_CASE("Heat map: no text of the panel reaches its right margin", "[report]") {
  const auto size = GENERATE(ImageSize{300, 260}, ImageSize{900, 900}, ImageSize{2400, 2000});
  const HeatMapLayout layout = make_layout(size.rows, size.columns);
  const Png png = draw(size, sample_report(size));
  const std::uint8_t* panel = png.at(1, png.columns - 1);
  int written = 0;
  for (int row = 0; row < layout.rows() - layout.strip; ++row) {
    // Twice the text is the margin; half of that for tick marks.
    for (int column = png.columns - layout.text; column < png.columns; ++column) {
      written += !std::equal(panel, panel + 3, png.at(row, column));
    }
  }
  CHECK(written == 0);
}

TEST_CASE("Heat map: a refusal, missing pixels and another image's report are errors", "[report]") {
  const ImageSize size{64, 64};
  const TemporaryFile file("heat_map.png");
  const auto code_of = [&](const aicovid::Radiograph& radiograph, const RiskReport& report) {
    try {
      write_heat_map(radiograph, report, file.path());
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::cancelled;
  };
  RiskReport refused = sample_report(size);
  refused.verdict = aicovid::Verdict::refused;
  refused.findings.reset();
  CHECK(code_of(sample_radiograph(size), refused) == ErrorCode::invalid_argument);
  const aicovid::Radiograph empty(aicovid::Radiograph::Parts{});
  CHECK(code_of(empty, sample_report(size)) == ErrorCode::invalid_argument);
  CHECK(code_of(sample_radiograph(size), sample_report({64, 65})) == ErrorCode::invalid_argument);
  CHECK(!std::filesystem::exists(file.path()));
}

TEST_CASE("Heat map: a file that cannot be written is io, without its path", "[report]") {
  const ImageSize size{64, 64};
  try {
    write_heat_map(sample_radiograph(size), sample_report(size), "/no/such/folder/heat_map.png");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::io);
    CHECK_THAT(error.what(), !Catch::Matchers::ContainsSubstring("folder"));
  }
}

TEST_CASE("Heat map layout: a side beyond 8192 pixels is scaled down to it", "[report]") {
  const HeatMapLayout layout = make_layout(16384, 1000);
  CHECK(layout.image_rows == 8192);
  CHECK(layout.image_columns == 500);
}
