#include "histogram.hpp"

#include "grey_table.hpp"
#include "percentiles.hpp"
#include "random_radiograph.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <numeric>

using namespace aicovid;
using aicovid::test::random_pixels;
using aicovid::test::random_radiograph;
using Catch::Matchers::WithinAbs;

namespace {

/// Follows the definition: sorts all, and interpolates between the two neighbours of rank q (n -
/// 1).
double sorted_percentile(std::vector<double> values, double percent) {
  std::ranges::sort(values);
  const double rank = percent / 100 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const auto above = std::min(below + 1, values.size() - 1);
  return std::lerp(values[below], values[above], rank - static_cast<double>(below));
}

}  // namespace

TEST_CASE("Histogram: percentiles equal those of the sorted greys", "[preprocess]") {
  const int rows = GENERATE(1, 31, 33);
  const int columns = GENERATE(1, 32, 257);
  const GreyScale grey = GENERATE(
      GreyScale{.bits_stored = 8},
      GreyScale{.bits_stored = 12, .photometric = Photometric::monochrome1},
      GreyScale{.bits_stored = 12, .is_signed = true, .window = Window{0, 500}},
      GreyScale{.bits_stored = 8,
                .voi_lut = LookupTable{.first = 0, .bits = 8, .entries = {200, 10, 90, 40}}},
      GreyScale{.bits_stored = 12, .padding = PixelPadding{0, 1000}});
  const auto radiograph = random_radiograph(rows, columns, grey, 7);
  const auto table = make_grey_table(grey, true);
  LevelCounts counted;
  std::vector<std::uint32_t> order;
  counted.count(Levels::of(radiograph), {0, 0, rows, columns});
  counted.leave_out_padding(Levels::of(radiograph));
  const auto& counts = counted.counts();

  std::vector<double> values;
  const auto add = [&](const auto& pixels) {
    for (const int stored : pixels) {
      if (!is_padding(grey, stored))
        values.push_back(table[static_cast<std::size_t>(stored - grey.lowest())]);
    }
  };
  if (grey.is_signed) {
    add(random_pixels<std::int16_t>(rows, columns, grey, 7));
  } else {
    add(random_pixels<std::uint16_t>(rows, columns, grey, 7));
  }
  if (values.empty()) return;  // one pixel, and padding
  CHECK(std::accumulate(counts.begin(), counts.end(), std::size_t{0}) == values.size());
  for (const double percent : {0.0, 0.5, 1.0, 2.0, 50.0, 97.3, 99.0, 100.0}) {
    const auto range = percentiles(counts, table, {percent, percent}, order);
    REQUIRE_THAT(range.low, WithinAbs(sorted_percentile(values, percent), 1e-12));
  }
}

TEST_CASE("Histogram: it counts the pixels of the box", "[preprocess]") {
  std::vector<std::uint8_t> pixels(30);
  std::iota(pixels.begin(), pixels.end(), std::uint8_t{0});
  const auto radiograph = Radiograph::from_array(pixels.data(), 5, 6, PixelType::uint8);
  LevelCounts counted;
  counted.count(Levels::of(radiograph), {1, 2, 3, 5});
  const auto& counts = counted.counts();
  for (std::size_t value = 0; value < 256; ++value) {
    const std::size_t y = value / 6;
    const std::size_t x = value % 6;
    REQUIRE(counts[value] == (value < 30 && y >= 1 && y < 3 && x >= 2 && x < 5 ? 1 : 0));
  }
}

TEST_CASE("Histogram: an image of padding alone has the percentiles 0", "[preprocess]") {
  const GreyScale grey{.bits_stored = 8, .padding = PixelPadding{0, 255}};
  const auto radiograph = random_radiograph(4, 4, grey);
  LevelCounts counted;
  std::vector<std::uint32_t> order;
  counted.count(Levels::of(radiograph), {0, 0, 4, 4});
  counted.leave_out_padding(Levels::of(radiograph));
  const auto range = percentiles(counted.counts(), make_grey_table(grey, true), {1, 99}, order);
  CHECK(range.low == 0);
  CHECK(range.high == 0);
}

TEST_CASE("Histogram: more pixels of a level than 16 bits can count", "[preprocess]") {
  const int bits = GENERATE(8, 12, 16);
  const std::vector<std::uint16_t> pixels(std::size_t{700} * 401, 100);
  const auto radiograph =
      Radiograph::from_array(pixels.data(), 700, 401, PixelType::uint16, {.bits_stored = bits});
  LevelCounts counted;
  counted.count(Levels::of(radiograph), {0, 0, 700, 401});
  CHECK(counted.counts()[100] == 700 * 401);
  CHECK(std::accumulate(counted.counts().begin(), counted.counts().end(), 0) == 700 * 401);
}

TEST_CASE("Histogram: values beyond the range count as the nearest, and leave nothing behind",
          "[preprocess]") {
  const int bits = GENERATE(10, 14);
  LevelCounts counted;
  const auto highest = static_cast<std::size_t>((1 << bits) - 1);
  std::vector<std::uint16_t> pixels(600, 65535);
  pixels[0] = 3;
  pixels[1] = static_cast<std::uint16_t>(highest + 1);
  counted.count(Levels::of(Radiograph::from_array(pixels.data(), 20, 30, PixelType::uint16,
                                                  {.bits_stored = bits})),
                {0, 0, 20, 30});
  CHECK(counted.counts()[3] == 1);
  CHECK(counted.counts()[highest] == 599);
  const std::vector<std::int16_t> negative(600, std::int16_t{-32768});
  counted.count(Levels::of(Radiograph::from_array(negative.data(), 20, 30, PixelType::int16,
                                                  {.bits_stored = bits, .is_signed = true})),
                {0, 0, 20, 30});
  CHECK(counted.counts().front() == 600);
  CHECK(std::accumulate(counted.counts().begin(), counted.counts().end(), 0) == 600);
  const std::vector<std::uint8_t> bytes(600, 255);
  counted.count(Levels::of(Radiograph::from_array(bytes.data(), 20, 30, PixelType::uint8)),
                {0, 0, 20, 30});
  CHECK(counted.counts().back() == 600);
  CHECK(std::accumulate(counted.counts().begin(), counted.counts().end(), 0) == 600);
}
