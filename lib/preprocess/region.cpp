#include "region.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

namespace aicovid {

PixelBox Region::pixels() const noexcept {
  return {static_cast<int>(std::floor(content.y0)), static_cast<int>(std::floor(content.x0)),
          static_cast<int>(std::ceil(content.y1)), static_cast<int>(std::ceil(content.x1))};
}

Region lung_crop(const Region& region, const LungCrop& crop, const std::optional<Rectangle>& box) {
  if (!box) {
    throw Error(ErrorCode::invalid_argument,
                "the plan crops to the lungs, and there is no lung box; expected one");
  }
  // Written so that NaN fails too.
  if (!(box->height() > 0 && box->width() > 0 && std::isfinite(box->height() + box->width()))) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the lung box is {},{},{},{}; expected y0 < y1 and x0 < x1", box->y0,
                            box->x0, box->y1, box->x1));
  }
  const double margin_y = crop.margin * box->height();
  const double margin_x = crop.margin * box->width();
  Rectangle grown{box->y0 - margin_y, box->x0 - margin_x, box->y1 + margin_y, box->x1 + margin_x};
  if (crop.square) {
    const double width = std::max(grown.height() * region.aspect, grown.width());
    const double height = width / region.aspect;
    const double y = (grown.y0 + grown.y1) / 2;
    const double x = (grown.x0 + grown.x1) / 2;
    grown = {y - height / 2, x - width / 2, y + height / 2, x + width / 2};
  }
  const Rectangle& image = region.content;
  const Rectangle clipped{std::max(grown.y0, image.y0), std::max(grown.x0, image.x0),
                          std::min(grown.y1, image.y1), std::min(grown.x1, image.x1)};
  // Written so that NaN fails too. Less than a pixel is no picture of a lung.
  if (!(clipped.height() >= 1 && clipped.width() >= 1)) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format(
            "the lung box {},{},{},{} has less than a pixel inside the image of {} x {} pixels",
            box->y0, box->x0, box->y1, box->x1, image.height(), image.width()));
  }
  return Region(clipped, region.aspect);
}

Region centre_crop(const Region& region) {
  const double height = region.window.height();
  const double width = region.window.width();
  const double cropped_width = std::min(height * region.aspect, width);
  const double cropped_height = cropped_width / region.aspect;
  const auto start = [](double extent, double side) {
    const bool whole = std::floor(extent) == extent && std::floor(side) == side;
    return whole ? std::floor(extent / 2) - std::floor(side / 2) : (extent - side) / 2;
  };
  const double y = region.window.y0 + start(height, cropped_height);
  const double x = region.window.x0 + start(width, cropped_width);
  return Region({y, x, std::min(y + cropped_height, region.window.y1),
                 std::min(x + cropped_width, region.window.x1)},
                region.aspect);
}

Region pad_square(const Region& region) {
  const double width = std::max(region.window.height() * region.aspect, region.window.width());
  const double above = (width / region.aspect - region.window.height()) / 2;
  const double beside = (width - region.window.width()) / 2;
  Region padded = region;
  padded.window.y0 -= above;
  padded.window.y1 += above;
  padded.window.x0 -= beside;
  padded.window.x1 += beside;
  return padded;
}

}  // namespace aicovid
