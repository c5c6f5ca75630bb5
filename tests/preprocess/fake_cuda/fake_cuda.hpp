#pragma once

#include <cuda_runtime_api.h>
#include <cstddef>
#include <cstdint>
#include <functional>

/// A CUDA runtime without a device. What is enqueued in a stream becomes a closure, which runs on
/// the CPU when the host waits for it, or at any call before, in a random one of the orders that
/// streams and events allow.
///
/// It defines the functions of `cuda_runtime_api.h` that the CUDA module calls, so that the
/// module's own sources run on it. What CUDA leaves undefined gives wrong pixels here: memory is
/// filled with a pattern, in stream order, when it is allocated and when it is freed, page-locked
/// memory is read when a copy runs, and freed memory is given out again at once. All streams are
/// non-blocking, as LibTorch's are: none waits for the default stream.
namespace fake_cuda {

/// A mistake that the fake makes in the caller's place, as if the caller had made it.
enum class Fault : std::uint8_t {
  none,
  lost_waits_before_work,   ///< kernels and copies do not wait for events
  lost_waits_before_frees,  ///< memory is freed without waiting for events
  events_passed_at_once,    ///< the host is told that an event has been passed when it has not
  frees_run_at_once,        ///< memory is freed when that is asked for, not in stream order
};

/// How much of what may run runs although nobody waits for it.
enum class Haste : std::uint8_t {
  none,    ///< nothing; a wait runs what it needs alone
  random,  ///< any part, as the seed says
};

/// Starts anew: memory of the device is forgotten, which nobody may hold any more. Streams, events
/// and page-locked memory stay.
void start(std::uint32_t seed, Haste haste = Haste::random, Fault fault = Fault::none);

/// Lets the n-th call from now on fail, from 0: one that takes memory, enqueues, or waits. It has
/// no effect otherwise.
void fail_call(std::size_t n);
/// Whether that call came.
bool call_failed();

/// What has been enqueued and has not run.
std::size_t pending(cudaStream_t stream);
/// Arrays of the device that have not been freed.
std::size_t arrays();
/// Events that have not been destroyed.
std::size_t events();
/// Blocks of page-locked memory that have not been freed.
std::size_t host_blocks();

/// A kernel. It is called with whether its indices run backwards.
using Kernel = std::function<void(bool backwards)>;
/// @return cudaSuccess, or what a launch says that failed
cudaError_t launch(cudaStream_t stream, Kernel kernel);

}  // namespace fake_cuda
