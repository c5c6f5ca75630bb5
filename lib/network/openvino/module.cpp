// The engine "openvino": OpenVINO on the CPU, behind the border of engine_module.hpp.
#include "../engine_side.hpp"
#include "../failure_reason.hpp"

#include <fmt/format.h>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <openvino/openvino.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace aicovid::engine_side;

/// A process has one core, which keeps the plug-ins.
ov::Core& core() {
  static ov::Core one;
  return one;
}

ov::Shape ov_shape(const AicovidShape& shape) {
  return {shape.extents, shape.extents + shape.rank};
}

std::shared_ptr<ov::Model> read_model(const AicovidNetworkFile& file) {
  const std::string text(static_cast<const char*>(file.bytes), file.size);
  // OpenVINO looks for such data in the working directory: bytes that no checksum of the bundle
  // covers.
  constexpr std::string_view kExternalData = "\x0a\x08location\x12";
  if (text.find(kExternalData) != std::string::npos) {
    throw Failure{AICOVID_ENGINE_NOT_ALLOWED,
                  "keeps its weights in another file; expected them in the network's own"};
  }
  // The compiled network refers to its weights, which the caller does not keep.
  ov::Tensor weights;
  if (file.weights != nullptr) {
    weights = ov::Tensor(ov::element::u8, {file.weights_size});
    std::memcpy(weights.data(), file.weights, file.weights_size);
  }
  try {
    return core().read_model(text, weights);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Failure{AICOVID_ENGINE_NOT_A_NETWORK, aicovid::failure_reason(error.what())};
  }
}

/// Fixes the extents that the file leaves free, for so many images.
void set_shapes(ov::Model& model, std::span<const ov::Shape> shapes, std::size_t images) {
  if (model.inputs().size() != shapes.size()) {
    throw Failure{AICOVID_ENGINE_NETWORK_FAILS, fmt::format("it takes {} inputs; expected {}",
                                                            model.inputs().size(), shapes.size())};
  }
  std::map<std::size_t, ov::PartialShape> wanted;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (model.input(i).get_element_type() != ov::element::f32) {
      throw Failure{AICOVID_ENGINE_NOT_ALLOWED,
                    fmt::format("takes input {} as {}; expected float32", i,
                                model.input(i).get_element_type().to_string())};
    }
    ov::Shape shape = shapes[i];
    if (images > 1) shape[0] = images;
    wanted[i] = shape;
  }
  model.reshape(wanted);
  if (!model.get_variables().empty()) {
    throw Failure{AICOVID_ENGINE_NOT_ALLOWED,
                  "changes its own state; expected outputs that depend on the inputs alone"};
  }
}

