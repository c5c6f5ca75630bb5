#include "preprocess/cuda_module.hpp"

#include "core/installation.hpp"
#include "cuda_calls.hpp"

#include <aicovid/error.hpp>

#include <dlfcn.h>
#include <fmt/format.h>
#include <filesystem>

namespace aicovid {
namespace {

[[noreturn]] void fail(const Device& device, const std::string& what) {
  throw Error(ErrorCode::device_unavailable, fmt::format("{}: {}", device.to_string(), what));
}

/// Opens the module. It stays open until the program ends: CUDA keeps state that cannot be
/// unloaded.
const CudaModule* open_module(const Device& device) {
  const auto file = module_file("libaicovid_cuda.so");
  if (!std::filesystem::exists(file)) {
    fail(device,
         "the CUDA module libaicovid_cuda.so is not beside the library; build it where nvcc is "
         "found");
  }
  void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* entry = module != nullptr ? dlsym(module, "aicovid_cuda_module") : nullptr;
  if (entry == nullptr)
    fail(device, "the CUDA module libaicovid_cuda.so does not load; rebuild it for this machine");
  return reinterpret_cast<decltype(&aicovid_cuda_module)>(entry)();
}

}  // namespace

void check(const CudaResult& result, const Device& device, std::string_view doing) {
  switch (result.kind) {
    case CudaResult::Kind::ok:
      return;
    case CudaResult::Kind::no_device:
      fail(device, fmt::format("the CUDA driver gives no device: {}", result.text));
    case CudaResult::Kind::no_code:
      fail(device,
           fmt::format("the CUDA module has no code for this device's architecture ({}); rebuild "
                       "it with CMAKE_CUDA_ARCHITECTURES set",
                       result.text));
    case CudaResult::Kind::out_of_memory:
      fail(device, fmt::format("{}: {}", doing, result.text));
    case CudaResult::Kind::failed:
      break;
  }
  throw Error(ErrorCode::cuda,
              fmt::format("{}: {} failed: {}", device.to_string(), doing, result.text));
}

const CudaModule& cuda_module(const Device& device) {
  // If it throws, the next call tries again.
  static const CudaModule* const module = open_module(device);
  return *module;
}

void require_cuda_device(const Device& device) {
  if (!device.is_cuda()) return;
  const CudaModule& module = cuda_module(device);
  int count = 0;
  check(module.count_devices(count), device, "counting the devices");
  if (device.index >= count) {
    fail(device, count == 0
                     ? std::string("there is no CUDA device")
                     : fmt::format("there is no such device; expected an index below {}", count));
  }
  check(module.probe(device.index), device, "looking for code of its architecture");
}

std::shared_ptr<void> allocate_on(const Device& device, void* stream, std::size_t bytes,
                                  std::string_view doing) {
  const CudaModule& module = cuda_module(device);
  void* memory = nullptr;
  check(module.allocate(device.index, stream, bytes, memory), device, doing);
  return {memory,
          [&module, device, stream](void* given) { module.release(device.index, stream, given); }};
}

}  // namespace aicovid
