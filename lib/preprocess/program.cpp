#include "program.hpp"

#include "recipe.hpp"
#include "region.hpp"

#include <algorithm>

namespace aicovid {
namespace {

/// Writes a program: the operations add their steps one after the other, and change the region that
/// the next ones work on.
class ProgramWriter {
 public:
  ProgramWriter(ImageSize size, const std::optional<Rectangle>& lung_box, Program& program)
      : lung_box_(lung_box),
        program_(program),
        region_({0, 0, static_cast<double>(size.rows), static_cast<double>(size.columns)},
                size.pixel_aspect),
        raster_{0, 0, size.rows, size.columns} {
    program.before.clear();
    program.after.clear();
    program.clip_to_range_of.reset();
    program.padded = false;
    program.channels = 1;
  }

  void add(const Step& step) {
    (resized_ ? program_.after : program_.before).push_back(step);
    // A filter makes a raster of the pixels that it looks at.
    if (const auto* median = std::get_if<MedianFilter>(&step)) raster_ = median->over;
    if (const auto* clahe = std::get_if<Equalize>(&step)) raster_ = clahe->over;
  }

  /// The pixels that the region so far touches; after the resize, the raster's.
  PixelBox pixels() const { return resized_ ? raster_ : region_.pixels(); }
  /// All pixels that there are.
  PixelBox image() const { return raster_; }

  void crop_to_lungs(const LungCrop& crop) { region_ = lung_crop(region_, crop, lung_box_); }
  void crop_to_centre() { region_ = centre_crop(region_); }
  void pad_to_square() { region_ = pad_square(region_); }

  void resize(const Resize& resize) {
    const Rectangle& window = region_.window;
    const Rectangle& content = region_.content;
    make_axis_weights({window.y0, window.y1, content.y0, content.y1}, resize.height, resize.method,
                      program_.scratch, program_.vertical);
    make_axis_weights({window.x0, window.x1, content.x0, content.x1}, resize.width, resize.method,
                      program_.scratch, program_.horizontal);
    program_.source = window;
    program_.padded = window != content;
    // skimage.transform.resize clips to the range of what it resizes, which matters where the zeros
    // outside are not in that range. The other methods give weighted means.
    if (resize.method == Resize::Method::gaussian) program_.clip_to_range_of = region_.pixels();
    raster_ = {0, 0, resize.height, resize.width};
    resized_ = true;
  }

  void repeat(int channels) { program_.channels = channels; }

 private:
  const std::optional<Rectangle>& lung_box_;
  Program& program_;
  Region region_;
  PixelBox raster_;
  bool resized_ = false;
};

}  // namespace

void make_program(const Recipe& recipe, ImageSize size, const std::optional<Rectangle>& lung_box,
                  Program& program) {
  ProgramWriter writer(size, lung_box, program);
  program.voi = std::get<Grey>(recipe.operations.front()).voi;
  for (const Operation& operation : recipe.operations) {
    std::visit([&](const auto& kind) { kind.write(writer); }, operation);
  }
}

}  // namespace aicovid
