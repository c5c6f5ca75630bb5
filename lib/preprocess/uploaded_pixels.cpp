#include "uploaded_pixels.hpp"

#include "cuda_calls.hpp"

#include <algorithm>

namespace aicovid {

DeviceImage::Pixels::Pixels(const Radiograph& radiograph, const Device& device, void* stream)
    : device_(device), stream_(stream) {
  constexpr std::string_view kDoing = "uploading the radiograph";
  const CudaModule& module = cuda_module(device);
  const std::size_t bytes = radiograph.size_bytes();
  check(module.allocate(device.index, stream, bytes, memory_), device, kDoing);
  try {
    check(module.upload(device.index, stream, radiograph.data(), bytes, memory_), device, kDoing);
    check(module.mark(device.index, stream, uploaded_), device, kDoing);
  } catch (...) {
    module.forget(device.index, uploaded_);
    module.release(device.index, stream, memory_);
    throw;
  }
}

DeviceImage::Pixels::~Pixels() {
  const CudaModule& module = cuda_module(device_);
  for (const Read& read : reads_) {
    if (read.event == nullptr) continue;  // It could not be made, and the memory is lost.
    if (module.wait(device_.index, stream_, read.event).kind != CudaResult::Kind::ok) lost_ = true;
    module.forget(device_.index, read.event);
  }
  module.forget(device_.index, uploaded_);
  if (!lost_) module.release(device_.index, stream_, memory_);
}

void DeviceImage::Pixels::mark_read(void* stream) noexcept {
  // In the upload's own stream, the memory goes back behind what has read it.
  if (stream == stream_) return;
  const std::scoped_lock lock(mutex_);
  try {
    auto read = std::ranges::find(reads_, stream, &Read::stream);
    if (read == reads_.end()) read = reads_.insert(reads_.end(), {stream, nullptr});
    // A later mark in the same stream holds for what was read before it, too.
    const CudaResult marked = cuda_module(device_).mark(device_.index, stream, read->event);
    if (marked.kind != CudaResult::Kind::ok) lost_ = true;
  } catch (...) {
    lost_ = true;  // There was no memory for another entry.
  }
}

DeviceImage::Pixels::Reading::Reading(Pixels& pixels, void* stream)
    : pixels_(pixels), stream_(stream) {
  if (stream == pixels.stream_) return;
  const Device& device = pixels.device_;
  check(cuda_module(device).wait(device.index, stream, pixels.uploaded_), device,
        "waiting for the upload");
}

DeviceImage::Pixels::Reading::~Reading() { pixels_.mark_read(stream_); }

}  // namespace aicovid
