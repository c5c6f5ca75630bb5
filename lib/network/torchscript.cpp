#include "torchscript.hpp"

#include "failure_reason.hpp"
#include "output_check.hpp"

#include <aicovid/error.hpp>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/headeronly/version.h>

#include <dlfcn.h>
#include <fmt/format.h>
#include <algorithm>
#include <cstring>
#include <filesystem>

namespace aicovid {
namespace {

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

/// LibTorch's message without the C++ stack that `what()` adds.
std::string reason_of(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return failure_reason(torch_error != nullptr ? torch_error->what_without_backtrace()
                                               : error.what());
}

/// Whether the host's memory did not suffice. LibTorch has no type for that: its allocator on the
/// CPU names itself in the message.
bool of_host_memory(const std::exception& error) {
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
         std::string_view(error.what()).find("DefaultCPUAllocator") != std::string_view::npos;
}

/// Opens LibTorch's CUDA library, which this program does not link: a CPU run must not load it.
void require_cuda(const Device& device) {
  const auto unavailable = [&](const std::string& reason) {
    return Error(ErrorCode::device_unavailable,
                 fmt::format("device {} is not available: {}", device.to_string(), reason));
  };
  // The driver first: LibTorch's CUDA library takes seconds and hundreds of megabytes.
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
        "again; "
        "load the CUDA device's networks first");
  }
  const int devices = static_cast<int>(at::getNumGPUs());
  if (devices == 0) throw unavailable("LibTorch finds no CUDA device");
  if (device.index >= devices) {
    throw unavailable(fmt::format("LibTorch finds {} CUDA devices, numbered from 0", devices));
  }
  at::globalContext().lazyInitDevice(c10::DeviceType::CUDA);
  // fp32 means fp32: convolutions would otherwise round their inputs to TF32.
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
}

c10::Device torch_device(const Device& device) {
  return device.is_cuda()
             ? c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(device.index))
             : c10::Device(c10::DeviceType::CPU);
}

at::Tensor view_of(const Tensor& tensor) {
  return at::from_blob(const_cast<void*>(tensor.data()), tensor.shape(),
                       at::TensorOptions().dtype(at::kFloat).device(torch_device(tensor.device())));
}

/// Whether the graph reads or writes attributes: freezing leaves those alone that the network
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

class TorchScriptNetwork final : public Network {
 public:
  TorchScriptNetwork(std::span<const std::byte> file, const NetworkSpec& spec, const Device& device)
      : spec_(spec), device_(torch_device(device)) {
    use_one_thread();
    load(file);
    warm_up();
  }

  std::vector<Tensor> run(std::span<const Tensor> inputs) const override {
    check_inputs(spec_, inputs);
    use_one_thread();
    const c10::InferenceMode inference;
    return translated([&] {
      std::vector<c10::IValue> arguments;
      for (const Tensor& input : inputs) arguments.emplace_back(view_of(input).to(device_));
      return to_host(forward(std::move(arguments)));
    });
  }

 private:
  /// LibTorch keeps the number of threads for each calling thread; setting it is slow, asking is
  /// not.
  static void use_one_thread() {
    if (at::get_num_threads() != 1) at::set_num_threads(1);
  }

  void load(std::span<const std::byte> file) {
    bool stateful = false;
    try {
      auto module = torch::jit::load(std::make_shared<BytesReader>(file), device_,
                                     /*load_debug_files=*/false);
      module.eval();
      module_ = torch::jit::freeze(module);
      stateful = has_state(module_.get_method("forward").graph()->block());
    } catch (const std::exception& error) {
      if (of_host_memory(error)) throw failed(error);
      throw Error(
          ErrorCode::bad_bundle,
          fmt::format("network '{}': the file is not a TorchScript network that can be loaded: {}",
                      spec_.role, reason_of(error)));
    }
    if (stateful) {
      throw Error(ErrorCode::bad_bundle,
                  fmt::format("network '{}' changes its own state; expected outputs that "
                              "depend on the inputs alone",
                              spec_.role));
    }
  }

  /// Runs on zeros, twice: the first call makes the executor's plan. Checks what comes out.
  void warm_up() const {
    // Not in inference mode, where tensors do not count their changes.
    const at::NoGradGuard no_gradients;
    for (int call = 0; call < 2; ++call) {
      std::vector<c10::IValue> arguments;
      std::vector<std::int64_t> versions;
      for (const auto& shape : spec_.input_shapes) {
        const at::Tensor zeros =
            at::zeros(shape, at::TensorOptions().dtype(at::kFloat).device(device_));
        versions.push_back(zeros._version());
        arguments.emplace_back(zeros);
      }
      translated([&] { return to_host(forward(arguments)); });
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i].toTensor()._version() != versions[i]) {
          throw Error(ErrorCode::bad_bundle,
                      fmt::format("network '{}' changes its input {} in place; expected "
                                  "it to be left alone",
                                  spec_.role, i));
        }
      }
    }
  }

  std::vector<at::Tensor> forward(std::vector<c10::IValue> arguments) const {
    // The profiling executor would specialise the graph during the first calls: the second took 20
    // ms instead of 13.5, and a result might depend on how many calls went before.
    const torch::jit::GraphOptimizerEnabledGuard without_profiling(false);
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
    throw Error(ErrorCode::bad_bundle,
                fmt::format("network '{}' gives a value of type {}; expected a tensor, or a tuple "
                            "or list of tensors",
                            spec_.role, result.tagKind()));
  }

  std::vector<Tensor> to_host(const std::vector<at::Tensor>& outputs) const {
    check_output_count(spec_, outputs.size());
    std::vector<Tensor> copies;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      check_output_layout(spec_, i, outputs[i].sizes(), type_name(outputs[i].scalar_type()));
      const at::Tensor values = outputs[i].to(c10::DeviceType::CPU).contiguous();
      Tensor copy(spec_.outputs[i].shape, DType::float32);
      if (values.numel() > 0)
        std::memcpy(copy.data(), values.const_data_ptr<float>(), values.nbytes());
      check_output_finite(spec_, i, copy);
      copies.push_back(std::move(copy));
    }
    return copies;
  }

  /// Runs `work`; LibTorch's exceptions become ours.
  template <typename Work>
  auto translated(const Work& work) const -> decltype(work()) {
    try {
      return work();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      throw failed(error);
    }
  }

  Error failed(const std::exception& error) const {
    if (of_host_memory(error)) {
      return {ErrorCode::out_of_memory,
              fmt::format("network '{}': the memory does not suffice", spec_.role)};
    }
    const std::string reason = reason_of(error);
    const bool of_cuda = device_.is_cuda() && reason.find("CUDA") != std::string::npos;
    return {of_cuda ? ErrorCode::cuda : ErrorCode::bad_bundle,
            fmt::format("network '{}' fails: {}", spec_.role, reason)};
  }

  NetworkSpec spec_;
  c10::Device device_;
  torch::jit::Module module_;
};

}  // namespace

std::unique_ptr<const Network> load_torchscript(std::span<const std::byte> file,
                                                const NetworkSpec& spec, const Device& device) {
  try {
    if (device.is_cuda()) require_cuda(device);
    return std::make_unique<TorchScriptNetwork>(file, spec, device);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(device.is_cuda() ? ErrorCode::cuda : ErrorCode::internal,
                fmt::format("network '{}': {}", spec.role, reason_of(error)));
  }
}

std::vector<Component> torchscript_components() {
  return {{"LibTorch", TORCH_VERSION}, {"LibTorch intra-op threads", "1"}};
}

}  // namespace aicovid
