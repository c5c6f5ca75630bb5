// JPEG 2000 on a CUDA device by nvJPEG2000, behind the border of module.hpp.
#include "module.hpp"

#include <cuda_runtime_api.h>
#include <nvjpeg2k.h>
#include <exception>
#include <memory>
#include <type_traits>

namespace aicovid::dicom {
namespace {

using Kind = CudaDecodeResult::Kind;

struct Failure {
  CudaDecodeResult result;
};

void check(cudaError_t error) {
  if (error == cudaSuccess) return;
  cudaGetLastError();  // It is told now; the next call must not find it again.
  const char* const text = cudaGetErrorString(error);
  switch (error) {
    case cudaErrorMemoryAllocation:
      throw Failure{{Kind::out_of_memory, text}};
    case cudaErrorNoDevice:
    case cudaErrorInvalidDevice:
    case cudaErrorInsufficientDriver:
    case cudaErrorInitializationError:
    case cudaErrorStubLibrary:
      throw Failure{{Kind::no_device, text}};
    default:
      throw Failure{{Kind::failed, text}};
  }
}

void check(nvjpeg2kStatus_t status) {
  switch (status) {
    case NVJPEG2K_STATUS_SUCCESS:
      return;
    case NVJPEG2K_STATUS_BAD_JPEG:
      throw Failure{{Kind::corrupt, "the codestream cannot be parsed"}};
    case NVJPEG2K_STATUS_JPEG_NOT_SUPPORTED:
    case NVJPEG2K_STATUS_IMPLEMENTATION_NOT_SUPPORTED:
      throw Failure{{Kind::unsupported, "the codestream is not supported"}};
    case NVJPEG2K_STATUS_ALLOCATOR_FAILURE:
      throw Failure{{Kind::out_of_memory, "memory cannot be allocated"}};
    case NVJPEG2K_STATUS_ARCH_MISMATCH:
      throw Failure{{Kind::no_device, "the device is too old"}};
    case NVJPEG2K_STATUS_NOT_INITIALIZED:
      throw Failure{{Kind::failed, "the library is not initialized"}};
    case NVJPEG2K_STATUS_INVALID_PARAMETER:
      throw Failure{{Kind::failed, "a parameter is invalid"}};
    case NVJPEG2K_STATUS_EXECUTION_FAILED:
      throw Failure{{Kind::failed, "the execution failed"}};
    case NVJPEG2K_STATUS_INTERNAL_ERROR:
      break;
  }
  throw Failure{{Kind::failed, "an internal error"}};
}

template <auto destroy>
struct Destroyer {
  template <typename T>
  void operator()(T* handle) const {
    destroy(handle);
  }
};

/// Owns a handle of one of the two libraries.
template <typename Handle, auto destroy>
using Owner = std::unique_ptr<std::remove_pointer_t<Handle>, Destroyer<destroy>>;
using CudaStream = Owner<cudaStream_t, cudaStreamDestroy>;
using CudaMemory = Owner<void*, cudaFree>;
using Library = Owner<nvjpeg2kHandle_t, nvjpeg2kDestroy>;
using DecodeState = Owner<nvjpeg2kDecodeState_t, nvjpeg2kDecodeStateDestroy>;
using Codestream = Owner<nvjpeg2kStream_t, nvjpeg2kStreamDestroy>;

template <typename Owned, typename Make>
Owned made_by(const Make& make) {
  typename Owned::pointer handle = nullptr;
  check(make(&handle));
  return Owned(handle);
}

/// Makes a device current while it lives.
class CurrentDevice {
 public:
  explicit CurrentDevice(int device) {
    check(cudaGetDevice(&previous_));
    check(cudaSetDevice(device));
  }
  CurrentDevice(const CurrentDevice&) = delete;
  CurrentDevice& operator=(const CurrentDevice&) = delete;
  ~CurrentDevice() { cudaSetDevice(previous_); }

 private:
  int previous_ = 0;
};

/// One thread's decoder on one device. Its memory grows to what the largest image took.
class Decoder {
 public:
  explicit Decoder(int device) : device_(device) {}

