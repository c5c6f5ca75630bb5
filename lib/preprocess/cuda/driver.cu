#include "driver.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aicovid {
namespace {

/// An axis in the device's memory; the members are those of AxisWeights.
struct DeviceAxis {
  const int* first;
  const int* count;
  const int* offset;
  const float* weight;
  const float* padding_weight;
  int size;
  bool has_padding;
};

/// The taps of output pixel o over `value(position)`, in ascending order, the padding last.
template <typename Value>
__device__ float weighted_sum(const DeviceAxis& axis, int o, float padding, const Value& value) {
  const Tap tap;
  const float* weight = axis.weight + axis.offset[o];
  const int first = axis.first[o];
  float sum = 0;
  for (int k = 0; k < axis.count[o]; ++k) sum = tap(sum, weight[k], value(first + k));
  if (axis.has_padding) sum = tap(sum, axis.padding_weight[o], padding);
  return sum;
}

/// The columns [first, first + count) that the horizontal pass reads.
struct Columns {
  int first;
  int count;
};

template <typename Stored>
__global__ void resample_vertically(GreyLookup lookup, const Stored* pixels, int pitch,
                                    DeviceAxis axis, Columns columns, float padding, float* strip) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int o = static_cast<int>(blockIdx.y);
  if (x >= columns.count) return;
  const Stored* column = pixels + columns.first + x;
  strip[static_cast<std::size_t>(o) * columns.count + x] = weighted_sum(
      axis, o, padding, [&](int y) { return lookup(column[static_cast<std::size_t>(y) * pitch]); });
}

/// The functions after the resize: `per_channel[i]` of them belong to operation i, one for all
/// channels or one each.
struct DeviceFunctions {
  const Affine<float>* functions;
  const int* per_operation;
  int operations;
};

__global__ void resample_horizontally(const float* strip, DeviceAxis axis, Columns columns,
                                      float padding, Clip clip, DeviceFunctions after, int channels,
                                      float* out) {
  const int o = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int row = static_cast<int>(blockIdx.y);
  if (o >= axis.size) return;
  const float* values = strip + static_cast<std::size_t>(row) * columns.count;
  const float resized =
      clip(weighted_sum(axis, o, padding, [&](int x) { return values[x - columns.first]; }));
  const std::size_t plane = static_cast<std::size_t>(gridDim.y) * axis.size;
  for (int channel = 0; channel < channels; ++channel) {
    float value = resized;
    const Affine<float>* functions = after.functions;
    for (int i = 0; i < after.operations; ++i) {
      value = functions[after.per_operation[i] == 1 ? 0 : channel](value);
      functions += after.per_operation[i];
    }
    out[channel * plane + static_cast<std::size_t>(row) * axis.size + o] = value;
  }
}

/// Device memory of one run, taken from and given back to the stream's pool; the first failure is
/// kept.
class Scratch {
 public:
  explicit Scratch(cudaStream_t stream) : stream_(stream) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    for (void* memory : memory_) note(cudaFreeAsync(memory, stream_));
  }

  template <typename T>
  T* allocate(std::size_t count) {
    void* memory = nullptr;
    if (status_ == cudaSuccess)
      note(cudaMallocAsync(&memory, (count > 0 ? count : 1) * sizeof(T), stream_));
    if (memory != nullptr) memory_.push_back(memory);
    return static_cast<T*>(memory);
  }

  template <typename T>
  const T* upload(const std::vector<T>& values) {
    T* memory = allocate<T>(values.size());
    // From pageable memory: the call returns when the values have been read.
    if (status_ == cudaSuccess) {
      note(cudaMemcpyAsync(memory, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice,
                           stream_));
    }
    return memory;
  }

  DeviceAxis upload(const AxisWeights& axis) {
    return {upload(axis.first),  upload(axis.count),          upload(axis.offset),
            upload(axis.weight), upload(axis.padding_weight), axis.size(),
            axis.has_padding};
  }

  void note(cudaError_t status) {
    if (status_ == cudaSuccess) status_ = status;
  }
  cudaError_t status() const { return status_; }

 private:
  cudaStream_t stream_;
  cudaError_t status_ = cudaSuccess;
  std::vector<void*> memory_;
};

constexpr unsigned kThreads = 128;

dim3 blocks(int columns, int rows) {
  return {(static_cast<unsigned>(columns) + kThreads - 1) / kThreads, static_cast<unsigned>(rows)};
}

cudaError_t run(const Program& program, const DeviceImage& image, float* out, cudaStream_t stream) {
  Scratch scratch(stream);
  const Columns columns{program.horizontal.low(),
                        program.horizontal.high() - program.horizontal.low()};
  const GreyLookup lookup{scratch.upload(program.table), program.lowest, program.highest()};
  const DeviceAxis vertical = scratch.upload(program.vertical);
  const DeviceAxis horizontal = scratch.upload(program.horizontal);
  float* strip = scratch.allocate<float>(static_cast<std::size_t>(vertical.size) * columns.count);
  std::vector<Affine<float>> functions;
  std::vector<int> per_operation;
  for (const auto& operation : program.after) {
    functions.insert(functions.end(), operation.begin(), operation.end());
    per_operation.push_back(static_cast<int>(operation.size()));
  }
  const DeviceFunctions after{scratch.upload(functions), scratch.upload(per_operation),
                              static_cast<int>(per_operation.size())};
  if (scratch.status() != cudaSuccess) return scratch.status();

  const auto launch = [&]<typename Stored>(const Stored* pixels) {
    if (columns.count == 0) return;
    resample_vertically<<<blocks(columns.count, vertical.size), kThreads, 0, stream>>>(
        lookup, pixels, image.columns, vertical, columns, program.padding, strip);
  };
  switch (image.type) {
    case PixelType::uint8:
      launch(static_cast<const std::uint8_t*>(image.pixels));
      break;
    case PixelType::int8:
      launch(static_cast<const std::int8_t*>(image.pixels));
      break;
    case PixelType::uint16:
      launch(static_cast<const std::uint16_t*>(image.pixels));
      break;
    case PixelType::int16:
      launch(static_cast<const std::int16_t*>(image.pixels));
      break;
  }
  scratch.note(cudaGetLastError());
  resample_horizontally<<<blocks(horizontal.size, vertical.size), kThreads, 0, stream>>>(
      strip, horizontal, columns, program.padding, program.clip, after, program.channels, out);
  scratch.note(cudaGetLastError());
  return scratch.status();
}

}  // namespace
}  // namespace aicovid

int aicovid_cuda_device_count(const char** trouble) {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess) return count;
  *trouble = cudaGetErrorString(status);
  return -1;
}

const char* aicovid_cuda_run(const aicovid::Program& program, const aicovid::DeviceImage& image,
                             float* out, void* stream) {
  const cudaError_t status = aicovid::run(program, image, out, static_cast<cudaStream_t>(stream));
  return status == cudaSuccess ? nullptr : cudaGetErrorString(status);
}
