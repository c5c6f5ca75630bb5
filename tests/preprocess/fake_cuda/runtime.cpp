#include "fake_cuda.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace {

/// One record of an event; true once the stream has passed it.
using Mark = std::shared_ptr<bool>;

/// What stands in a stream's queue. An entry with `wait` is passed when that mark is.
struct Entry {
  std::function<void()> work;
  Mark record;
  Mark wait;
};

}  // namespace

struct CUstream_st {
  std::deque<Entry> entries;
};

struct CUevent_st {
  Mark last;  ///< of the last record; null before the first
};

struct CUmemPoolHandle_st {};

namespace {

using fake_cuda::Fault;
using fake_cuda::Haste;

constexpr int kAllocated = 0xA5;
constexpr int kFreed = 0xDB;

/// An array of the device. It is a heap block of its own length, so that AddressSanitizer sees an
/// access outside it.
struct Array {
  std::unique_ptr<std::byte[]> bytes;
  std::size_t size = 0;
  bool held = true;
  cudaStream_t freed_in = nullptr;
  Mark freed;  ///< true once the free has run
};

struct HostBlock {
  std::unique_ptr<std::byte[]> bytes;
  std::size_t size = 0;
};

struct Fake {
  std::mutex mutex;
  std::mt19937 engine;
  Haste haste = Haste::random;
  Fault fault = Fault::none;
  int share_of_haste = 50;  ///< percent of the choices that take any stream
  CUstream_st default_stream;
  std::vector<CUstream_st*> streams{&default_stream};
  std::map<const void*, Array> arrays;
  std::map<const void*, HostBlock> host_blocks;
  std::size_t events = 0;
  std::optional<std::size_t> calls_to_failure;
  bool failed = false;
};

/// It is never destroyed, as the module's static objects are not either.
Fake& fake() {
  static auto* const instance = new Fake;
  return *instance;
}

int below(Fake& f, int end) { return static_cast<int>(f.engine() % static_cast<unsigned>(end)); }

CUstream_st& queue_of(Fake& f, cudaStream_t stream) {
  return stream == nullptr ? f.default_stream : *stream;
}

bool may_run(const CUstream_st& stream) {
  if (stream.entries.empty()) return false;
  const Mark& wait = stream.entries.front().wait;
  return wait == nullptr || *wait;
}

void run_first(CUstream_st& stream) {
  const Entry entry = std::move(stream.entries.front());
  stream.entries.pop_front();
  if (entry.work) entry.work();
  if (entry.record) *entry.record = true;
}

/// A stream of those that may run something.
CUstream_st* any_stream(Fake& f) {
  std::vector<CUstream_st*> ready;
  for (CUstream_st* stream : f.streams) {
    if (may_run(*stream)) ready.push_back(stream);
  }
  return ready.empty() ? nullptr
                       : ready[static_cast<std::size_t>(below(f, static_cast<int>(ready.size())))];
}

/// The stream whose first entry must run, so that `wanted` goes on.
CUstream_st* needed_stream(Fake& f, CUstream_st* wanted) {
  // Each step goes to the stream whose record the first entry waits for.
  for (std::size_t steps = 0; steps <= f.streams.size(); ++steps) {
    if (may_run(*wanted)) return wanted;
    const Mark& wait = wanted->entries.front().wait;
    const auto recorder = std::ranges::find_if(f.streams, [&](const CUstream_st* stream) {
      return std::ranges::find(stream->entries, wait, &Entry::record) != stream->entries.end();
    });
    if (recorder == f.streams.end()) break;
    wanted = *recorder;
  }
  std::fprintf(stderr, "fake_cuda: streams wait for one another\n");
  std::abort();
}

/// Runs what CUDA might run before the stream has come to the end of its queue, or to a mark.
void run_until(Fake& f, CUstream_st& wanted, const Mark& mark) {
  while (mark != nullptr ? !*mark : !wanted.entries.empty()) {
    const bool any = f.haste == Haste::random && below(f, 100) < f.share_of_haste;
    run_first(any ? *any_stream(f) : *needed_stream(f, &wanted));
  }
}

void run_until_passed(Fake& f, const Mark& mark) {
  if (mark == nullptr || *mark) return;
  for (CUstream_st* stream : f.streams) {
    if (std::ranges::find(stream->entries, mark, &Entry::record) != stream->entries.end()) {
      run_until(f, *stream, mark);
      return;
    }
  }
}

/// The device goes on while the host makes a call.
void run_some(Fake& f) {
  if (f.haste == Haste::none) return;
  while (below(f, 100) < f.share_of_haste) {
    CUstream_st* const stream = any_stream(f);
    if (stream == nullptr) return;
    run_first(*stream);
  }
}

/// Takes away waits that the stream's next entry would have to keep.
void lose_waits(CUstream_st& stream) {
  while (!stream.entries.empty() && stream.entries.back().wait) stream.entries.pop_back();
}

void enqueue_work(Fake& f, cudaStream_t stream, std::function<void()> work) {
  CUstream_st& queue = queue_of(f, stream);
  if (f.fault == Fault::lost_waits_before_work) lose_waits(queue);
  queue.entries.push_back({std::move(work), {}, {}});
}

/// Counts a call that may be made to fail.
bool must_fail(Fake& f) {
  if (!f.calls_to_failure) return false;
  if ((*f.calls_to_failure)-- > 0) return false;
  f.calls_to_failure.reset();
  f.failed = true;
  return true;
}

/// Tells whether the address lies in page-locked memory.
bool is_page_locked(const Fake& f, const void* address) {
  auto block = f.host_blocks.upper_bound(address);
  if (block == f.host_blocks.begin()) return false;
  --block;
  return address < block->second.bytes.get() + block->second.size;
}

void fill(void* memory, std::size_t size, int pattern) { std::memset(memory, pattern, size); }

/// A freed array that CUDA's pool may give out in this stream: freed in it, or wholly freed.
void* reuse(Fake& f, std::size_t size, cudaStream_t stream) {
  for (auto& [address, array] : f.arrays) {
    if (array.held || array.size != size || (array.freed_in != stream && !*array.freed)) continue;
    if (below(f, 8) == 0) continue;
    array.held = true;
    return array.bytes.get();
  }
  return nullptr;
}

}  // namespace

