#pragma once

#include <aicovid/findings.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace aicovid {

/// What the number of a finding is.
enum class FindingKind : std::uint8_t {
  score,        ///< points of the whole image, as readers give them
  zone,         ///< points of one zone
  probability,  ///< a calibrated one
  index,        ///< ranks images and has no unit
};

/// A number that is read from a radiograph.
struct ImageFinding {
  std::string_view name;  ///< in reports, manifests, golden cases and learned models
  FindingKind kind;
  double maximum;  ///< the end of its scale, which begins at 0
  /// Nothing where the image does not have it.
  std::optional<Estimate> (*of)(const ImageFindings& findings);
};

template <std::optional<Estimate> ImageFindings::*kMember>
std::optional<Estimate> score_of(const ImageFindings& findings) {
  return findings.*kMember;
}

template <std::size_t kZone>
std::optional<Estimate> zone_of(const ImageFindings& findings) {
  return findings.zones ? std::optional((*findings.zones)[kZone]) : std::nullopt;
}

inline std::optional<Estimate> infiltrates_of(const ImageFindings& findings) {
  if (!findings.infiltrates) return std::nullopt;
  return Estimate{.value = *findings.infiltrates, .interval = {}};
}

inline std::optional<Estimate> severity_index_of(const ImageFindings& findings) {
  if (!findings.severity_index) return std::nullopt;
  return Estimate{.value = findings.severity_index->value, .interval = {}};
}

/// All findings. Sources of the scales: Borghesi and Maroldi 2020 (Brixia score, zones); Cohen et
/// al. 2020, arXiv 2005.11856 (extent, opacity).
inline constexpr std::array<ImageFinding, 5 + kZones> kImageFindings = {{
    {"brixia", FindingKind::score, 18, score_of<&ImageFindings::brixia>},
    {kZoneNames[0], FindingKind::zone, 3, zone_of<0>},
    {kZoneNames[1], FindingKind::zone, 3, zone_of<1>},
    {kZoneNames[2], FindingKind::zone, 3, zone_of<2>},
    {kZoneNames[3], FindingKind::zone, 3, zone_of<3>},
    {kZoneNames[4], FindingKind::zone, 3, zone_of<4>},
    {kZoneNames[5], FindingKind::zone, 3, zone_of<5>},
    {"extent", FindingKind::score, 8, score_of<&ImageFindings::extent>},
    {"opacity", FindingKind::score, 6, score_of<&ImageFindings::opacity>},
    {"infiltrates", FindingKind::probability, 1, infiltrates_of},
    {"severity_index", FindingKind::index, 1, severity_index_of},
}};

/// Null for what is no finding.
constexpr const ImageFinding* find_finding(std::string_view name) {
  const auto* found = std::ranges::find(kImageFindings, name, &ImageFinding::name);
  return found == kImageFindings.end() ? nullptr : found;
}

/// @pre there is a finding of this name: in a constant, another does not compile
constexpr double maximum_of(std::string_view name) { return find_finding(name)->maximum; }

}  // namespace aicovid
