#include "joint_network.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <vector>

namespace aicovid {

namespace {

/// Whether the networks after that of the lungs have run.
bool has_lungs(const Examination& examination) {
  const LungMask& mask = examination.findings->mask;
  return mask.empty() ||
         std::ranges::any_of(mask.labels, [](std::uint8_t label) { return label != 0; });
}

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
  std::vector<Tensor> inputs(network.inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (std::holds_alternative<RecordSource>(network.inputs[i])) continue;
    const auto* severity = std::get_if<SeveritySource>(&network.inputs[i]);
    const auto kept = severity == nullptr ? examination.kept_outputs.end()
                                          : examination.kept_outputs.find(severity->output);
    if (kept == examination.kept_outputs.end()) {
      // Without lungs no network after the first has run, and there is nothing to feed.
      if (!has_lungs(examination)) return {};
      throw Error(ErrorCode::corrupt,
                  "the examination lacks an output that the bundle's fusion network takes");
    }
    if (kept->second.shape() != network.spec.input_shapes[i]) {
      throw Error(ErrorCode::corrupt,
                  fmt::format("the examination's output {} is [{}]; expected [{}]", kept->first,
                              fmt::join(kept->second.shape(), ","),
                              fmt::join(network.spec.input_shapes[i], ",")));
    }
    inputs[i] = kept->second;
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
