#include "chain.hpp"

#include "core/stopwatch.hpp"
#include "findings/grey_gate.hpp"
#include "findings/image_findings.hpp"
#include "findings/lung_mask.hpp"
#include "findings/pixel_gate.hpp"

#include <aicovid/device_image.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace aicovid {

namespace {

/// The radiograph where plans run.
using PlanImage = std::variant<Radiograph, DeviceImage>;

PlanImage image_on(const Device& device, const Radiograph& radiograph) {
  if (device.is_cuda()) return DeviceImage::upload(radiograph, device);
  return radiograph;
}

/// Makes the inputs of one network, one source after another.
struct InputMaker {
  const PlanImage& image;
  const Chain& chain;
  Rectangle source;         ///< what the raster of the plans covers
  Plan::Shape raster = {};  ///< of the last plan

  Tensor operator()(const PlanSource& from) {
    PlanOutput made =
        std::visit([&](const auto& here) { return from.plan.run(here, chain.lung_box); }, image);
    raster = from.plan.output_shape();
    source = made.source;
    return std::move(made.tensor);
  }
  Tensor operator()(const LungMaskSource&) {
    return resample_lung_mask(chain.findings.mask, source, raster.height, raster.width);
  }
  Tensor operator()(const SeveritySource& from) { return chain.severity.at(from.output); }
  Tensor operator()(RecordSource) { return {}; }
};

/// The inputs of one network, in order, but for those of a record; sets `source` to what its raster
/// covers.
std::vector<Tensor> make_inputs(const BundleNetwork& network, const PlanImage& image,
                                const Chain& chain, Rectangle& source) {
  InputMaker maker{image, chain, source};
  std::vector<Tensor> inputs;
  for (const NetworkSource& input : network.inputs) inputs.push_back(std::visit(maker, input));
  source = maker.source;
  return inputs;
}

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

/// The cleaned mask, and what it and the picture say against the image.
void add_lungs(const std::map<std::string, Tensor>& outputs, const Rectangle& source,
               const PixelGateConfig& gate, const Radiograph& radiograph, Chain& chain) {
  ImageFindings& findings = chain.findings;
  const Tensor& probabilities = outputs.at("mask");
  findings.mask = clean_lung_mask(probabilities, source);
  findings.lung_area_fraction =
      lung_area_fraction(findings.mask, radiograph.rows(), radiograph.columns());
  chain.lung_box = lung_rectangle(findings.mask);
  std::optional<Picture> picture;
  if (const auto found = outputs.find("picture"); found != outputs.end()) {
    picture = read_picture(found->second);
    findings.inverted = picture->inverted >= gate.inverted;
  }
  chain.reasons = pixel_gate(gate, {findings.mask, probabilities, picture}, radiograph.rows(),
                             radiograph.columns());
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

Chain run_networks(const Bundle& bundle, const Radiograph& radiograph, const Device& device) {
  Chain chain;
  const Stopwatch upload;
  const PlanImage image = image_on(device, radiograph);
  chain.preprocess_ms = upload.elapsed_ms();
  for (const BundleNetwork& entry : bundle.networks) {
    Rectangle source;
    const Stopwatch preprocess;
    const std::vector<Tensor> inputs = make_inputs(entry, image, chain, source);
    chain.preprocess_ms += preprocess.elapsed_ms();
    if (entry.role == NetworkRole::fusion) {
      chain.fusion_inputs = inputs;
      continue;
    }
    const Stopwatch infer;
    const std::vector<Tensor> outputs = entry.network->run(inputs);
    chain.infer_ms += infer.elapsed_ms();

    std::map<std::string, Tensor> named;
    for (std::size_t i = 0; i < outputs.size(); ++i) named[entry.spec.outputs[i].name] = outputs[i];
    if (entry.role == NetworkRole::lungs) {
      add_lungs(named, source, bundle.gate, radiograph, chain);
      if (!chain.lung_box) return chain;
    } else {
      add_severity(chain.findings, bundle.findings, named, source);
      if (const auto distance = named.find("distance"); distance != named.end()) {
        const auto far = distance_gate(bundle.gate, distance->second.floats()[0]);
        chain.reasons.insert(chain.reasons.end(), far.begin(), far.end());
      }
      chain.severity = std::move(named);
    }
  }
  return chain;
}

}  // namespace aicovid
