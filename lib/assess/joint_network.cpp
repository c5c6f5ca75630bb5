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

const BundleNetwork* joint_network(const Bundle& bundle) {
  const auto found = std::ranges::find(bundle.networks, "fusion", &BundleNetwork::role);
  return found == bundle.networks.end() ? nullptr : &*found;
}

bool sees_image(const BundleNetwork& network) {
  return std::ranges::any_of(
      network.inputs, [](const std::string& input) { return !input.starts_with("record:"); });
}

NetworkLogit joint_logit(const BundleNetwork& network, std::span<const Tensor> inputs) {
  const auto logit = std::ranges::find(network.spec.outputs, "logit", &NetworkOutput::name);
  const auto position = static_cast<std::size_t>(logit - network.spec.outputs.begin());
  std::vector<Tensor> all(inputs.begin(), inputs.end());
  all.resize(network.inputs.size());
  return [&network, position, all = std::move(all)](const InputRow& row) {
    std::vector<Tensor> filled = all;
    for (std::size_t i = 0; i < filled.size(); ++i) {
      if (network.inputs[i] == "record:values") filled[i] = row_tensor(row, false);
      if (network.inputs[i] == "record:missing") filled[i] = row_tensor(row, true);
    }
    return static_cast<double>(network.network->run(filled)[position].floats()[0]);
  };
}

}  // namespace aicovid