namespace fake_cuda {

void start(std::uint32_t seed, Haste haste, Fault fault) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  while (CUstream_st* const stream = any_stream(f)) run_first(*stream);
  f.engine.seed(seed);
  f.haste = haste;
  f.fault = fault;
  f.share_of_haste = 10 + below(f, 80);
  f.arrays.clear();
  f.calls_to_failure.reset();
  f.failed = false;
}

void fail_call(std::size_t n) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  f.calls_to_failure = n;
  f.failed = false;
}

bool call_failed() {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  return f.failed;
}

std::size_t pending(cudaStream_t stream) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  return queue_of(f, stream).entries.size();
}

std::size_t arrays() {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  return static_cast<std::size_t>(
      std::ranges::count_if(f.arrays, [](const auto& entry) { return entry.second.held; }));
}

std::size_t events() {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  return f.events;
}

std::size_t host_blocks() {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  return f.host_blocks.size();
}

cudaError_t launch(cudaStream_t stream, Kernel kernel) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  if (must_fail(f)) return cudaErrorLaunchOutOfResources;
  const bool backwards = below(f, 2) == 0;
  enqueue_work(f, stream, [kernel = std::move(kernel), backwards] { kernel(backwards); });
  run_some(f);
  return cudaSuccess;
}

}  // namespace fake_cuda

// The functions of CUDA's runtime that the module calls, and those that make streams.