/// A network that is compiled for one number of images, and its infer requests.
class CompiledNetwork {
 public:
  CompiledNetwork(const std::shared_ptr<const ov::Model>& model, unsigned workers) {
    const auto streams = static_cast<std::int32_t>(workers);
    // float32 means float32: where the CPU has bfloat16, OpenVINO takes it unasked. A stream has
    // one thread, so that a result does not depend on how many there are; threads are not pinned,
    // as the cores are not ours alone.
    compiled_ = core().compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32),
                                     ov::num_streams(streams), ov::inference_num_threads(streams),
                                     ov::hint::enable_cpu_pinning(false));
  }

  void run(std::span<const AicovidInput> inputs, AicovidTakeOutput take, void* context) const {
    const Lease lease(*this);
    ov::InferRequest& request = lease.request();
    for (std::size_t i = 0; i < inputs.size(); ++i) set_input(request, i, inputs[i]);
    request.infer();
    const std::size_t count = compiled_.outputs().size();
    for (std::size_t i = 0; i < count; ++i) {
      const ov::Tensor values = request.get_output_tensor(i);
      const bool is_float = values.get_element_type() == ov::element::f32;
      const std::string type =
          is_float ? "float32"
                   : fmt::format("{} (OpenVINO's name)", values.get_element_type().to_string());
      const std::vector<std::int64_t> shape(values.get_shape().begin(), values.get_shape().end());
      const AicovidOutput output{.index = i,
                                 .count = count,
                                 .shape = {shape.data(), shape.size()},
                                 .type = type.c_str(),
                                 .values = is_float ? values.data<const float>() : nullptr};
      if (!take(context, &output)) return;
    }
  }

 private:
  /// One image is read where it lies. Several are joined in the request's own memory.
  static void set_input(ov::InferRequest& request, std::size_t index, const AicovidInput& input) {
    const ov::Shape shape = ov_shape(input.shape);
    if (input.images == 1) {
      // OpenVINO reads it and does not change it.
      request.set_input_tensor(index,
                               {ov::element::f32, shape, const_cast<void*>(input.values[0])});
      return;
    }
    const std::size_t values = ov::shape_size(shape);
    auto* joined = request.get_input_tensor(index).data<float>();
    for (std::size_t k = 0; k < input.images; ++k) {
      std::memcpy(joined + k * values, input.values[k], values * sizeof(float));
    }
  }

  /// An infer request of one caller, which goes back when the call ends: two callers never share
  /// one.
  class Lease {
   public:
    explicit Lease(const CompiledNetwork& network) : network_(network) {
      const std::scoped_lock lock(network_.mutex_);
      if (network_.idle_.empty()) {
        request_ = network_.compiled_.create_infer_request();
        // Giving it back must ask for no memory.
        network_.idle_.reserve(++network_.requests_);
      } else {
        request_ = std::move(network_.idle_.back());
        network_.idle_.pop_back();
      }
    }
    ~Lease() {
      const std::scoped_lock lock(network_.mutex_);
      network_.idle_.push_back(std::move(request_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ov::InferRequest& request() const { return request_; }

   private:
    const CompiledNetwork& network_;
    mutable ov::InferRequest request_;
  };

  mutable ov::CompiledModel compiled_;
  mutable std::mutex mutex_;
  mutable std::vector<ov::InferRequest> idle_;
  mutable std::size_t requests_ = 0;  ///< made so far
};

/// A network, compiled for one image when it is loaded, and for several when so many first come.
/// One compilation for any number would serve too, but its passes took 1.3 times as long.
class OpenVinoNetwork {
 public:
  explicit OpenVinoNetwork(const AicovidNetworkFile& file)
      : model_(read_model(file)), workers_(file.workers) {
    if (file.precision != AICOVID_PRECISION_FP32) {
      throw Failure{AICOVID_ENGINE_NOT_ALLOWED, "is to run in a smaller type; expected fp32"};
    }
    for (std::size_t i = 0; i < file.input_count; ++i) shapes_.push_back(ov_shape(file.inputs[i]));
    compiled_for(1);
    if (file.images == 1) model_.reset();
  }

  void run(std::span<const AicovidInput> inputs, AicovidTakeOutput take, void* context) const {
    compiled_for(inputs.empty() ? 1 : inputs[0].images).run(inputs, take, context);
  }

 private:
  const CompiledNetwork& compiled_for(std::size_t images) const {
    const std::scoped_lock lock(mutex_);
    const auto found = compiled_.find(images);
    if (found != compiled_.end()) return found->second;
    const std::shared_ptr<ov::Model> model = model_->clone();
    set_shapes(*model, shapes_, images);
    return compiled_.try_emplace(images, model, workers_).first->second;
  }

  std::shared_ptr<const ov::Model> model_;  ///< null where nothing is compiled any more
  std::vector<ov::Shape> shapes_;           ///< of the inputs of one image
  unsigned workers_;
  mutable std::mutex mutex_;
  mutable std::map<std::size_t, CompiledNetwork> compiled_;  ///< by the number of images
};

Failure failure_of(const std::exception& error) {
  return {AICOVID_ENGINE_NETWORK_FAILS, aicovid::failure_reason(error.what())};
}

AicovidEngineResult load(const AicovidNetworkFile* file, void** network) {
  return contained(failure_of, [&] { *network = new OpenVinoNetwork(*file); });
}

AicovidEngineResult run(const void* network, const AicovidInput* inputs, std::size_t count,
                        AicovidTakeOutput take, void* context) {
  return contained(failure_of, [&] {
    static_cast<const OpenVinoNetwork*>(network)->run({inputs, count}, take, context);
  });
}

void release(void* network) { delete static_cast<OpenVinoNetwork*>(network); }

/// Gives the version of the OpenVINO that is loaded: "2026.4.1" of "2026.4.1-22982-...".
std::string loaded_version() {
  const std::string build = ov::get_openvino_version().buildNumber;
  return build.substr(0, build.find('-'));
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const AicovidEngine* aicovid_engine_module() {
  static const std::string version = loaded_version();
  static const AicovidEngine engine = table(version, load, run, release);
  return &engine;
}
