#include "program.hpp"

#include "grey_table.hpp"
#include "histogram.hpp"
#include "region.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <limits>

namespace aicovid {
namespace {

/// Carries the grey table, the padding value and the region through what comes before the resize.
class Builder {
 public:
  Builder(const Recipe& recipe, const Radiograph& radiograph,
          const std::optional<Rectangle>& lung_box)
      : radiograph_(radiograph),
        lung_box_(lung_box),
        table_(make_grey_table(radiograph.grey_scale(), recipe.voi)),
        region_({0, 0, static_cast<double>(radiograph.rows()),
                 static_cast<double>(radiograph.columns())},
                radiograph.header().pixel_aspect) {
    for (const auto& operation : recipe.before) std::visit(*this, operation);
  }

  void operator()(const PercentileClip& clip) {
    Histogram counts = count_stored_values(radiograph_, region_.content);
    leave_out_padding(counts, radiograph_.grey_scale());
    const Range range = percentiles(counts, table_, {clip.low, clip.high});
    map([&](double x) {
      return range.high > range.low
                 ? std::clamp((x - range.low) / (range.high - range.low), 0.0, 1.0)
                 : 0.0;
    });
  }
  void operator()(const Affine<double>& function) { map(function); }
  void operator()(const LungCrop& crop) { region_ = lung_crop(region_, crop, lung_box_); }
  void operator()(const CentreCrop&) { region_ = centre_crop(region_); }
  void operator()(const PadSquare& pad) {
    region_ = pad_square(region_);
    padding_ = pad.value;
  }

  const Region& region() const { return region_; }
  const std::vector<double>& table() const { return table_; }
  double padding() const { return padding_; }

  /// skimage.transform.resize clips to the range of what it resizes, which matters where the zeros
  /// outside are not in it. The other methods give weighted means.
  Clip clip(Resize::Method method) const {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    if (method != Resize::Method::gaussian) return {-kInfinity, kInfinity};
    Range range = range_of(count_stored_values(radiograph_, region_.content), table_);
    if (region_.window != region_.content) {
      range = {std::min(range.low, padding_), std::max(range.high, padding_)};
    }
    return {static_cast<float>(range.low), static_cast<float>(range.high)};
  }

 private:
  template <typename Function>
  void map(const Function& function) {
    for (double& value : table_) value = function(value);
    padding_ = function(padding_);
  }

  const Radiograph& radiograph_;
  const std::optional<Rectangle>& lung_box_;
  std::vector<double> table_;
  double padding_ = 0;
  Region region_;
};

}  // namespace

Program make_program(const Recipe& recipe, const Radiograph& radiograph,
                     const std::optional<Rectangle>& lung_box) {
  if (!radiograph.has_pixels()) {
    throw Error(ErrorCode::invalid_argument,
                "the radiograph has a header only; expected decoded pixels");
  }
  const Builder builder(recipe, radiograph, lung_box);
  const Rectangle& window = builder.region().window;
  const Rectangle& content = builder.region().content;
  const Resize& resize = recipe.resize;
  return {
      .table = std::vector<float>(builder.table().begin(), builder.table().end()),
      .lowest = radiograph.grey_scale().lowest(),
      .vertical = make_axis_weights({window.y0, window.y1, content.y0, content.y1}, resize.height,
                                    resize.method),
      .horizontal = make_axis_weights({window.x0, window.x1, content.x0, content.x1}, resize.width,
                                      resize.method),
      .padding = static_cast<float>(builder.padding()),
      .clip = builder.clip(resize.method),
      .after = recipe.after,
      .channels = recipe.channels,
      .source = window,
  };
}

}  // namespace aicovid
