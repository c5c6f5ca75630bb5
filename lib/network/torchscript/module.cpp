// The engine "torchscript": LibTorch's interpreter, behind the border of engine_module.hpp.
#include "../engine_side.hpp"
#include "../failure_reason.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <caffe2/serialize/read_adapter_interface.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <span>

namespace {

using namespace aicovid::engine_side;

/// Lets the archive reader read from memory that the caller keeps.
class BytesReader final : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit BytesReader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::size_t size() const override { return bytes_.size(); }
  std::size_t read(std::uint64_t position, void* buffer, std::size_t count,
                   const char*) const override {
    if (position >= bytes_.size()) return 0;
    const std::size_t available = std::min<std::size_t>(count, bytes_.size() - position);
    std::memcpy(buffer, bytes_.data() + position, available);
    return available;
  }

 private:
  std::span<const std::byte> bytes_;
};

/// Gives LibTorch's message without the C++ stack that `what()` adds.
std::string reason_of(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return aicovid::failure_reason(torch_error != nullptr ? torch_error->what_without_backtrace()
                                                        : error.what());
}

/// Tells whether the host's memory did not suffice. LibTorch has no type for that: its allocator on
/// the CPU names itself in the message.
bool of_host_memory(const std::exception& error) {
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
         std::string_view(error.what()).find("DefaultCPUAllocator") != std::string_view::npos;
}

/// Opens LibTorch's CUDA library, which this module does not link: a CPU run must not load it.
void require_cuda(int device) {
  const auto unavailable = [](const std::string& reason) {
    return Failure{AICOVID_ENGINE_NO_DEVICE, reason};
  };
  // The driver is looked for first: LibTorch's CUDA library takes seconds and hundreds of
  // megabytes.
  if (dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) == nullptr) {
    throw unavailable("there is no NVIDIA driver (libcuda.so.1)");
  }
  static const bool opened = [] {
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(&at::get_num_threads), &info) == 0) return false;
    const auto folder = std::filesystem::path(info.dli_fname).parent_path();
    return dlopen((folder / "libtorch_cuda.so").c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr;
  }();
  if (!opened) {
    throw unavailable("libtorch_cuda.so, or a CUDA library that it needs, is not beside LibTorch");
  }
  if (!at::Context::hasCUDART()) {
    throw unavailable(
        "LibTorch has already been used on the CPU in this process and does not look for CUDA "
        "again; load the CUDA device's networks first");
  }
  const int devices = static_cast<int>(at::getNumGPUs());
  if (devices == 0) throw unavailable("LibTorch finds no CUDA device");
  if (device >= devices) {
    throw unavailable(fmt::format("LibTorch finds {} CUDA devices, numbered from 0", devices));
  }
  at::globalContext().lazyInitDevice(c10::DeviceType::CUDA);
  // float32 means float32: convolutions would otherwise round their inputs to TF32.
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
  // One image gives the same bits each time: no algorithm is chosen by timing it, and none that
  // adds in an order of its own.
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
}

c10::Device torch_device(int cuda_device) {
  return cuda_device < 0
             ? c10::Device(c10::DeviceType::CPU)
             : c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(cuda_device));
}

/// A stream of the calling thread's own from LibTorch's pool, which lasts as long as the program.
/// All of CUDA is reached through LibTorch's table of devices, so that this module links none of
/// it.
c10::Stream thread_stream(c10::Device device) {
  thread_local std::map<c10::DeviceIndex, c10::Stream> streams;
  const auto found = streams.find(device.index());
  if (found != streams.end()) return found->second;
  const c10::impl::VirtualGuardImpl devices(device.type());
  return streams.emplace(device.index(), devices.getStreamFromGlobalPool(device)).first->second;
}

/// Has LibTorch work in the calling thread's own stream. The thread may be the caller's, who has
/// another one for his own work, so that it is put back.
class InThreadStream {
 public:
  explicit InThreadStream(c10::Device device) {
    if (!device.is_cuda()) return;
    devices_.emplace(device.type());
    before_ = devices_->exchangeStream(thread_stream(device));
  }
  ~InThreadStream() {
    if (before_) devices_->exchangeStream(*before_);
  }
  InThreadStream(const InThreadStream&) = delete;
  InThreadStream& operator=(const InThreadStream&) = delete;

 private:
  std::optional<c10::impl::VirtualGuardImpl> devices_;
  std::optional<c10::Stream> before_;
};

at::IntArrayRef extents(const AicovidShape& shape) { return {shape.extents, shape.rank}; }

