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

/// @param stream  the calling thread's on the device
PlanImage image_on(const Device& device, void* stream, const Radiograph& radiograph) {
  if (device.is_cuda()) return DeviceImage::upload(radiograph, device, stream);
  return radiograph;
}

PlanOutput run_plan(const Plan& plan, const PlanImage& image, const std::optional<Rectangle>& box,
                    void* stream) {
  const auto* uploaded = std::get_if<DeviceImage>(&image);
  return uploaded != nullptr ? plan.run(*uploaded, box, stream)
                             : plan.run(std::get<Radiograph>(image), box);
}

/// Makes the inputs of one network, one source after another.
struct InputMaker {
  const PlanImage& image;
  void* stream;
  const NetworkResults& results;
  Rectangle source;         ///< what the raster of the plans covers
  Plan::Shape raster = {};  ///< of the last plan

  Tensor operator()(const PlanSource& from) {
    PlanOutput made = run_plan(from.plan, image, results.lung_box, stream);
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
std::vector<Tensor> make_inputs(const BundleNetwork& network, const PlanImage& image, void* stream,
                                const NetworkResults& results, Rectangle& source) {
  InputMaker maker{image, stream, results, source};
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

void add_distance(const PixelGateConfig& gate, const std::map<std::string, Tensor>& outputs,
                  std::vector<GateReason>& reasons) {
  const auto distance = outputs.find("distance");
  if (distance == outputs.end()) return;
  const auto far = distance_gate(gate, distance->second.floats()[0]);
  reasons.insert(reasons.end(), far.begin(), far.end());
}

/// An image on its way through the networks.
struct Passage {
  const Radiograph& radiograph;
  void* stream = nullptr;  ///< of this thread on the device
  std::optional<PlanImage> image;
  NetworkResults results;
  std::vector<Tensor> inputs;  ///< of the network that is next
  Rectangle source;            ///< what their raster covers
  bool without_lungs = false;
  std::exception_ptr error;

  bool goes_on() const { return !without_lungs && error == nullptr; }

  /// Does a part of the work, of which an error is this image's alone.
  template <typename Work>
  void go(const Work& work) {
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
  }

  void prepare(const BundleNetwork& network) {
    const Stopwatch preprocess;
    inputs = make_inputs(network, *image, stream, results, source);
    results.preprocess_ms += preprocess.elapsed_ms();
  }

  /// Keeps the fusion network's inputs. It may run in another thread, and so in another stream.
  void keep_inputs() {
    for (const Tensor& input : inputs) {
      results.fusion_inputs.push_back(copy_to_host(input, stream));
    }
  }

  void take(const Bundle& bundle, const BundleNetwork& network, const NetworkResult& result) {
    if (const auto* failure = std::get_if<std::exception_ptr>(&result)) {
      std::rethrow_exception(*failure);
    }
    const auto& outputs = std::get<std::vector<Tensor>>(result);
    std::map<std::string, Tensor> named;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      named[network.spec.outputs[i].name] = outputs[i];
    }
    if (network.role == NetworkRole::lungs) {
      add_lungs(named, source, bundle.gate, radiograph, results);
      without_lungs = !results.lung_box;
      return;
    }
    add_severity(results.findings, bundle.findings, named, source);
    add_distance(bundle.gate, named, results.reasons);
    results.severity = std::move(named);
  }
};

/// Runs one network on the images that go on.
void run_network(const Bundle& bundle, const BundleNetwork& network,
                 std::vector<Passage>& passages) {
  std::vector<Passage*> together;
  std::vector<std::vector<Tensor>> inputs;
  for (Passage& passage : passages) {
    if (!passage.goes_on()) continue;
    passage.source = {};
    passage.go([&] { passage.prepare(network); });
    if (!passage.goes_on()) continue;
    if (network.role == NetworkRole::fusion) {
      passage.go([&] { passage.keep_inputs(); });
      continue;
    }
    together.push_back(&passage);
    inputs.push_back(std::move(passage.inputs));
  }
  if (together.empty()) return;
  const Stopwatch infer;
  const std::vector<NetworkResult> results = network.network->run_each(inputs);
  const double shared_ms = infer.elapsed_ms() / static_cast<double>(together.size());
  for (std::size_t i = 0; i < together.size(); ++i) {
    Passage& passage = *together[i];
    passage.results.infer_ms += shared_ms;
    passage.go([&] { passage.take(bundle, network, results[i]); });
  }
}

}  // namespace

std::vector<std::variant<NetworkResults, std::exception_ptr>> run_networks(
    const Bundle& bundle, std::span<const Radiograph> radiographs, const Device& device) {
  void* stream = bundle.engine != nullptr ? thread_stream(*bundle.engine, device) : nullptr;
  std::vector<Passage> passages;
  for (const Radiograph& radiograph : radiographs) {
    Passage& passage = passages.emplace_back(Passage{.radiograph = radiograph,
                                                     .stream = stream,
                                                     .image = {},
                                                     .results = {},
                                                     .inputs = {},
                                                     .source = {},
                                                     .without_lungs = false,
                                                     .error = nullptr});
    passage.go([&] {
      const Stopwatch upload;
      passage.image = image_on(device, stream, radiograph);
      passage.results.preprocess_ms = upload.elapsed_ms();
    });
  }
  for (const BundleNetwork& network : bundle.networks) run_network(bundle, network, passages);
  std::vector<std::variant<NetworkResults, std::exception_ptr>> found;
  for (Passage& passage : passages) {
    if (passage.error != nullptr) {
      found.emplace_back(passage.error);
    } else {
      found.emplace_back(std::move(passage.results));
    }
  }
  return found;
}

NetworkResults run_networks(const Bundle& bundle, const Radiograph& radiograph,
                            const Device& device) {
  auto found = std::move(run_networks(bundle, std::span(&radiograph, 1), device)[0]);
  if (const auto* error = std::get_if<std::exception_ptr>(&found)) std::rethrow_exception(*error);
  return std::move(std::get<NetworkResults>(found));
}

}  // namespace aicovid
