#include "findings/lung_mask.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace aicovid {
namespace {

constexpr float kThreshold = 0.5F;
/// A component is kept from this share of the lung's largest one on.
constexpr double kSmallestShare = 0.1;

/// A row-major raster of flags with a margin of one pixel on each side, so that every pixel within
/// has eight neighbours.
struct Raster {
  Raster(int rows, int columns)
      : stride(static_cast<std::size_t>(columns) + 2),
        pixels((static_cast<std::size_t>(rows) + 2) * stride) {}

  /// The place of the first pixel of a row.
  std::size_t row(std::size_t y) const { return (y + 1) * stride + 1; }

  std::size_t stride;
  std::vector<std::uint8_t> pixels;
};

enum class Neighbours : std::uint8_t { four, eight };

/// Adds to `region` all pixels connected with it for which `inside` holds, and calls `inside` once
/// a visit. It must not hold in the margin.
template <typename Inside>
void grow(std::vector<std::size_t>& region, std::size_t stride, Neighbours neighbours,
          Inside inside) {
  const auto row = static_cast<std::ptrdiff_t>(stride);
  const std::array<std::ptrdiff_t, 8> steps = {-1,       1,       -row,    row,
                                               -row - 1, 1 - row, row - 1, row + 1};
  const std::span used(steps.data(), neighbours == Neighbours::four ? 4U : 8U);
  for (std::size_t next = 0; next < region.size(); ++next) {
    const std::size_t from = region[next];
    for (const std::ptrdiff_t step : used) {
      const std::size_t index = from + static_cast<std::size_t>(step);
      if (inside(index)) region.push_back(index);
    }
  }
}

/// Leaves the largest 8-connected component and those of at least `kSmallestShare` of it.
void keep_large_components(Raster& lung) {
  std::vector<std::uint8_t> visited(lung.pixels.size());
  std::vector<std::vector<std::size_t>> components;
  std::size_t largest = 0;
  const auto visit = [&](std::size_t index) {
    if (lung.pixels[index] == 0 || visited[index] != 0) return false;
    visited[index] = 1;
    return true;
  };
  for (std::size_t seed = 0; seed < lung.pixels.size(); ++seed) {
    if (!visit(seed)) continue;
    std::vector<std::size_t> component = {seed};
    grow(component, lung.stride, Neighbours::eight, visit);
    largest = std::max(largest, component.size());
    components.push_back(std::move(component));
  }
  for (const auto& component : components) {
    if (static_cast<double>(component.size()) >= kSmallestShare * static_cast<double>(largest)) {
      continue;
    }
    for (const std::size_t index : component) lung.pixels[index] = 0;
  }
}

/// The pixels that are `inset` steps from the edge; those of the corners may stand twice.
std::vector<std::size_t> ring(const Raster& lung, std::size_t inset) {
  const std::size_t last_row = lung.pixels.size() / lung.stride - 1 - inset;
  const std::size_t last_column = lung.stride - 1 - inset;
  std::vector<std::size_t> pixels;
  for (std::size_t column = inset; column <= last_column; ++column) {
    pixels.push_back(inset * lung.stride + column);
    pixels.push_back(last_row * lung.stride + column);
  }
  for (std::size_t row = inset; row <= last_row; ++row) {
    pixels.push_back(row * lung.stride + inset);
    pixels.push_back(row * lung.stride + last_column);
  }
  return pixels;
}

/// Fills what cannot be reached from the border by steps to one of four neighbours: the dual of
/// components that join by corners, so that a diagonal line closes a hole.
void fill_holes(Raster& lung) {
  std::vector<std::uint8_t> outside(lung.pixels.size());
  const auto visit = [&](std::size_t index) {
    if (lung.pixels[index] != 0 || outside[index] != 0) return false;
    outside[index] = 1;
    return true;
  };
  // The margin is outside, and not gone through.
  for (const std::size_t index : ring(lung, 0)) outside[index] = 1;
  std::vector<std::size_t> region = ring(lung, 1);
  std::erase_if(region, [&](std::size_t index) { return !visit(index); });
  grow(region, lung.stride, Neighbours::four, visit);
  for (std::size_t index = 0; index < lung.pixels.size(); ++index) {
    lung.pixels[index] = outside[index] == 0 ? 1 : 0;
  }
}

/// For each of `size` pixels over `target`, the one of `cells` over `source` that its centre lies
/// in; -1 for none.
std::vector<int> nearest_cells(const Interval& target, int size, const Interval& source,
                               int cells) {
  std::vector<int> nearest(static_cast<std::size_t>(size), -1);
  for (int i = 0; i < size; ++i) {
    const double centre = target.low + (i + 0.5) * (target.high - target.low) / size;
    const double cell = std::floor((centre - source.low) / (source.high - source.low) * cells);
    if (cell >= 0 && cell < cells) nearest[static_cast<std::size_t>(i)] = static_cast<int>(cell);
  }
  return nearest;
}

/// Length of what [low, high] and [0, extent] share.
double overlap(double low, double high, int extent) {
  return std::max(0.0, std::min(high, static_cast<double>(extent)) - std::max(low, 0.0));
}

}  // namespace

