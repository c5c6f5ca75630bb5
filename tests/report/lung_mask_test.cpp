#include "png_reading.hpp"
#include "sample_radiograph.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>

using aicovid::RiskReport;
using aicovid::write_lung_mask;
using aicovid::testing::ImageSize;
using aicovid::testing::sample_radiograph;
using aicovid::testing::sample_report;
using aicovid::testing::TemporaryFile;

TEST_CASE("Lung mask file: has the radiograph's rows and columns and the labels 0, 1, 2",
          "[report]") {
  const auto size = GENERATE(ImageSize{64, 64}, ImageSize{512, 371}, ImageSize{1955, 1841});
  const TemporaryFile file("mask.png");
  const RiskReport report = sample_report(size);
  write_lung_mask(sample_radiograph(size), report, file.path());
  const auto png = aicovid::testing::read_png(file.path());
  REQUIRE(png.rows == size.rows);
  REQUIRE(png.columns == size.columns);
  REQUIRE(png.channels == 1);
  const aicovid::LungMask& mask = report.findings->mask;
  int wrong = 0;
  for (int row = 0; row < size.rows; ++row) {
    for (int column = 0; column < size.columns; ++column) {
      const int y = (2 * row + 1) * mask.rows / (2 * size.rows);
      const int x = (2 * column + 1) * mask.columns / (2 * size.columns);
      wrong += *png.at(row, column) != mask.labels[static_cast<std::size_t>(y * mask.columns + x)];
    }
  }
  CHECK(wrong == 0);
  CHECK(*png.at(size.rows / 2, size.columns * 3 / 10) == 1);
  CHECK(*png.at(size.rows / 2, size.columns * 7 / 10) == 2);
  CHECK(*png.at(0, 0) == 0);
}

TEST_CASE("Lung mask file: no lungs is all zeros", "[report]") {
  const ImageSize size{40, 30};
  const TemporaryFile file("mask.png");
  RiskReport report = sample_report(size);
  std::ranges::fill(report.findings->mask.labels, std::uint8_t{0});
  write_lung_mask(sample_radiograph(size), report, file.path());
  CHECK(aicovid::testing::read_png(file.path()).pixels == std::vector<std::uint8_t>(1200, 0));
}

TEST_CASE("Lung mask file: no network that looked for lungs is an error, not a lung of no pixel",
          "[report]") {
  const TemporaryFile file("mask.png");
  RiskReport report = sample_report({40, 30});
  report.findings = aicovid::ImageFindings{};
  CHECK_THROWS_AS(write_lung_mask(sample_radiograph({40, 30}), report, file.path()),
                  aicovid::Error);
}

TEST_CASE("Lung mask file: a refusal is an error", "[report]") {
  const TemporaryFile file("mask.png");
  RiskReport report = sample_report({40, 30});
  report.findings.reset();
  CHECK_THROWS_AS(write_lung_mask(sample_radiograph({40, 30}), report, file.path()),
                  aicovid::Error);
}
