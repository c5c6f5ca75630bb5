#include "run_networks.hpp"

#include "core/clock.hpp"
#include "findings/image_findings.hpp"
#include "findings/lung_mask.hpp"
#include "findings/pixel_gate.hpp"

#include <aicovid/device_image.hpp>

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
  const NetworkResults& results;
  Rectangle source;         ///< what the raster of the plans covers
  Plan::Shape raster = {};  ///< of the last plan

  Tensor operator()(const PlanSource& from) {
    PlanOutput made =
        std::visit([&](const auto& here) { return from.plan.run(here, results.lung_box); }, image);
    raster = from.plan.output_shape();
    source = made.source;
    return std::move(made.tensor);
  }
  Tensor operator()(const LungMaskSource&) {
    return resample_lung_mask(results.findings.mask, source, raster.height, raster.width);
  }
  Tensor operator()(const SeveritySource& from) { return results.severity.at(from.output); }
  Tensor operator()(RecordSource) { return {}; }
};

/// Makes the inputs of one network, in order, but for those of a record; sets `source` to what its
/// raster covers.
std::vector<Tensor> make_inputs(const BundleNetwork& network, const PlanImage& image,
                                const NetworkResults& results, Rectangle& source) {
  InputMaker maker{image, results, source};
  std::vector<Tensor> inputs;
  for (const NetworkSource& input : network.inputs) inputs.push_back(std::visit(maker, input));
  source = maker.source;
  return inputs;
}

/// Adds the cleaned mask, and what it and the picture say against the image.
void add_lungs(const std::map<std::string, Tensor>& outputs, const Rectangle& source,
               const PixelGateConfig& gate, const Radiograph& radiograph, NetworkResults& results) {
  ImageFindings& findings = results.findings;
  const Tensor& probabilities = outputs.at("mask");
  findings.mask = clean_lung_mask(probabilities, source);
  findings.lung_area_fraction =
      lung_area_fraction(findings.mask, radiograph.rows(), radiograph.columns());
  results.lung_box = lung_rectangle(findings.mask);
  std::optional<Picture> picture;
  if (const auto found = outputs.find("picture"); found != outputs.end()) {
    picture = read_picture(found->second);
    findings.inverted = picture->inverted >= gate.inverted;
  }
  results.reasons = pixel_gate(gate, {findings.mask, probabilities, picture}, radiograph.rows(),
                               radiograph.columns());
}

}  // namespace

NetworkResults run_networks(const Bundle& bundle, const Radiograph& radiograph,
                            const Device& device) {
  NetworkResults results;
  const Stopwatch upload;
  const PlanImage image = image_on(device, radiograph);
  results.preprocess_ms = upload.elapsed_ms();
  for (const BundleNetwork& entry : bundle.networks) {
    Rectangle source;
    const Stopwatch preprocess;
    const std::vector<Tensor> inputs = make_inputs(entry, image, results, source);
    results.preprocess_ms += preprocess.elapsed_ms();
    if (entry.role == NetworkRole::fusion) {
      results.fusion_inputs = inputs;
      continue;
    }
    const Stopwatch infer;
    const std::vector<Tensor> outputs = entry.network->run(inputs);
    results.infer_ms += infer.elapsed_ms();

    std::map<std::string, Tensor> named;
    for (std::size_t i = 0; i < outputs.size(); ++i) named[entry.spec.outputs[i].name] = outputs[i];
    if (entry.role == NetworkRole::lungs) {
      add_lungs(named, source, bundle.gate, radiograph, results);
      if (!results.lung_box) return results;
    } else {
      add_severity(results.findings, bundle.findings, named, source);
      if (const auto distance = named.find("distance"); distance != named.end()) {
        const auto far = distance_gate(bundle.gate, distance->second.floats()[0]);
        results.reasons.insert(results.reasons.end(), far.begin(), far.end());
      }
      results.severity = std::move(named);
    }
  }
  return results;
}

}  // namespace aicovid