LungMask clean_lung_mask(const Tensor& probabilities, const Rectangle& source) {
  const auto& shape = probabilities.shape();
  if (shape.size() != 4 || shape[0] != 1 || shape[1] != 2 || shape[2] < 1 || shape[3] < 1) {
    throw Error(ErrorCode::bad_bundle, "the lung mask's shape is not [1,2,h,w]");
  }
  const int rows = static_cast<int>(shape[2]);
  const int columns = static_cast<int>(shape[3]);
  const auto size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  const std::span<const float> right = probabilities.floats().first(size);
  const std::span<const float> left = probabilities.floats().subspan(size, size);

  std::array<Raster, 2> lungs = {Raster(rows, columns), Raster(rows, columns)};
  const auto width = static_cast<std::size_t>(columns);
  for (std::size_t i = 0; i < size; ++i) {
    if (std::max(right[i], left[i]) < kThreshold) continue;
    Raster& lung = lungs[right[i] >= left[i] ? 0 : 1];
    lung.pixels[lung.row(i / width) + i % width] = 1;
  }
  for (Raster& lung : lungs) {
    keep_large_components(lung);
    fill_holes(lung);
  }
  LungMask mask{rows, columns, std::vector<std::uint8_t>(size), source};
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t at = lungs[0].row(i / width) + i % width;
    const bool in_right = lungs[0].pixels[at] != 0;
    const bool in_left = lungs[1].pixels[at] != 0;
    // Both: a piece of one lung in a hole of the other.
    if (in_right && (!in_left || right[i] >= left[i])) {
      mask.labels[i] = 1;
    } else if (in_left) {
      mask.labels[i] = 2;
    }
  }
  return mask;
}

std::optional<Rectangle> lung_rectangle(const LungMask& mask) {
  int top = mask.rows;
  int bottom = -1;
  int first = mask.columns;
  int last = -1;
  for (int row = 0; row < mask.rows; ++row) {
    for (int column = 0; column < mask.columns; ++column) {
      if (mask.labels[static_cast<std::size_t>(row) * static_cast<std::size_t>(mask.columns) +
                      static_cast<std::size_t>(column)] == 0)
        continue;
      top = std::min(top, row);
      bottom = row;
      first = std::min(first, column);
      last = std::max(last, column);
    }
  }
  if (bottom < 0) return {};
  const double cell_height = mask.source.height() / mask.rows;
  const double cell_width = mask.source.width() / mask.columns;
  return Rectangle{mask.source.y0 + top * cell_height, mask.source.x0 + first * cell_width,
                   mask.source.y0 + (bottom + 1) * cell_height,
                   mask.source.x0 + (last + 1) * cell_width};
}

std::vector<std::uint8_t> resample_labels(const LungMask& mask, const Rectangle& target, int height,
                                          int width) {
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(height) *
                                   static_cast<std::size_t>(width));
  if (mask.empty()) return labels;
  const std::vector<int> rows =
      nearest_cells({target.y0, target.y1}, height, {mask.source.y0, mask.source.y1}, mask.rows);
  const std::vector<int> columns =
      nearest_cells({target.x0, target.x1}, width, {mask.source.x0, mask.source.x1}, mask.columns);
  auto out = labels.begin();
  for (const int row : rows) {
    for (const int column : columns) {
      if (row >= 0 && column >= 0)
        *out = mask.labels[static_cast<std::size_t>(row) * static_cast<std::size_t>(mask.columns) +
                           static_cast<std::size_t>(column)];
      ++out;
    }
  }
  return labels;
}

Tensor resample_lung_mask(const LungMask& mask, const Rectangle& target, int height, int width) {
  const std::vector<std::uint8_t> labels = resample_labels(mask, target, height, width);
  Tensor planes({1, 2, height, width}, DType::float32);
  const std::span<float> out = planes.floats();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != 0) out[(labels[i] - 1U) * labels.size() + i] = 1;
  }
  return planes;
}

double lung_area_fraction(const LungMask& mask, int rows, int columns) {
  if (mask.empty()) return 0;
  const double cell_height = mask.source.height() / mask.rows;
  const double cell_width = mask.source.width() / mask.columns;
  double area = 0;
  for (int row = 0; row < mask.rows; ++row) {
    const double y = mask.source.y0 + row * cell_height;
    const double height = overlap(y, y + cell_height, rows);
    double width = 0;
    for (int column = 0; column < mask.columns; ++column) {
      if (mask.labels[static_cast<std::size_t>(row) * static_cast<std::size_t>(mask.columns) +
                      static_cast<std::size_t>(column)] == 0)
        continue;
      const double x = mask.source.x0 + column * cell_width;
      width += overlap(x, x + cell_width, columns);
    }
    area += height * width;
  }
  return area / (static_cast<double>(rows) * columns);
}

}  // namespace aicovid
