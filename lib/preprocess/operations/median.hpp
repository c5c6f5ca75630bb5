#pragma once

#include "../image_facts.hpp"
#include "../program.hpp"

#include <string_view>

namespace aicovid {

/// Takes the median of the nine numbers at (y, x) and about it; beyond the edge stands the nearest
/// pixel. `at(y, x)` gives a number.
struct Median9 {
  int rows;
  int columns;

  template <typename At>
  AICOVID_HOST_DEVICE auto operator()(int y, int x, const At& at) const {
    const int above = y > 0 ? y - 1 : 0;
    const int below = y + 1 < rows ? y + 1 : rows - 1;
    const int left = x > 0 ? x - 1 : 0;
    const int right = x + 1 < columns ? x + 1 : columns - 1;
    return of(at(above, left), at(above, x), at(above, right), at(y, left), at(y, x), at(y, right),
              at(below, left), at(below, x), at(below, right));
  }

  /// Sorts each column of three, then takes the median of the largest low, the middle middle and
  /// the smallest high. Source: N. Devillard, Fast median search (1998), opt_med9, whose 19
  /// exchanges are those of J. L. Paeth, Median finding on a 3x3 grid, Graphics Gems (1990).
  template <typename Number>
  AICOVID_HOST_DEVICE static Number of(Number a, Number b, Number c, Number d, Number e, Number f,
                                       Number g, Number h, Number i) {
    sort(a, b, c);
    sort(d, e, f);
    sort(g, h, i);
    Number low = larger(larger(a, d), g);
    sort(b, e, h);
    Number high = smaller(smaller(c, f), i);
    sort(low, e, high);
    return e;
  }

 private:
  template <typename Number>
  AICOVID_HOST_DEVICE static Number smaller(Number a, Number b) {
    return b < a ? b : a;
  }
  template <typename Number>
  AICOVID_HOST_DEVICE static Number larger(Number a, Number b) {
    return b < a ? a : b;
  }
  template <typename Number>
  AICOVID_HOST_DEVICE static void exchange(Number& a, Number& b) {
    const Number low = smaller(a, b);
    b = larger(a, b);
    a = low;
  }
  template <typename Number>
  AICOVID_HOST_DEVICE static void sort(Number& a, Number& b, Number& c) {
    exchange(b, c);
    exchange(a, b);
    exchange(b, c);
  }
};

/// `median` {"size": 3}: the median of 3 x 3 pixels, the edge repeated: scipy.ndimage.median_filter
/// with mode "nearest", OpenCV's medianBlur.
///
/// Before the resize: of the pixels that the region so far touches, exactly, whatever the grey
/// table, as 16-bit ranks. After it: of the raster's float32 numbers.
struct Median {
  static constexpr std::string_view kName = "median";

  template <typename Members>
  static Median parse(const Members& members) {
    members.allow({"size"});
    if (members.integer("size", 3, 3) != 3) members.fail("size", "3");
    return {};
  }
  void update(ImageFacts& image) const { image.filtered_crop = image.cropped; }
  template <typename Writer>
  void write(Writer& program) const {
    program.add(MedianFilter{program.pixels()});
  }
};

}  // namespace aicovid