/// The images of an input as one tensor; one image is not copied.
at::Tensor joined(const AicovidInput& input) {
  const auto options =
      at::TensorOptions().dtype(at::kFloat).device(torch_device(input.cuda_device));
  std::vector<at::Tensor> views;
  for (std::size_t k = 0; k < input.images; ++k) {
    views.push_back(
        at::from_blob(const_cast<void*>(input.values[k]), extents(input.shape), options));
  }
  return views.size() == 1 ? views[0] : at::cat(views);
}

/// What AicovidPrecision names, float32 but for the smaller types.
at::ScalarType type_of(AicovidPrecision precision) {
  switch (precision) {
    case AICOVID_PRECISION_FP16:
      return at::kHalf;
    case AICOVID_PRECISION_BF16:
      return at::kBFloat16;
    case AICOVID_PRECISION_FP32:
      break;
  }
  return at::kFloat;
}

/// Has the calling thread compute in a smaller type than float32, where LibTorch knows that an
/// operation bears it. A network whose weights were converted as a whole would not run: a traced
/// one names float32 in its own conversions, and its sums over a picture are beyond what float16
/// holds.
class LowerPrecision {
 public:
  LowerPrecision(c10::DeviceType device, at::ScalarType type)
      : device_(device),
        enabled_before_(at::autocast::is_autocast_enabled(device)),
        type_before_(at::autocast::get_autocast_dtype(device)) {
    at::autocast::set_autocast_enabled(device, type != at::kFloat);
    if (type != at::kFloat) at::autocast::set_autocast_dtype(device, type);
  }
  ~LowerPrecision() {
    at::autocast::set_autocast_enabled(device_, enabled_before_);
    at::autocast::set_autocast_dtype(device_, type_before_);
  }
  LowerPrecision(const LowerPrecision&) = delete;
  LowerPrecision& operator=(const LowerPrecision&) = delete;

 private:
  c10::DeviceType device_;
  bool enabled_before_;
  at::ScalarType type_before_;
};

/// Tells whether the graph reads or writes attributes: freezing leaves those alone that the network
/// changes.
bool has_state(torch::jit::Block* block) {
  for (torch::jit::Node* node : block->nodes()) {
    if (node->kind() == c10::prim::GetAttr || node->kind() == c10::prim::SetAttr) return true;
    for (torch::jit::Block* inner : node->blocks()) {
      if (has_state(inner)) return true;
    }
  }
  return false;
}

std::string type_name(at::ScalarType type) {
  return type == at::kFloat ? "float32" : fmt::format("{} (LibTorch's name)", c10::toString(type));
}

/// LibTorch keeps the number of threads for each calling thread; setting it is slow, asking is not.
void use_one_thread() {
  if (at::get_num_threads() != 1) at::set_num_threads(1);
}

class TorchScriptNetwork {
 public:
  explicit TorchScriptNetwork(const AicovidNetworkFile& file)
      : device_(torch_device(file.cuda_device)), type_(type_of(file.precision)) {
    use_one_thread();
    const InThreadStream stream(device_);
    load({static_cast<const std::byte*>(file.bytes), file.size});
    warm_up({file.inputs, file.input_count});
    // The weights are there before another thread reads them in a stream of its own.
    if (device_.is_cuda()) {
      c10::impl::VirtualGuardImpl(device_.type()).synchronizeDevice(device_.index());
    }
  }