const char* cudaGetErrorString(cudaError_t) { return "the fake's error"; }
cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) { return device == 0 ? cudaSuccess : cudaErrorInvalidDevice; }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  if (flags != cudaStreamNonBlocking) return cudaErrorNotSupported;
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  *stream = new CUstream_st;
  f.streams.push_back(*stream);
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  run_until(f, *stream, nullptr);
  std::erase(f.streams, stream);
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  run_until(f, queue_of(f, stream), nullptr);
  return must_fail(f) ? cudaErrorLaunchFailure : cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  if (must_fail(f)) return cudaErrorUnknown;
  if (event->last != nullptr) queue_of(f, stream).entries.push_back({{}, {}, event->last});
  run_some(f);
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  if (must_fail(f)) return cudaErrorMemoryAllocation;
  *event = new CUevent_st;
  ++f.events;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  delete event;
  --f.events;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  if (must_fail(f)) return cudaErrorUnknown;
  event->last = std::make_shared<bool>(false);
  queue_of(f, stream).entries.push_back({{}, event->last, {}});
  run_some(f);
  return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  run_some(f);
  if (f.fault == Fault::events_passed_at_once) return cudaSuccess;
  return event->last == nullptr || *event->last ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  if (f.fault == Fault::events_passed_at_once) return cudaSuccess;
  run_until_passed(f, event->last);
  return cudaSuccess;
}

cudaError_t cudaHostAlloc(void** memory, std::size_t size, unsigned) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  if (must_fail(f)) return cudaErrorMemoryAllocation;
  HostBlock block{std::make_unique_for_overwrite<std::byte[]>(size), size};
  *memory = block.bytes.get();
  f.host_blocks.emplace(*memory, std::move(block));
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* memory) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  return f.host_blocks.erase(memory) == 1 ? cudaSuccess : cudaErrorInvalidValue;
}

cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, const cudaMemPoolProps*) {
  static CUmemPoolHandle_st the_pool;  // All arrays come from one.
  *pool = &the_pool;
  return cudaSuccess;
}

cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }

cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr, void* value) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  std::uint64_t bytes = 0;
  for (const auto& [address, array] : f.arrays) bytes += array.size;
  std::memcpy(value, &bytes, sizeof bytes);
  return cudaSuccess;
}

cudaError_t cudaMallocFromPoolAsync(void** memory, std::size_t size, cudaMemPool_t,
                                    cudaStream_t stream) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  if (must_fail(f)) return cudaErrorMemoryAllocation;
  *memory = reuse(f, size, stream);
  if (*memory == nullptr) {
    Array array{
        .bytes = std::make_unique_for_overwrite<std::byte[]>(size), .size = size, .freed = {}};
    *memory = array.bytes.get();
    f.arrays.emplace(*memory, std::move(array));
  }
  // Who uses it in another stream, without a wait, may see this fill come after him.
  enqueue_work(f, stream, [given = *memory, size] { fill(given, size, kAllocated); });
  run_some(f);
  return cudaSuccess;
}

cudaError_t cudaFreeAsync(void* memory, cudaStream_t stream) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  const auto found = f.arrays.find(memory);
  if (found == f.arrays.end() || !found->second.held) return cudaErrorInvalidValue;
  Array& array = found->second;
  CUstream_st& queue = queue_of(f, stream);
  if (f.fault == Fault::lost_waits_before_frees) lose_waits(queue);
  array.held = false;
  array.freed_in = stream;
  array.freed = std::make_shared<bool>(false);
  Entry entry{[memory, size = array.size] { fill(memory, size, kFreed); }, array.freed, {}};
  if (f.fault == Fault::frees_run_at_once) {
    entry.work();
    *entry.record = true;
  } else {
    queue.entries.push_back(std::move(entry));
  }
  run_some(f);
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t size, cudaStream_t stream) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  if (must_fail(f)) return cudaErrorUnknown;
  enqueue_work(f, stream, [=] { std::memset(memory, value, size); });
  run_some(f);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t size, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  Fake& f = fake();
  const std::scoped_lock lock(f.mutex);
  if (must_fail(f)) return cudaErrorUnknown;
  if (kind == cudaMemcpyHostToDevice && !is_page_locked(f, from)) {
    // CUDA has read pageable memory when the call returns.
    const auto* bytes = static_cast<const std::byte*>(from);
    enqueue_work(f, stream, [to, copy = std::vector<std::byte>(bytes, bytes + size)] {
      std::memcpy(to, copy.data(), copy.size());
    });
  } else {
    enqueue_work(f, stream, [=] { std::memcpy(to, from, size); });
  }
  run_some(f);
  return cudaSuccess;
}
