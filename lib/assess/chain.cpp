#include "chain.hpp"

#include "findings/image_findings.hpp"
#include "findings/lung_mask.hpp"
#include "findings/pixel_gate.hpp"
#include "stopwatch.hpp"

#include <aicovid/device_image.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <map>
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

/// The inputs of one network, in order; sets `source` to what its raster covers.
std::vector<Tensor> make_inputs(const BundleNetwork& network, const Bundle& bundle,
                                const PlanImage& image, const Chain& chain, Rectangle& source) {
  std::vector<Tensor> inputs;
  Plan::Shape raster{};
  for (const std::string& input : network.inputs) {
    if (input.starts_with("plan:")) {
      const Plan& plan = bundle.plans.find(input.substr(5))->second;
      PlanOutput made =
          std::visit([&](const auto& here) { return plan.run(here, chain.lung_box); }, image);
      raster = plan.output_shape();
      source = made.source;
      inputs.push_back(std::move(made.tensor));
    } else {
      inputs.push_back(
          resample_lung_mask(chain.findings.mask, source, raster.height, raster.width));
    }
  }
  return inputs;
}

/// The larger side of the raster that the first network looks at.
int first_raster(const Bundle& bundle) {
  const std::string& input = bundle.networks.front().inputs.front();
  const Plan::Shape shape =
      bundle.plans.find(input.substr(input.find(':') + 1))->second.output_shape();
  return std::max(shape.height, shape.width);
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
  if (header.source == "dicom" && not_accepted(bundle.modalities, header.modality) &&
      !said("modality") && !said("secondary_capture")) {
    reasons.push_back({"modality", "0008,0060", header.modality,
                       fmt::format("{}", fmt::join(bundle.modalities, " or "))});
  }
  if ((header.view == "AP" || header.view == "PA") && not_accepted(bundle.views, header.view)) {
    reasons.push_back(
        {"view", "0018,5101", header.view, fmt::format("{}", fmt::join(bundle.views, " or "))});
  }
  if (radiograph.has_pixels()) {
    const auto few = resolution_gate(radiograph.rows(), radiograph.columns(), first_raster(bundle));
    reasons.insert(reasons.end(), few.begin(), few.end());
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
    const std::vector<Tensor> inputs = make_inputs(entry, bundle, image, chain, source);
    chain.preprocess_ms += preprocess.elapsed_ms();
    const Stopwatch infer;
    const std::vector<Tensor> outputs = entry.network->run(inputs);
    chain.infer_ms += infer.elapsed_ms();

    if (entry.role == "lungs") {
      chain.findings.mask = clean_lung_mask(outputs[0], source);
      chain.findings.lung_area_fraction =
          lung_area_fraction(chain.findings.mask, radiograph.rows(), radiograph.columns());
      chain.lung_box = lung_rectangle(chain.findings.mask);
      chain.reasons = pixel_gate(bundle.gate, chain.findings.mask, outputs[0], radiograph.rows(),
                                 radiograph.columns());
      if (!chain.lung_box) return chain;
    } else {
      std::map<std::string, Tensor> named;
      for (std::size_t i = 0; i < outputs.size(); ++i)
        named[entry.spec.outputs[i].name] = outputs[i];
      add_severity(chain.findings, bundle.findings, named, source);
    }
  }
  return chain;
}

}  // namespace aicovid
