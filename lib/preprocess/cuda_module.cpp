#include "preprocess/cuda_module.hpp"

#include "core/installation.hpp"

#include <aicovid/error.hpp>

#include <dlfcn.h>
#include <fmt/format.h>
#include <filesystem>

namespace aicovid {
namespace {

using DeviceCount = int (*)(const char** trouble);

[[noreturn]] void fail(const Device& device, const std::string& what) {
  throw Error(ErrorCode::device_unavailable, fmt::format("{}: {}", device.to_string(), what));
}

/// Stays open until the program ends: CUDA keeps state that cannot be unloaded.
DeviceCount open_module(const Device& device) {
  const auto file = library_directory() / "libaicovid_cuda.so";
  if (!std::filesystem::exists(file)) {
    fail(device,
         "the CUDA module libaicovid_cuda.so is not beside the library; build it where nvcc is "
         "found");
  }
  void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* entry = module != nullptr ? dlsym(module, "aicovid_cuda_device_count") : nullptr;
  if (entry == nullptr)
    fail(device, "the CUDA module libaicovid_cuda.so does not load; rebuild it for this machine");
  return reinterpret_cast<DeviceCount>(entry);
}

}  // namespace

void require_cuda_device(const Device& device) {
  if (!device.is_cuda()) return;
  static const DeviceCount device_count =
      open_module(device);  // tried again on the next call if it throws
  const char* trouble = nullptr;
  const int count = device_count(&trouble);
  if (count < 0) fail(device, fmt::format("the CUDA driver gives no device: {}", trouble));
  if (device.index >= count) {
    fail(device, count == 0
                     ? std::string("there is no CUDA device")
                     : fmt::format("there is no such device; expected an index below {}", count));
  }
}

}  // namespace aicovid
