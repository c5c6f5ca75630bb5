#pragma once

#include <aicovid/geometry.hpp>
#include <aicovid/tensor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

struct Interval {
  double low = 0;
  double high = 0;

  bool operator==(const Interval&) const = default;
};

/// A score read from the image, with a prediction interval where the bundle has one.
struct Estimate {
  double value = 0;
  std::optional<Interval> interval;

  bool operator==(const Estimate&) const = default;
};

/// The six zones of the Brixia score, in the order A to F of Borghesi and Maroldi 2020: the
/// patient's right lung from top to bottom, then the left.
inline constexpr std::size_t kZones = 6;
inline constexpr std::array<std::string_view, kZones> kZoneNames = {
    "right_upper", "right_middle", "right_lower", "left_upper", "left_middle", "left_lower"};

/// The cleaned lung field on the mask network's raster.
struct LungMask {
  int rows = 0;
  int columns = 0;
  /// [rows,columns]: 0 outside, 1 the patient's right lung, 2 the left.
  std::vector<std::uint8_t> labels;
  Rectangle source;  ///< what the raster covers, in the radiograph's pixels

  bool empty() const noexcept { return labels.empty(); }
  bool operator==(const LungMask&) const = default;
};

/// The severity network's own account of where the score comes from.
struct Attribution {
  Tensor map;        ///< [h,w] float32, >= 0, Brixia points per cell: the sum is about the total
  Rectangle source;  ///< what the map covers, in the radiograph's pixels

  bool operator==(const Attribution&) const = default;
};

/// A severity that was never compared with readers' scores: it ranks images and has no unit.
struct SeverityIndex {
  double value = 0;   ///< 0..1
  std::string scale;  ///< what 0 and 1 stand for, as the bundle says it

  bool operator==(const SeverityIndex&) const = default;
};

/// What the networks read from one radiograph.
struct ImageFindings {
  std::optional<std::array<Estimate, kZones>> zones;  ///< Brixia points 0..3 each
  std::optional<Estimate> brixia;                     ///< their sum, 0..18
  std::optional<Estimate> extent;                     ///< geographic extent, 0..8
  std::optional<Estimate> opacity;                    ///< opacity, 0..6
  std::optional<SeverityIndex> severity_index;        ///< of bundles without readers' scores
  std::optional<double> infiltrates;                  ///< probability of radiographic infiltrates
  /// Lung pixels over all pixels of the radiograph; nothing where no network looked for lungs.
  std::optional<double> lung_area_fraction;
  bool side_verified = false;    ///< Patient Orientation confirms left and right
  std::optional<bool> inverted;  ///< the grey scale looks inverted; nothing where not checked
  LungMask mask;
  std::optional<Attribution> attribution;

  bool operator==(const ImageFindings&) const = default;
};

}  // namespace aicovid
