#include "level_ranks.hpp"

#include "dispatched.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace aicovid {
namespace {

/// One row of so many is the sample.
constexpr int kSampleStep = 16;
// Fewer pixels are no sample, and the counts of fewer levels stay in the nearest cache: counting
// all is as quick then (measured with 10, 12 and 16 bits).
constexpr std::uint64_t kFewestPixels = std::uint64_t{1} << 20;
constexpr int kFewestLevels = 1 << 13;
/// How far the sample may be wrong, as a share of the pixels. Rows resemble their neighbours, so
/// that it is wrong by little; where it is more, all levels are counted.
constexpr double kSampleError = 0.0025;

/// Levels between which two ranks are expected, and what was counted of them. Levels are unsigned
/// here, in ascending order.
struct Band {
  unsigned low = 0;
  unsigned width = 0;  ///< the band ends at low + width
  std::uint64_t below = 0;
  std::uint64_t up_to_low =
      0;  ///< `low` itself with them: it may be the level of a whole background
  std::span<std::uint32_t> above_low;  ///< entry i counts level low + 1 + i

  /// The level at a rank; nothing where it is not in the band.
  std::optional<unsigned> at(std::uint64_t rank) const {
    if (rank < below) return std::nullopt;
    if (rank < up_to_low) return low;
    std::uint64_t up_to = up_to_low;
    for (unsigned i = 0; i < width; ++i) {
      up_to += above_low[i];
      if (rank < up_to) return low + 1 + i;
    }
    return std::nullopt;
  }
};

/// Counts a row for both bands. The sums of a block's pixels stay apart, so that the compiler keeps
/// them in vectors; only blocks with a pixel inside a band are looked at one by one.
AICOVID_DISPATCHED void count_row(std::span<const std::uint16_t> row, std::uint16_t flip,
                                  std::array<Band, 2>& bands) {
  using Pattern = std::uint16_t;
  constexpr std::size_t kBlock = 32;
  constexpr std::size_t kMostBlocks = std::numeric_limits<Pattern>::max();
  const auto low0 = static_cast<Pattern>(bands[0].low);
  const auto low1 = static_cast<Pattern>(bands[1].low);
  const auto width0 = static_cast<Pattern>(bands[0].width);
  const auto width1 = static_cast<Pattern>(bands[1].width);
  const auto inside = [](Pattern level, Pattern low, Pattern width) {
    return static_cast<Pattern>(level - low - 1) < width;
  };
  const std::size_t blocks = row.size() / kBlock;
  for (std::size_t begin = 0; begin < blocks; begin += kMostBlocks) {
    Pattern below0[kBlock] = {};
    Pattern below1[kBlock] = {};
    Pattern up_to0[kBlock] = {};
    Pattern up_to1[kBlock] = {};
    for (std::size_t block = begin; block < std::min(blocks, begin + kMostBlocks); ++block) {
      const Pattern* pixels = row.data() + block * kBlock;
      Pattern hits[kBlock];
      for (std::size_t i = 0; i < kBlock; ++i) {
        const auto level = static_cast<Pattern>(pixels[i] ^ flip);
        below0[i] = static_cast<Pattern>(below0[i] + (level < low0));
        below1[i] = static_cast<Pattern>(below1[i] + (level < low1));
        up_to0[i] = static_cast<Pattern>(up_to0[i] + (level <= low0));
        up_to1[i] = static_cast<Pattern>(up_to1[i] + (level <= low1));
        hits[i] = static_cast<Pattern>(int{inside(level, low0, width0)} |
                                       int{inside(level, low1, width1)});
      }
      Pattern any = 0;
      for (std::size_t i = 0; i < kBlock; ++i) any = static_cast<Pattern>(any | hits[i]);
      if (any == 0) continue;
      for (std::size_t i = 0; i < kBlock; ++i) {
        const auto level = static_cast<Pattern>(pixels[i] ^ flip);
        if (inside(level, low0, width0)) ++bands[0].above_low[level - low0 - 1U];
        if (inside(level, low1, width1)) ++bands[1].above_low[level - low1 - 1U];
      }
    }
    for (std::size_t i = 0; i < kBlock; ++i) {
      bands[0].below += below0[i];
      bands[1].below += below1[i];
      bands[0].up_to_low += up_to0[i];
      bands[1].up_to_low += up_to1[i];
    }
  }
  for (const Pattern pixel : row.subspan(blocks * kBlock)) {
    const auto level = static_cast<Pattern>(pixel ^ flip);
    for (Band& band : bands) {
      band.below += level < band.low ? 1 : 0;
      band.up_to_low += level <= band.low ? 1 : 0;
      if (level > band.low && level - band.low <= band.width)
        ++band.above_low[level - band.low - 1];
    }
  }
}

/// The level of the sample at a share of its pixels.
int sampled_level(const std::vector<std::uint32_t>& counts, std::uint64_t pixels, double share) {
  const auto rank =
      static_cast<std::uint64_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(pixels - 1));
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    up_to += counts[i];
    if (rank < up_to) return static_cast<int>(i);
  }
  return static_cast<int>(counts.size()) - 1;
}

}  // namespace

