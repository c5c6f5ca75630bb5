#include "network/network.hpp"

#include "engine_module.hpp"
#include "open_engine.hpp"
#include "output_check.hpp"
#include "padded_batch.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <exception>

namespace aicovid {
namespace {

int cuda_device(const Device& device) { return device.is_cuda() ? device.index : -1; }

AicovidShape shape_of(const std::vector<std::int64_t>& shape) {
  return {shape.data(), shape.size()};
}

AicovidPrecision border_precision(Precision precision) {
  switch (precision) {
    case Precision::fp16:
      return AICOVID_PRECISION_FP16;
    case Precision::bf16:
      return AICOVID_PRECISION_BF16;
    case Precision::fp32:
      break;
  }
  return AICOVID_PRECISION_FP32;
}

/// What a forward pass has given so far.
struct Taken {
  const NetworkSpec& spec;
  std::size_t passed;  ///< images that the pass was made for, those that only fill it among them
  std::vector<NetworkResult> images;
  std::exception_ptr error;  ///< must not pass through the engine's code, so it is kept
};

/// Adds an image's part of an output to what the image has.
void add_part(const NetworkSpec& spec, std::size_t index, const float* values,
              NetworkResult& image) {
  auto* outputs = std::get_if<std::vector<Tensor>>(&image);
  if (outputs == nullptr) return;
  Tensor copy(spec.outputs[index].shape, DType::float32);
  std::copy_n(values, copy.floats().size(), copy.floats().begin());
  try {
    check_output_finite(spec, index, copy);
    outputs->push_back(std::move(copy));
  } catch (const Error&) {
    image = std::current_exception();
  }
}

bool take_output(void* context, const AicovidOutput* output) {
  Taken& taken = *static_cast<Taken*>(context);
  try {
    check_output_count(taken.spec, output->count);
    check_output_layout(taken.spec, output->index, taken.passed,
                        {output->shape.extents, output->shape.rank}, output->type);
    std::size_t size = 1;
    for (const std::int64_t extent : taken.spec.outputs[output->index].shape) {
      size *= static_cast<std::size_t>(extent);
    }
    const float* values = output->values;
    for (NetworkResult& image : taken.images) {
      add_part(taken.spec, output->index, values, image);
      values += size;
    }
    return true;
  } catch (...) {
    taken.error = std::current_exception();
    return false;
  }
}

/// The most by which an output of a network may differ between one image a pass and two, in parts
/// of its largest value, or of 1 where that is less. Rounding stays far below; a network that mixes
/// its images does not.
double rounding_of(Precision precision) { return precision == Precision::fp32 ? 1e-3 : 5e-2; }

bool is_close(const std::vector<Tensor>& outputs, const std::vector<Tensor>& expected,
              double rounding) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    double largest = 1;
    double difference = 0;
    for (std::size_t k = 0; k < expected[i].floats().size(); ++k) {
      const auto value = static_cast<double>(expected[i].floats()[k]);
      largest = std::max(largest, std::abs(value));
      difference =
          std::max(difference, std::abs(static_cast<double>(outputs[i].floats()[k]) - value));
    }
    if (difference > rounding * largest) return false;
  }
  return true;
}

std::vector<Tensor> zeros_for(const NetworkSpec& spec) {
  std::vector<Tensor> zeros;
  for (const auto& shape : spec.input_shapes) zeros.emplace_back(shape, DType::float32);
  return zeros;
}

/// Inputs that rise from 0 to below 1: another image than zeros.
std::vector<Tensor> ramps_for(const NetworkSpec& spec) {
  std::vector<Tensor> ramps = zeros_for(spec);
  for (Tensor& ramp : ramps) {
    const auto values = ramp.floats();
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(i) / static_cast<float>(values.size());
    }
  }
  return ramps;
}

/// Whether each input and output is of one image, so that several can be joined along the first
/// axis.
bool has_image_axis(const NetworkSpec& spec) {
  const auto is_of_one = [](const std::vector<std::int64_t>& shape) {
    return !shape.empty() && shape[0] == 1;
  };
  return std::ranges::all_of(spec.input_shapes, is_of_one) &&
         std::ranges::all_of(spec.outputs, is_of_one, &NetworkOutput::shape);
}

/// `work`'s result, or the exception that it ends with.
template <typename Work>
NetworkResult result_of(const Work& work) {
  try {
    return work();
  } catch (...) {
    return std::current_exception();
  }
}

class ModuleNetwork final : public Network {
 public:
  ModuleNetwork(const Engine& engine, const AicovidEngine& module, const NetworkFile& file,
                const NetworkSpec& spec, const NetworkOptions& options)
      : engine_(engine), module_(module), spec_(spec), options_(options) {
    std::vector<AicovidShape> shapes;
    for (const auto& shape : spec_.input_shapes) shapes.push_back(shape_of(shape));
    const std::size_t images = has_image_axis(spec_) ? options.batch : 1;
    const AicovidNetworkFile description{.bytes = file.bytes.data(),
                                         .size = file.bytes.size(),
                                         .weights = file.weights.data(),
                                         .weights_size = file.weights.size(),
                                         .inputs = shapes.data(),
                                         .input_count = shapes.size(),
                                         .cuda_device = cuda_device(options.device),
                                         .workers = std::max(options.workers, 1U),
                                         .images = images,
                                         .precision = border_precision(options.precision)};
    check(module_.load(&description, &network_));
    // The outputs are checked before the first image comes.
    run(zeros_for(spec_));
    if (options.batch > 1) {
      forward_pass_ = images > 1 && can_batch() ? ForwardPass::batched : ForwardPass::cannot_batch;
    }
  }
  ~ModuleNetwork() override {
    if (network_ != nullptr) module_.release(network_);
  }
  ModuleNetwork(const ModuleNetwork&) = delete;
  ModuleNetwork& operator=(const ModuleNetwork&) = delete;