  void run(std::span<const AicovidInput> inputs, AicovidTakeOutput take, void* context) const {
    use_one_thread();
    const InThreadStream stream(device_);
    const c10::InferenceMode inference;
    std::vector<c10::IValue> arguments;
    for (const AicovidInput& input : inputs) arguments.emplace_back(joined(input).to(device_));
    const std::vector<at::Tensor> outputs = forward(std::move(arguments));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      at::Tensor values = outputs[i].to(c10::DeviceType::CPU).contiguous();
      if (values.scalar_type() == type_) values = values.to(at::kFloat);
      const bool is_float = values.scalar_type() == at::kFloat;
      const std::string type = type_name(values.scalar_type());
      const AicovidOutput output{
          .index = i,
          .count = outputs.size(),
          .shape = {values.sizes().data(), values.sizes().size()},
          .type = type.c_str(),
          .values = is_float ? values.const_data_ptr<float>() : nullptr,
      };
      if (!take(context, &output)) return;
    }
  }

  bool on_cuda() const { return device_.is_cuda(); }

 private:
  void load(std::span<const std::byte> file) {
    bool stateful = false;
    try {
      auto module = torch::jit::load(std::make_shared<BytesReader>(file), device_,
                                     /*load_debug_files=*/false);
      module.eval();
      module_ = torch::jit::freeze(module);
      stateful = has_state(module_.get_method("forward").graph()->block());
    } catch (const std::exception& error) {
      if (of_host_memory(error)) throw;
      throw Failure{AICOVID_ENGINE_NOT_A_NETWORK, reason_of(error)};
    }
    if (stateful) {
      throw Failure{
          AICOVID_ENGINE_NOT_ALLOWED,
          "changes its own state; expected outputs that depend on the inputs alone",
      };
    }
  }

  /// Runs the network on zeros, as the first call makes the executor's plan.
  void warm_up(std::span<const AicovidShape> inputs) const {
    // In inference mode tensors would not count their changes.
    const at::NoGradGuard no_gradients;
    std::vector<c10::IValue> arguments;
    std::vector<std::int64_t> versions;
    for (const AicovidShape& shape : inputs) {
      const at::Tensor zeros =
          at::zeros(extents(shape), at::TensorOptions().dtype(at::kFloat).device(device_));
      versions.push_back(zeros._version());
      arguments.emplace_back(zeros);
    }
    forward(arguments);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (arguments[i].toTensor()._version() != versions[i]) {
        throw Failure{
            AICOVID_ENGINE_NOT_ALLOWED,
            fmt::format("changes its input {} in place; expected it to be left alone", i),
        };
      }
    }
  }

  std::vector<at::Tensor> forward(std::vector<c10::IValue> arguments) const {
    // The profiling executor would specialise the graph during the first calls: the second took 20
    // ms instead of 13.5, and a result might depend on how many calls went before.
    const torch::jit::GraphOptimizerEnabledGuard without_profiling(false);
    const LowerPrecision lower(device_.type(), type_);
    const c10::IValue result = module_.get_method("forward")(std::move(arguments));
    if (result.isTensor()) return {result.toTensor()};
    if (result.isTensorList()) return result.toTensorVector();
    if (result.isTuple()) {
      const auto& elements = result.toTupleRef().elements();
      std::vector<at::Tensor> tensors;
      for (const c10::IValue& element : elements) {
        if (element.isTensor()) tensors.push_back(element.toTensor());
      }
      if (tensors.size() == elements.size()) return tensors;
    }
    throw Failure{
        AICOVID_ENGINE_NOT_ALLOWED,
        fmt::format("gives a value of type {}; expected a tensor, or a tuple or list of tensors",
                    result.tagKind())};
  }

  c10::Device device_;
  at::ScalarType type_;  ///< that is computed in
  torch::jit::Module module_;
};

/// What an exception stands for depends on whether the call runs on a CUDA device.
auto failure_of(bool on_cuda) {
  return [on_cuda](const std::exception& error) -> Failure {
    if (of_host_memory(error)) return {AICOVID_ENGINE_OUT_OF_MEMORY, ""};
    const std::string reason = reason_of(error);
    const bool of_cuda = on_cuda && reason.find("CUDA") != std::string::npos;
    return {of_cuda ? AICOVID_ENGINE_DEVICE_FAILS : AICOVID_ENGINE_NETWORK_FAILS, reason};
  };
}

AicovidEngineResult stream_of_thread(int cuda_device, void** stream) {
  return contained(failure_of(true), [&] {
    const c10::Device device = torch_device(cuda_device);
    *stream =
        c10::impl::VirtualGuardImpl(device.type()).getStreamNativeHandle(thread_stream(device));
  });
}

long cudnn_version() {
  long version = 0;
  const AicovidEngineResult asked =
      contained(failure_of(true), [&] { version = at::Context::versionRuntimeCuDNN(); });
  return asked.status == AICOVID_ENGINE_OK ? version : 0;
}

AicovidEngineResult load(const AicovidNetworkFile* file, void** network) {
  return contained(failure_of(file->cuda_device >= 0), [&] {
    if (file->cuda_device >= 0) require_cuda(file->cuda_device);
    *network = new TorchScriptNetwork(*file);
  });
}

AicovidEngineResult run(const void* network, const AicovidInput* inputs, std::size_t count,
                        AicovidTakeOutput take, void* context) {
  const auto* one = static_cast<const TorchScriptNetwork*>(network);
  return contained(failure_of(one->on_cuda()), [&] { one->run({inputs, count}, take, context); });
}

void release(void* network) { delete static_cast<TorchScriptNetwork*>(network); }

/// Gives the version of the LibTorch that is loaded, which need not be the one of the headers.
std::string loaded_version() {
  constexpr std::string_view kMember = "TORCH_VERSION=";
  const std::string text = at::show_config();
  const std::size_t start = text.find(kMember);
  if (start == std::string::npos) return "of an unknown version";
  const std::size_t from = start + kMember.size();
  return text.substr(from, text.find_first_of(", +\n", from) - from);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const AicovidEngine* aicovid_engine_module() {
  static const std::string version = loaded_version();
  static const AicovidEngine engine = [] {
    AicovidEngine made = table(version, load, run, release);
    made.thread_stream = stream_of_thread;
    made.cudnn_version = cudnn_version;
    return made;
  }();
  return &engine;
}