std::optional<std::array<int, 4>> levels_at(const Levels& levels, const PixelBox& box,
                                            const std::array<std::uint64_t, 4>& ranks,
                                            RankMemory& memory) {
  const auto columns = static_cast<std::uint64_t>(box.columns());
  const std::uint64_t pixels = static_cast<std::uint64_t>(box.rows()) * columns;
  // Levels of 8 bits are too few, so that the pixels have 16 from here on.
  if (pixels < kFewestPixels || box.rows() < kSampleStep || levels.count() < kFewestLevels)
    return std::nullopt;

  Levels rows = levels;
  rows.pitch *= kSampleStep;
  rows.pixels += static_cast<std::ptrdiff_t>(box.y0 - levels.covers.y0 + kSampleStep / 2) *
                 levels.pitch * static_cast<std::ptrdiff_t>(size_of(levels.type));
  rows.covers = {0, levels.covers.x0, box.rows() / kSampleStep, levels.covers.x1};
  memory.sample.count(rows, {0, box.x0, box.rows() / kSampleStep, box.x1});
  const std::uint64_t sampled = columns * static_cast<std::uint64_t>(box.rows() / kSampleStep);

  // It makes signed levels ascend as unsigned ones.
  const bool is_signed = levels.type == PixelType::int16;
  const std::uint16_t flip = is_signed ? 0x8000 : 0;
  std::array<Band, 2> bands;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const auto pattern = [&](std::uint64_t rank, double error) {
      const double share = static_cast<double>(rank) / static_cast<double>(pixels) + error;
      const int level = sampled_level(memory.sample.counts(), sampled, share) + levels.lowest;
      return static_cast<unsigned>(static_cast<std::uint16_t>(level) ^ flip);
    };
    bands[i].low = pattern(ranks[2 * i], -kSampleError);
    bands[i].width = pattern(ranks[2 * i + 1], kSampleError) - bands[i].low;
    memory.above_low[i].assign(bands[i].width, 0);
    bands[i].above_low = memory.above_low[i];
  }
  for (int y = box.y0; y < box.y1; ++y) {
    count_row({levels.at<std::uint16_t>(y, box.x0), static_cast<std::size_t>(columns)}, flip,
              bands);
  }
  std::array<int, 4> found{};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::optional<unsigned> pattern = bands[i / 2].at(ranks[i]);
    if (!pattern) return std::nullopt;
    const auto bits = static_cast<std::uint16_t>(*pattern ^ flip);
    const int level = is_signed ? static_cast<std::int16_t>(bits) : bits;
    found[i] = std::clamp(level, levels.lowest, levels.highest);
  }
  return found;
}

}  // namespace aicovid