  int device() const { return device_; }

  void decode(const CudaFrame& frame, void* samples) {
    check(nvjpeg2kStreamParse(library_.get(), reinterpret_cast<const unsigned char*>(frame.bytes),
                              frame.size, 0, 0, codestream_.get()));
    require_same(frame);
    std::size_t pitch = static_cast<std::size_t>(frame.columns) * 2;
    const std::size_t bytes = pitch * static_cast<std::size_t>(frame.rows);
    if (bytes > size_) grow(bytes);
    void* plane = memory_.get();
    nvjpeg2kImage_t output{
        .pixel_data = &plane,
        .pitch_in_bytes = &pitch,
        .pixel_type = frame.is_signed ? NVJPEG2K_INT16 : NVJPEG2K_UINT16,
        .num_components = 1,
    };
    check(nvjpeg2kDecode(library_.get(), state_.get(), codestream_.get(), &output, stream_.get()));
    check(cudaMemcpyAsync(samples, plane, bytes, cudaMemcpyDeviceToHost, stream_.get()));
    check(cudaStreamSynchronize(stream_.get()));
  }

 private:
  /// The memory was made for what the frame says, so that the codestream must say the same.
  void require_same(const CudaFrame& frame) const {
    nvjpeg2kImageInfo_t image{};
    nvjpeg2kImageComponentInfo_t component{};
    check(nvjpeg2kStreamGetImageInfo(codestream_.get(), &image));
    check(nvjpeg2kStreamGetImageComponentInfo(codestream_.get(), &component, 0));
    if (image.num_components != 1 || component.precision > 16)
      throw Failure{{Kind::unsupported, "it has several components, or samples of over 16 bits"}};
    if (component.component_width != static_cast<std::uint32_t>(frame.columns) ||
        component.component_height != static_cast<std::uint32_t>(frame.rows) ||
        (component.sgn != 0) != frame.is_signed) {
      throw Failure{{Kind::corrupt, "it is of another size or sign"}};
    }
  }

  void grow(std::size_t bytes) {
    memory_.reset();
    size_ = 0;
    memory_ = made_by<CudaMemory>([&](void** memory) { return cudaMalloc(memory, bytes); });
    size_ = bytes;
  }

  int device_;
  CudaStream stream_ = made_by<CudaStream>([](cudaStream_t* stream) {
    return cudaStreamCreateWithFlags(stream, cudaStreamNonBlocking);
  });
  Library library_ = made_by<Library>(nvjpeg2kCreateSimple);
  DecodeState state_ = made_by<DecodeState>([&](nvjpeg2kDecodeState_t* state) {
    return nvjpeg2kDecodeStateCreate(library_.get(), state);
  });
  Codestream codestream_ = made_by<Codestream>(nvjpeg2kStreamCreate);
  CudaMemory memory_;
  std::size_t size_ = 0;
};

CudaDecodeResult decode(int device, const CudaFrame& frame, void* samples) {
  // Making a decoder takes far longer than decoding with it.
  thread_local std::unique_ptr<Decoder> decoder;
  try {
    const CurrentDevice current(device);
    if (decoder == nullptr || decoder->device() != device) {
      decoder.reset();
      decoder = std::make_unique<Decoder>(device);
    }
    decoder->decode(frame, samples);
    return {};
  } catch (const Failure& failure) {
    decoder.reset();  // Nothing is known of its state.
    return failure.result;
  } catch (const std::bad_alloc&) {
    return {Kind::out_of_memory, "out of host memory"};
  } catch (const std::exception&) {
    return {Kind::failed, "an unexpected failure in the module"};
  }
}

}  // namespace
}  // namespace aicovid::dicom

const aicovid::dicom::Jpeg2000CudaModule* aicovid_jpeg2000_cuda_module() {
  static constexpr aicovid::dicom::Jpeg2000CudaModule kModule{.decode = &aicovid::dicom::decode};
  return &kModule;
}
