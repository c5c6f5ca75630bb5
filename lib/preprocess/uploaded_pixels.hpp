#pragma once

#include <aicovid/device.hpp>
#include <aicovid/device_image.hpp>
#include <aicovid/radiograph.hpp>

#include <mutex>
#include <vector>

namespace aicovid {

/// An uploaded image's stored values, in memory that work in any stream of the device may read.
///
/// A stream other than that of the upload waits for the upload alone, not for what was enqueued
/// behind it. The memory goes back in the upload's stream, once all streams have read it. The host
/// waits for none of this.
class DeviceImage::Pixels {
 public:
  /// @throws Error as `DeviceImage::upload`
  Pixels(const Radiograph& radiograph, const Device& device, void* stream);
  Pixels(const Pixels&) = delete;
  Pixels& operator=(const Pixels&) = delete;
  ~Pixels();

  const void* data() const noexcept { return memory_; }

  /// What is enqueued in a stream while this object lives may read the pixels. Several threads may
  /// read at once.
  class Reading {
   public:
    /// @throws Error{cuda}
    Reading(Pixels& pixels, void* stream);
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading();

   private:
    Pixels& pixels_;
    void* stream_;
  };

 private:
  /// The place in a stream up to which its work has read the pixels.
  struct Read {
    void* stream = nullptr;
    void* event = nullptr;
  };

  void mark_read(void* stream) noexcept;

  Device device_;
  void* stream_;  ///< that of the upload
  void* memory_ = nullptr;
  void* uploaded_ = nullptr;  ///< the event after the upload
  std::mutex mutex_;
  std::vector<Read> reads_;
  bool lost_ = false;  ///< whether it is unknown when the memory has been read, so that it is kept
};

}  // namespace aicovid