  std::vector<Tensor> run(std::span<const Tensor> inputs) const override {
    const std::vector<Tensor> image(inputs.begin(), inputs.end());
    NetworkResult result = std::move(forward({&image, 1}, 1)[0]);
    if (const auto* error = std::get_if<std::exception_ptr>(&result)) {
      std::rethrow_exception(*error);
    }
    return std::move(std::get<std::vector<Tensor>>(result));
  }

  std::vector<NetworkResult> run_each(std::span<const std::vector<Tensor>> images) const override {
    const std::size_t most = forward_pass_ == ForwardPass::batched ? options_.batch : 1;
    std::vector<NetworkResult> results;
    while (!images.empty()) {
      const auto together = images.first(std::min(most, images.size()));
      for (NetworkResult& result : run_together(together)) results.push_back(std::move(result));
      images = images.subspan(together.size());
    }
    return results;
  }

  ForwardPass forward_pass() const noexcept override { return forward_pass_; }

 private:
  /// Runs images in one forward pass. Where the network fails on them, one of them may be why, so
  /// that each is run alone.
  std::vector<NetworkResult> run_together(std::span<const std::vector<Tensor>> images) const {
    if (images.size() > 1) {
      try {
        return forward(images, padded_batch(images.size(), options_.batch));
      } catch (const Error& error) {
        // What else fails, as memory and devices do, would fail again.
        if (error.code() != ErrorCode::bad_bundle) {
          return std::vector<NetworkResult>(images.size(), std::current_exception());
        }
      }
    }
    std::vector<NetworkResult> results;
    for (const std::vector<Tensor>& image : images) {
      results.push_back(result_of([&] { return run(image); }));
    }
    return results;
  }

  /// One forward pass for `passed` images. Where there are fewer, the last one fills the places of
  /// the others.
  ///
  /// @throws Error if the pass fails as a whole
  std::vector<NetworkResult> forward(std::span<const std::vector<Tensor>> images,
                                     std::size_t passed) const {
    for (const std::vector<Tensor>& image : images) check_inputs(spec_, image);
    std::vector<std::vector<const void*>> values(spec_.input_shapes.size());
    std::vector<AicovidInput> given;
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (std::size_t k = 0; k < passed; ++k) {
        values[i].push_back(images[std::min(k, images.size() - 1)][i].data());
      }
      given.push_back({.values = values[i].data(),
                       .images = passed,
                       .shape = shape_of(spec_.input_shapes[i]),
                       .cuda_device = cuda_device(images[0][i].device())});
    }
    Taken taken{spec_, passed, std::vector<NetworkResult>(images.size()), nullptr};
    const AicovidEngineResult result =
        module_.run(network_, given.data(), given.size(), take_output, &taken);
    if (taken.error) std::rethrow_exception(taken.error);
    check(result);
    for (const NetworkResult& image : taken.images) {
      const auto* outputs = std::get_if<std::vector<Tensor>>(&image);
      if (outputs != nullptr) check_output_count(spec_, outputs->size());
    }
    return std::move(taken.images);
  }

  /// Tells whether two images in one pass give what each gives alone.
  bool can_batch() const {
    const std::vector<std::vector<Tensor>> images = {zeros_for(spec_), ramps_for(spec_)};
    try {
      const std::vector<NetworkResult> together = forward(images, images.size());
      for (std::size_t i = 0; i < images.size(); ++i) {
        const auto* outputs = std::get_if<std::vector<Tensor>>(&together[i]);
        if (outputs == nullptr ||
            !is_close(*outputs, run(images[i]), rounding_of(options_.precision))) {
          return false;
        }
      }
      return true;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::bad_bundle) return false;
      throw;
    }
  }

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
                fmt::format("device {} is not available: {}", options_.device.to_string(), text)};
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
  NetworkOptions options_;
  ForwardPass forward_pass_ = ForwardPass::single;
  void* network_ = nullptr;
};

}  // namespace

std::optional<std::size_t> NetworkSpec::position(std::string_view output) const {
  const auto found = std::ranges::find(outputs, output, &NetworkOutput::name);
  if (found == outputs.end()) return std::nullopt;
  return static_cast<std::size_t>(found - outputs.begin());
}

std::unique_ptr<const Network> load_network(const Engine& engine, const NetworkFile& file,
                                            const NetworkSpec& spec,
                                            const NetworkOptions& options) {
  require_engine(engine, options.device);
  return std::make_unique<ModuleNetwork>(engine, open_engine(engine), file, spec, options);
}

}  // namespace aicovid
