#include "memory_stream.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace aicovid::dicom {
namespace {

/// The stack that DCMTK may take. A level of sequences takes 1 to 2 KB. Radiographs have fewer than
/// ten levels; the smallest stacks of threads in use have 512 KB.
constexpr std::ptrdiff_t kMostStack = std::ptrdiff_t{200} * 1024;

const char* current_frame() { return static_cast<const char*>(__builtin_frame_address(0)); }

}  // namespace

// The base class keeps the address of the producer, which is built after it, and does not use it
// before.
MemoryStream::MemoryStream(std::span<const std::byte> bytes, std::size_t offset)
    : DcmInputStream(&producer_), bytes_(bytes), start_(offset), producer_(bytes, offset) {}

DcmInputStreamFactory* MemoryStream::newFactory() const {
  // Behind a decompression filter, positions are not positions in the file.
  if (currentProducer() != &producer_) return nullptr;
  return new Factory(bytes_, start_ + static_cast<std::size_t>(tell()));
}

MemoryStream::Producer::Producer(std::span<const std::byte> bytes, std::size_t offset)
    : bytes_(bytes), at_(offset), frame_(current_frame()) {}

offile_off_t MemoryStream::Producer::read(void* buffer, offile_off_t length) {
  const auto used =
      reinterpret_cast<std::intptr_t>(frame_) - reinterpret_cast<std::intptr_t>(current_frame());
  if (std::abs(used) > kMostStack) {
    too_deep_ = true;
    at_ = bytes_.size();
  }
  const offile_off_t count = std::clamp<offile_off_t>(length, 0, avail());
  if (count > 0) std::memcpy(buffer, bytes_.data() + at_, static_cast<std::size_t>(count));
  at_ += static_cast<std::size_t>(count);
  return count;
}

offile_off_t MemoryStream::Producer::skip(offile_off_t length) {
  const offile_off_t count = std::clamp<offile_off_t>(length, 0, avail());
  at_ += static_cast<std::size_t>(count);
  return count;
}

void MemoryStream::Producer::putback(offile_off_t length) {
  at_ -= std::min(at_, static_cast<std::size_t>(std::max<offile_off_t>(length, 0)));
}

}  // namespace aicovid::dicom
