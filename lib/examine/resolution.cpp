#include "examine/resolution.hpp"

#include "findings/lung_mask.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <variant>
#include <vector>

namespace aicovid {
namespace {

/// Pixels of the image for each of the raster, along a side. With fewer, what the networks find
/// moves: with 1.25 to 2.5 of them by up to 3.9 points of Brixia (docs/performance.md).
constexpr double kPixelsForOne = 2.5;
/// The shares of the image's height and width that the crop to the lungs is expected to take, with
/// a margin of 0.1: of 293 chest radiographs with lungs drawn by hand (77 from Hannover, 216 of the
/// COVID-19 image data collection), a tenth have less. These are decoded twice.
constexpr double kCroppedRows = 0.7;
constexpr double kCroppedColumns = 0.8;

/// The plans by which the networks see the image.
std::vector<Plan> plans_of(const Bundle& bundle) {
  std::vector<Plan> plans;
  for (const BundleNetwork& network : bundle.networks) {
    for (const NetworkSource& input : network.inputs) {
      if (const auto* from = std::get_if<PlanSource>(&input)) plans.push_back(from->plan);
    }
  }
  return plans;
}

}  // namespace

RasterSize fit_size(const Bundle& bundle) {
  RasterSize size{1, 1};
  const auto needed = [](int raster, double share) {
    return static_cast<int>(std::ceil(kPixelsForOne * raster / share));
  };
  for (const Plan& plan : plans_of(bundle)) {
    const auto [channels, height, width] = plan.output_shape();
    const bool crops = plan.needs_lung_box();
    size.rows = std::max(size.rows, needed(height, crops ? kCroppedRows : 1));
    size.columns = std::max(size.columns, needed(width, crops ? kCroppedColumns : 1));
  }
  return size;
}

bool is_too_coarse(const Bundle& bundle, const Radiograph& radiograph,
                   const Examination& examination) {
  if (radiograph.scale() == DecodedScale::full || !examination.findings) return false;
  const std::optional<Rectangle> box = lung_rectangle(examination.findings->mask);
  return std::ranges::any_of(plans_of(bundle), [&](const Plan& plan) {
    // Without lungs, no plan that crops to them has run.
    if (plan.needs_lung_box() && !box) return false;
    const Rectangle source = plan.source(radiograph, box);
    const Plan::Shape shape = plan.output_shape();
    return source.height() < kPixelsForOne * shape.height ||
           source.width() < kPixelsForOne * shape.width;
  });
}

}  // namespace aicovid
