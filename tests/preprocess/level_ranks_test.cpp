#include "level_ranks.hpp"

#include "grey_table.hpp"
#include "percentiles.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

using namespace aicovid;

namespace {

constexpr int kRows = 1031;
constexpr int kColumns = 1057;  // no multiple of a block

/// What a picture is like, as far as it matters to a sample of its rows.
enum class Look { noise, smooth, dark_frame, burnt, one_value, one_odd_row };

/// Values from 0 to 1.
std::vector<double> picture(Look look) {
  std::mt19937 random(3);
  std::normal_distribution<double> noise(0, 0.02);
  std::vector<double> values;
  for (int y = 0; y < kRows; ++y) {
    for (int x = 0; x < kColumns; ++x) {
      double value = 0.5 + 0.4 * std::sin(x / 90.0) * std::cos(y / 120.0) + noise(random);
      if (look == Look::noise) value = static_cast<double>(random()) / std::mt19937::max();
      if (look == Look::dark_frame && (x < 120 || y > 900)) value = 0.03;
      if (look == Look::burnt) value *= 1.3;
      if (look == Look::one_value) value = 0.25;
      // The sample has no row of these: it is wrong by more than it may be.
      if (look == Look::one_odd_row && y % 16 < 4) value = 0;
      values.push_back(std::clamp(value, 0.0, 1.0));
    }
  }
  return values;
}

template <typename Stored>
Radiograph radiograph(Look look, const GreyScale& grey, PixelType type) {
  std::vector<Stored> pixels;
  for (const double value : picture(look)) {
    pixels.push_back(
        static_cast<Stored>(grey.lowest() + std::lround(value * (grey.highest() - grey.lowest()))));
  }
  return Radiograph::from_array(pixels.data(), kRows, kColumns, type, grey);
}

Radiograph radiograph(Look look, const GreyScale& grey) {
  return grey.is_signed ? radiograph<std::int16_t>(look, grey, PixelType::int16)
                        : radiograph<std::uint16_t>(look, grey, PixelType::uint16);
}

/// By counting every level.
Range counted(const Levels& levels, const PixelBox& box, std::span<const double> table,
              Range percent) {
  LevelCounts counts;
  std::vector<std::uint32_t> order;
  counts.count(levels, box);
  return percentiles(counts.counts(), table, percent, order);
}

}  // namespace

TEST_CASE("Level ranks: percentiles equal those of the counted levels to the bit", "[preprocess]") {
  const Look look = GENERATE(Look::noise, Look::smooth, Look::dark_frame, Look::burnt,
                             Look::one_value, Look::one_odd_row);
  const GreyScale grey = GENERATE(
      GreyScale{.bits_stored = 13, .photometric = Photometric::monochrome1},
      GreyScale{.bits_stored = 14, .window = Window{6000, 8000}},
      GreyScale{.bits_stored = 14, .is_signed = true, .photometric = Photometric::monochrome1},
      GreyScale{.bits_stored = 16}, GreyScale{.bits_stored = 16, .is_signed = true});
  const Radiograph image = radiograph(look, grey);
  const Levels levels = Levels::of(image);
  const auto table = make_grey_table(grey, true);
  const PixelBox box = GENERATE(PixelBox{0, 0, kRows, kColumns}, PixelBox{5, 20, kRows, kColumns});
  RankMemory memory;
  int quick = 0;
  for (const Range percent : {Range{1, 99}, Range{0, 100}, Range{0.5, 99.5}, Range{2, 40}}) {
    const auto found = quick_percentiles(levels, box, table, percent, memory);
    if (!found) continue;
    ++quick;
    const Range expected = counted(levels, box, table, percent);
    REQUIRE(found->low == expected.low);
    REQUIRE(found->high == expected.high);
  }
  // Otherwise nothing was compared, or a sample that lacks a quarter of the picture was trusted.
  CAPTURE(static_cast<int>(look), grey.bits_stored);
  if (look == Look::one_odd_row) {
    CHECK(quick < 4);
  } else {
    // Of noise the sample may lack the least or the largest level.
    CHECK(quick >= 2);
  }
}

TEST_CASE("Level ranks: values beyond the range count as the nearest level", "[preprocess]") {
  std::vector<std::uint16_t> pixels(std::size_t{kRows} * kColumns, 19000);
  for (std::size_t i = 0; i < pixels.size(); i += 3)
    pixels[i] = static_cast<std::uint16_t>(i % 8192);
  const GreyScale grey{.bits_stored = 13};
  const Radiograph image =
      Radiograph::from_array(pixels.data(), kRows, kColumns, PixelType::uint16, grey);
  const Levels levels = Levels::of(image);
  const PixelBox box{0, 0, kRows, kColumns};
  const auto table = make_grey_table(grey, true);
  RankMemory memory;
  const auto found = quick_percentiles(levels, box, table, {1, 99}, memory);
  if (found) {
    CHECK(found->high == 1);
  } else {
    CHECK(counted(levels, box, table, {1, 99}).high == 1);
  }
}

TEST_CASE("Level ranks: tables that go up and down, and small boxes, are left to counting",
          "[preprocess]") {
  const GreyScale grey{.bits_stored = 13};
  const Radiograph image = radiograph(Look::smooth, grey);
  const Levels levels = Levels::of(image);
  auto table = make_grey_table(grey, true);
  RankMemory memory;
  CHECK_FALSE(quick_percentiles(levels, {0, 0, 900, 1000}, table, {1, 99}, memory));
  CHECK(quick_percentiles(levels, {0, 0, kRows, kColumns}, table, {1, 99}, memory));
  std::swap(table[100], table[6000]);
  CHECK_FALSE(quick_percentiles(levels, {0, 0, kRows, kColumns}, table, {1, 99}, memory));
}
