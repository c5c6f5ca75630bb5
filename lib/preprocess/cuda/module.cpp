#include "module.hpp"

#include "failure.hpp"
#include "memory.hpp"
#include "probe.hpp"

#include <cstring>
#include <exception>
#include <new>

namespace aicovid {
namespace {

cudaStream_t to_stream(void* stream) { return static_cast<cudaStream_t>(stream); }
cudaEvent_t to_event(void* event) { return static_cast<cudaEvent_t>(event); }

CudaResult::Kind kind_of(cudaError_t error) {
  using Kind = CudaResult::Kind;
  switch (error) {
    case cudaSuccess:
      return Kind::ok;
    case cudaErrorNoDevice:
    case cudaErrorInvalidDevice:
    case cudaErrorInsufficientDriver:
    case cudaErrorInitializationError:
    case cudaErrorSystemNotReady:
    case cudaErrorSystemDriverMismatch:
    case cudaErrorCompatNotSupportedOnDevice:
    case cudaErrorDevicesUnavailable:
    case cudaErrorDeviceNotLicensed:
    case cudaErrorStubLibrary:
    case cudaErrorOperatingSystem:
      return Kind::no_device;
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorInvalidDeviceFunction:
    case cudaErrorInvalidKernelImage:
    case cudaErrorInvalidPtx:
    case cudaErrorUnsupportedPtxVersion:
    case cudaErrorJitCompilerNotFound:
    case cudaErrorJitCompilationDisabled:
      return Kind::no_code;
    case cudaErrorMemoryAllocation:
      return Kind::out_of_memory;
    default:
      return Kind::failed;
  }
}

/// Runs `work` with the device current; no exception leaves the module.
template <typename Work>
CudaResult guarded(int device, const Work& work) {
  try {
    const CurrentDevice current(device);
    work();
    return {};
  } catch (const CudaFailure& failure) {
    return {kind_of(failure.error()), cudaGetErrorString(failure.error())};
  } catch (const std::bad_alloc&) {
    return {CudaResult::Kind::out_of_memory, "out of host memory"};
  } catch (const std::exception&) {
    return {CudaResult::Kind::failed, "an unexpected failure in the CUDA module"};
  }
}

CudaResult count_devices(int& count) {
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess) return {};
  cudaGetLastError();
  count = 0;
  return {kind_of(status), cudaGetErrorString(status)};
}

CudaResult probe(int device) {
  return guarded(device, [] { check(find_kernel_code()); });
}

CudaResult allocate(int device, void* stream, std::size_t bytes, void*& memory) {
  return guarded(device, [&] { memory = allocate_async(bytes, to_stream(stream)); });
}

void release(int device, void* stream, void* memory) {
  const CudaResult result = guarded(device, [&] { free_async(memory, to_stream(stream)); });
  if (result.kind != CudaResult::Kind::ok) log_failure(cudaErrorUnknown, result.text);
}

CudaResult mark(int device, void* stream, void*& event) {
  return guarded(device, [&] {
    if (event == nullptr) {
      cudaEvent_t made = nullptr;
      check(cudaEventCreateWithFlags(&made, cudaEventDisableTiming));
      event = made;
    }
    check(cudaEventRecord(to_event(event), to_stream(stream)));
  });
}

CudaResult wait(int device, void* stream, void* event) {
  return guarded(device,
                 [&] { check(cudaStreamWaitEvent(to_stream(stream), to_event(event), 0)); });
}

void forget(int device, void* event) {
  if (event == nullptr) return;
  const CudaResult result = guarded(device, [&] { check(cudaEventDestroy(to_event(event))); });
  if (result.kind != CudaResult::Kind::ok) log_failure(cudaErrorUnknown, result.text);
}

CudaResult upload(int device, void* stream, const void* host, std::size_t bytes, void* memory) {
  return guarded(device, [&] {
    const PinnedBlock block(bytes, to_stream(stream));
    std::memcpy(block.data(), host, bytes);
    check(cudaMemcpyAsync(memory, block.data(), bytes, cudaMemcpyHostToDevice, to_stream(stream)));
  });
}

CudaResult download(int device, void* stream, const void* memory, std::size_t bytes, void* host) {
  return guarded(device, [&] {
    check(cudaMemcpyAsync(host, memory, bytes, cudaMemcpyDeviceToHost, to_stream(stream)));
    check(cudaStreamSynchronize(to_stream(stream)));
  });
}

CudaResult synchronize(int device, void* stream) {
  return guarded(device, [&] { check(cudaStreamSynchronize(to_stream(stream))); });
}

CudaResult reserved(int device, std::size_t& bytes) {
  return guarded(device, [&] { bytes = reserved_bytes(); });
}

CudaResult run(int device, void* stream, const Program& program, const GreyLevels& grey,
               const StoredPixels& pixels, const DeviceTarget& target) {
  return guarded(device, [&] { run_program(program, grey, pixels, target, stream); });
}

}  // namespace
}  // namespace aicovid

const aicovid::CudaModule* aicovid_cuda_module() {
  static constexpr aicovid::CudaModule kModule{
      .count_devices = &aicovid::count_devices,
      .probe = &aicovid::probe,
      .allocate = &aicovid::allocate,
      .release = &aicovid::release,
      .mark = &aicovid::mark,
      .wait = &aicovid::wait,
      .forget = &aicovid::forget,
      .upload = &aicovid::upload,
      .download = &aicovid::download,
      .synchronize = &aicovid::synchronize,
      .reserved = &aicovid::reserved,
      .run = &aicovid::run,
  };
  return &kModule;
}
