#include "bundle_gate.hpp"

#include "findings/grey_gate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <string>
#include <string_view>

namespace aicovid {

namespace {

/// The larger side of the raster that the first network looks at; 0 where none looks at the image.
int first_raster(const Bundle& bundle) {
  for (const BundleNetwork& network : bundle.networks) {
    for (const NetworkSource& input : network.inputs) {
      if (const auto* from = std::get_if<PlanSource>(&input)) {
        const Plan::Shape shape = from->plan.output_shape();
        return std::max(shape.height, shape.width);
      }
    }
  }
  return 0;
}

}  // namespace

std::vector<GateReason> bundle_gate(const Bundle& bundle, const Radiograph& radiograph) {
  const ImageHeader& header = radiograph.header();
  const auto not_accepted = [](const std::vector<std::string>& accepted, const std::string& found) {
    return !found.empty() && std::ranges::find(accepted, found) == accepted.end();
  };
  // What the tag gate said already is not said again; it lets secondary captures pass with a flag.
  const auto said = [&](std::string_view code) {
    return std::ranges::any_of(radiograph.gate_reasons(),
                               [&](const GateReason& reason) { return reason.code == code; });
  };
  std::vector<GateReason> reasons;
  // DR, which the tag gate flags, is as good as either.
  const bool is_radiography = header.modality == "DR" && (!not_accepted(bundle.modalities, "CR") ||
                                                          !not_accepted(bundle.modalities, "DX"));
  if (header.source == "dicom" && not_accepted(bundle.modalities, header.modality) &&
      !is_radiography && !said("modality") && !said("secondary_capture")) {
    reasons.push_back({"modality", "0008,0060", header.modality,
                       fmt::format("{}", fmt::join(bundle.modalities, " or "))});
  }
  if ((header.view == "AP" || header.view == "PA") && not_accepted(bundle.views, header.view)) {
    reasons.push_back(
        {"view", "0018,5101", header.view, fmt::format("{}", fmt::join(bundle.views, " or "))});
  }
  if (network_of(bundle.networks, NetworkRole::lungs) == nullptr) {
    reasons.push_back({"lungs_not_checked", "", "", ""});
  }
  if (radiograph.has_pixels()) {
    const auto add = [&reasons](const std::vector<GateReason>& more) {
      reasons.insert(reasons.end(), more.begin(), more.end());
    };
    add(resolution_gate(radiograph.rows(), radiograph.columns(), first_raster(bundle)));
    add(grey_gate(measure_grey(radiograph)));
  }
  return reasons;
}

}  // namespace aicovid
