#include "joint_network.hpp"

#include <algorithm>
#include <vector>

namespace aicovid {

namespace {

Tensor row_tensor(const InputRow& row, bool flags) {
  Tensor tensor({1, static_cast<std::int64_t>(row.values.size())}, DType::float32);
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    tensor.floats()[i] = flags ? (row.missing[i] ? 1.F : 0.F) : static_cast<float>(row.values[i]);
  }
  return tensor;
}

}  // namespace

bool sees_image(const BundleNetwork& network) {
  return std::ranges::any_of(network.inputs, [](const NetworkSource& input) {
    return !std::holds_alternative<RecordSource>(input);
  });
}

std::vector<Tensor> image_inputs(const BundleNetwork& network, const Examination& examination) {
  if (!examination.fusion_inputs.empty()) return examination.fusion_inputs;
  std::vector<Tensor> inputs;
  for (const NetworkSource& input : network.inputs) {
    const auto* severity = std::get_if<SeveritySource>(&input);
    if (severity == nullptr) {
      inputs.emplace_back();
      continue;
    }
    const auto kept = examination.kept_outputs.find(severity->output);
    // Without lungs the severity network has not run, and there is nothing to feed.
    if (kept == examination.kept_outputs.end()) return {};
    inputs.push_back(kept->second);
  }
  return inputs;
}

NetworkLogit joint_logit(const BundleNetwork& network, std::span<const Tensor> inputs) {
  const std::size_t position = network.spec.position("logit").value();
  std::vector<Tensor> all(inputs.begin(), inputs.end());
  all.resize(network.inputs.size());
  return [&network, position, all = std::move(all)](const InputRow& row) {
    std::vector<Tensor> filled = all;
    for (std::size_t i = 0; i < filled.size(); ++i) {
      if (const auto* record = std::get_if<RecordSource>(&network.inputs[i])) {
        filled[i] = row_tensor(row, *record == RecordSource::missing);
      }
    }
    return static_cast<double>(network.network->run(filled)[position].floats()[0]);
  };
}

}  // namespace aicovid
