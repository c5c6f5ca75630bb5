#include "network/network.hpp"

#include "engine_module.hpp"
#include "open_engine.hpp"
#include "output_check.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <exception>

namespace aicovid {
namespace {

int cuda_device(const Device& device) { return device.is_cuda() ? device.index : -1; }

AicovidShape shape_of(const std::vector<std::int64_t>& shape) {
  return {shape.data(), shape.size()};
}

/// What a forward pass has given so far.
struct Taken {
  const NetworkSpec& spec;
  std::vector<Tensor> outputs;
  std::exception_ptr error;  ///< must not pass through the engine's code, so it is kept
};

bool take_output(void* context, const AicovidOutput* output) {
  Taken& taken = *static_cast<Taken*>(context);
  try {
    check_output_count(taken.spec, output->count);
    check_output_layout(taken.spec, output->index, {output->shape.extents, output->shape.rank},
                        output->type);
    Tensor copy(taken.spec.outputs[output->index].shape, DType::float32);
    std::copy_n(output->values, copy.floats().size(), copy.floats().begin());
    check_output_finite(taken.spec, output->index, copy);
    taken.outputs.push_back(std::move(copy));
    return true;
  } catch (...) {
    taken.error = std::current_exception();
    return false;
  }
}

class ModuleNetwork final : public Network {
 public:
  ModuleNetwork(const Engine& engine, const AicovidEngine& module, const NetworkFile& file,
                const NetworkSpec& spec, const Device& device, unsigned workers)
      : engine_(engine), module_(module), spec_(spec), device_(device) {
    std::vector<AicovidShape> shapes;
    for (const auto& shape : spec_.input_shapes) shapes.push_back(shape_of(shape));
    const AicovidNetworkFile description{.bytes = file.bytes.data(),
                                         .size = file.bytes.size(),
                                         .weights = file.weights.data(),
                                         .weights_size = file.weights.size(),
                                         .inputs = shapes.data(),
                                         .input_count = shapes.size(),
                                         .cuda_device = cuda_device(device),
                                         .workers = std::max(workers, 1U)};
    check(module_.load(&description, &network_));
  }
  ~ModuleNetwork() override {
    if (network_ != nullptr) module_.release(network_);
  }
  ModuleNetwork(const ModuleNetwork&) = delete;
  ModuleNetwork& operator=(const ModuleNetwork&) = delete;

  std::vector<Tensor> run(std::span<const Tensor> inputs) const override {
    check_inputs(spec_, inputs);
    std::vector<AicovidInput> given;
    for (const Tensor& input : inputs) {
      given.push_back({input.data(), shape_of(input.shape()), cuda_device(input.device())});
    }
    Taken taken{spec_, {}, nullptr};
    const AicovidEngineResult result =
        module_.run(network_, given.data(), given.size(), take_output, &taken);
    if (taken.error) std::rethrow_exception(taken.error);
    check(result);
    check_output_count(spec_, taken.outputs.size());
    return std::move(taken.outputs);
  }

 private:
  void check(const AicovidEngineResult& result) const {
    if (result.status != AICOVID_ENGINE_OK) throw error_of(result);
  }

  Error error_of(const AicovidEngineResult& result) const {
    const std::string text = result.text;
    const auto of_network = [&](ErrorCode code, const std::string& what) {
      return Error(code, fmt::format("network '{}'{}", spec_.role, what));
    };
    switch (result.status) {
      case AICOVID_ENGINE_NOT_A_NETWORK:
        return of_network(
            ErrorCode::bad_bundle,
            fmt::format(": the file is not a network that {} can load: {}", engine_.library, text));
      case AICOVID_ENGINE_NOT_ALLOWED:
        return of_network(ErrorCode::bad_bundle, " " + text);
      case AICOVID_ENGINE_NETWORK_FAILS:
        return of_network(ErrorCode::bad_bundle, " fails: " + text);
      case AICOVID_ENGINE_OUT_OF_MEMORY:
        return of_network(ErrorCode::out_of_memory, ": the memory does not suffice");
      case AICOVID_ENGINE_NO_DEVICE:
        return {ErrorCode::device_unavailable,
                fmt::format("device {} is not available: {}", device_.to_string(), text)};
      case AICOVID_ENGINE_DEVICE_FAILS:
        return of_network(ErrorCode::cuda, " fails: " + text);
      case AICOVID_ENGINE_OK:
      case AICOVID_ENGINE_BROKEN:
        break;
    }
    return of_network(ErrorCode::internal, fmt::format(": {} fails: {}", engine_.library, text));
  }

  const Engine& engine_;
  const AicovidEngine& module_;
  NetworkSpec spec_;
  Device device_;
  void* network_ = nullptr;
};

}  // namespace

std::optional<std::size_t> NetworkSpec::position(std::string_view output) const {
  const auto found = std::ranges::find(outputs, output, &NetworkOutput::name);
  if (found == outputs.end()) return std::nullopt;
  return static_cast<std::size_t>(found - outputs.begin());
}

std::unique_ptr<const Network> load_network(const Engine& engine, const NetworkFile& file,
                                            const NetworkSpec& spec, const Device& device,
                                            unsigned workers) {
  require_engine(engine, device);
  auto network =
      std::make_unique<ModuleNetwork>(engine, open_engine(engine), file, spec, device, workers);
  // The outputs are checked before the first image comes.
  std::vector<Tensor> zeros;
  for (const auto& shape : spec.input_shapes) zeros.emplace_back(shape, DType::float32);
  network->run(zeros);
  return network;
}

}  // namespace aicovid
