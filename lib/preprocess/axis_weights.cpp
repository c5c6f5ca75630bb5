#include "axis_weights.hpp"

#include <algorithm>
#include <cmath>

namespace aicovid {
namespace {

// An overlap of less than this (in pixels) comes of rounded edges and is no part of the picture.
constexpr double kNegligibleOverlap = 1e-9;

/// The weights of one output pixel, in double, over consecutive pixels.
struct Taps {
  std::vector<double>& weight;
  int first = 0;
  double padding = 0;
};

/// The pixels [low, high) that an interval touches.
struct Lattice {
  int low;
  int high;
  Lattice(double from, double to)
      : low(static_cast<int>(std::floor(from + kNegligibleOverlap))),
        high(static_cast<int>(std::ceil(to - kNegligibleOverlap))) {}
  bool has(int i) const { return i >= low && i < high; }
};

void area_taps(const Extent& extent, double scale, int output, Taps& taps) {
  const double from = extent.window_low + output * scale;
  const double to = extent.window_low + (output + 1) * scale;
  const double low = std::max(from, extent.content_low);
  const double high = std::min(to, extent.content_high);
  if (high - low <= kNegligibleOverlap) {
    taps.padding = 1;
    return;
  }
  const Lattice touched(low, high);
  taps.first = touched.low;
  for (int i = touched.low; i < touched.high; ++i) {
    taps.weight.push_back((std::min(high, i + 1.0) - std::max(low, static_cast<double>(i))) /
                          (to - from));
  }
  const double outside = (to - from) - (high - low);
  if (outside > kNegligibleOverlap) taps.padding = outside / (to - from);
}

/// Keeps the taps at pixels that show the image. The others, which lie in the window, are summed as
/// padding. The first weight belongs to pixel `first`.
void split(int first, const Lattice& content, Taps& taps) {
  taps.first = std::max(first, content.low);
  std::size_t kept = 0;
  for (std::size_t k = 0; k < taps.weight.size(); ++k) {
    if (content.has(first + static_cast<int>(k))) {
      taps.weight[kept++] = taps.weight[k];
    } else {
      taps.padding += taps.weight[k];
    }
  }
  taps.weight.resize(kept);
}

/// The weights are a triangle of half-width max(scale, 1) about the output pixel's centre, over the
/// window, normalised, as PIL and torch (antialias=True) have them.
void linear_taps(const Extent& extent, double scale, int output, Taps& taps) {
  const Lattice window(extent.window_low, extent.window_high);
  const Lattice content(extent.content_low, extent.content_high);
  const double centre = extent.window_low + (output + 0.5) * scale;
  const double support = std::max(scale, 1.0);
  const int first = std::max(window.low, static_cast<int>(std::floor(centre - support + 0.5)));
  const int last = std::min(window.high, static_cast<int>(std::floor(centre + support + 0.5)));
  double total = 0;
  for (int i = first; i < last; ++i) {
    taps.weight.push_back(std::max(0.0, 1 - std::abs(i + 0.5 - centre) / support));
    total += taps.weight.back();
  }
  for (double& value : taps.weight) value /= total;
  split(first, content, taps);
}

/// The weights are a gaussian of sigma max(0, (scale - 1) / 2) cut at 4 sigma, sampled linearly,
/// with zeros outside the window: skimage.transform.resize(order=1, mode="constant",
/// anti_aliasing=True).
struct GaussianTaps {
  std::vector<double>& kernel;
  int radius = 0;

  GaussianTaps(double scale, std::vector<double>& memory) : kernel(memory) {
    kernel.assign(1, 1);
    const double sigma = std::max(0.0, (scale - 1) / 2);
    if (sigma < 1e-15) return;  // scipy.ndimage.gaussian_filter leaves such an axis alone.
    radius = static_cast<int>(std::floor(4 * sigma + 0.5));
    kernel.assign(2 * static_cast<std::size_t>(radius) + 1, 0);
    double total = 0;
    for (int k = -radius; k <= radius; ++k) {
      at(k) = std::exp(-0.5 / (sigma * sigma) * k * k);
      total += at(k);
    }
    for (double& value : kernel) value /= total;
  }

  double& at(int k) {
    const int index = k + radius;
    return kernel[static_cast<std::size_t>(index)];
  }

  void operator()(const Extent& extent, double scale, int output, Taps& taps) {
    const Lattice window(extent.window_low, extent.window_high);
    const Lattice content(extent.content_low, extent.content_high);
    const double position = extent.window_low + (output + 0.5) * scale - 0.5;
    const int left = static_cast<int>(std::floor(position));
    const double share = position - left;
    const int first = std::max(window.low, left - radius);
    const int last = std::min(window.high, left + 1 + radius + 1);
    std::vector<double>& weight = taps.weight;
    weight.assign(static_cast<std::size_t>(std::max(0, last - first)), 0);
    const auto add = [&](int sample, double sample_weight) {
      if (!window.has(sample)) return;
      for (int i = std::max(first, sample - radius); i <= std::min(last - 1, sample + radius);
           ++i) {
        weight[static_cast<std::size_t>(i - first)] += sample_weight * at(i - sample);
      }
    };
    add(left, 1 - share);
    add(left + 1, share);
    split(first, content, taps);
  }
};

void append(AxisWeights& axis, const Taps& taps) {
  auto begin = taps.weight.begin();
  auto end = taps.weight.end();
  // Taps of weight zero at the ends read pixels for nothing.
  while (begin != end && static_cast<float>(*begin) == 0) ++begin;
  while (begin != end && static_cast<float>(*(end - 1)) == 0) --end;
  axis.first.push_back(taps.first + static_cast<int>(begin - taps.weight.begin()));
  axis.count.push_back(static_cast<int>(end - begin));
  axis.offset.push_back(static_cast<int>(axis.weight.size()));
  for (; begin != end; ++begin) axis.weight.push_back(static_cast<float>(*begin));
  axis.padding_weight.push_back(static_cast<float>(taps.padding));
  axis.has_padding = axis.has_padding || taps.padding > 0;
}

}  // namespace

void make_axis_weights(const Extent& extent, int size, Resize::Method method, AxisScratch& scratch,
                       AxisWeights& axis) {
  const double scale = (extent.window_high - extent.window_low) / size;
  axis.clear();
  GaussianTaps gaussian(method == Resize::Method::gaussian ? scale : 1, scratch.kernel);
  for (int output = 0; output < size; ++output) {
    Taps taps{.weight = scratch.weight};
    taps.weight.clear();
    switch (method) {
      case Resize::Method::area:
        area_taps(extent, scale, output, taps);
        break;
      case Resize::Method::linear:
        linear_taps(extent, scale, output, taps);
        break;
      case Resize::Method::gaussian:
        gaussian(extent, scale, output, taps);
        break;
    }
    append(axis, taps);
  }
}

}  // namespace aicovid
