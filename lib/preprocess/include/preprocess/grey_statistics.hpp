#pragma once

#include <aicovid/geometry.hpp>
#include <aicovid/radiograph.hpp>

#include <cstddef>

namespace aicovid {

/// What can be said of a radiograph's greys as a display shows them, whatever the picture is.
/// Padding values count as border, and nowhere else.
struct GreyStatistics {
  Rectangle content;      ///< what is left once uniform rows and columns at the edges are gone
  double border = 0;      ///< share of the pixels outside `content`
  std::size_t steps = 0;  ///< different stored values from the 1st to the 99th percentile
  double black = 0;       ///< share of the content that an 8-bit display shows as 0
  double white = 0;       ///< share of the content that it shows as 255
};

/// Measures the greys of a radiograph.
///
/// A row or column is uniform if its greys differ by at most 5 % of the display's range, which
/// leaves room for the noise of JPEG. A constant radiograph has no content: all of it is border.
///
/// @throws Error{invalid_argument} as `make_grey_table`
GreyStatistics measure_grey(const Radiograph& radiograph);

}  // namespace aicovid
