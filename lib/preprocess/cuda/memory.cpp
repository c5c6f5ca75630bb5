#include "memory.hpp"

#include "failure.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace aicovid {

CurrentDevice::CurrentDevice(int device) {
  check(cudaGetDevice(&previous_));
  check(cudaSetDevice(device));
}

CurrentDevice::~CurrentDevice() { log_failure(cudaSetDevice(previous_), "setting the device"); }

namespace {

int current_device() {
  int device = 0;
  check(cudaGetDevice(&device));
  return device;
}

/// The pool is the module's own, so that the process's default pool is left to its owner.
cudaMemPool_t device_pool() {
  static std::mutex mutex;
  static std::map<int, cudaMemPool_t> pools;
  const int device = current_device();
  const std::scoped_lock lock(mutex);
  const auto found = pools.find(device);
  if (found != pools.end()) return found->second;
  cudaMemPoolProps properties{};
  properties.allocType = cudaMemAllocationTypePinned;
  properties.location.type = cudaMemLocationTypeDevice;
  properties.location.id = device;
  cudaMemPool_t pool = nullptr;
  check(cudaMemPoolCreate(&pool, &properties));
  std::uint64_t keep_all = UINT64_MAX;
  check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep_all));
  pools.emplace(device, pool);
  return pool;
}

}  // namespace

void* allocate_async(std::size_t bytes, cudaStream_t stream) {
  void* memory = nullptr;
  check(cudaMallocFromPoolAsync(&memory, std::max<std::size_t>(bytes, 1), device_pool(), stream));
  return memory;
}

void free_async(void* memory, cudaStream_t stream) noexcept {
  if (memory != nullptr) log_failure(cudaFreeAsync(memory, stream), "freeing device memory");
}

struct PinnedBlock::Slot {
  int device = 0;
  std::byte* memory = nullptr;
  std::size_t size = 0;
  cudaEvent_t copied = nullptr;
  bool held = true;
  std::uint64_t given_back = 0;  ///< the count of returns at which this one came back
};

namespace {

// The most is sixteen of the largest radiographs (4,000 x 4,500 pixels of 16 bits), each rounded up
// to a power of two.
constexpr std::size_t kMaxPinnedBytes = std::size_t{16} * 64 << 20;
constexpr std::size_t kMinPinnedBytes = std::size_t{1} << 20;

struct Slots {
  std::mutex mutex;
  std::vector<std::unique_ptr<PinnedBlock::Slot>> all;
  std::size_t bytes = 0;
  std::uint64_t clock = 0;
};

/// The slots are never destroyed, as CUDA may be gone when a program's static objects are
/// destroyed.
Slots& slots() {
  static auto* const all = new Slots;
  return *all;
}

/// Finds the smallest slot that is large enough, and among equals the one that was given back
/// first.
///
/// @return null if no slot is large enough
PinnedBlock::Slot* best_fit(Slots& all, std::size_t size, int device) {
  PinnedBlock::Slot* found = nullptr;
  for (const auto& slot : all.all) {
    if (slot->held || slot->device != device || slot->size < size) continue;
    if (found == nullptr ||
        std::pair(slot->size, slot->given_back) < std::pair(found->size, found->given_back)) {
      found = slot.get();
    }
  }
  return found;
}

bool has_room(const Slots& all, std::size_t size) { return all.bytes + size <= kMaxPinnedBytes; }

/// Gives slots that nobody holds back to the driver, the oldest first, until `size` has room.
void make_room(Slots& all, std::size_t size) {
  while (!has_room(all, size)) {
    auto oldest = all.all.end();
    for (auto slot = all.all.begin(); slot != all.all.end(); ++slot) {
      if ((*slot)->held) continue;
      if (oldest == all.all.end() || (*slot)->given_back < (*oldest)->given_back) oldest = slot;
    }
    if (oldest == all.all.end()) return;
    check(cudaEventSynchronize((*oldest)->copied));
    check(cudaFreeHost((*oldest)->memory));
    log_failure(cudaEventDestroy((*oldest)->copied), "destroying an event");
    all.bytes -= (*oldest)->size;
    all.all.erase(oldest);
  }
}

PinnedBlock::Slot* add_slot(Slots& all, std::size_t size, int device) {
  auto slot = std::make_unique<PinnedBlock::Slot>();
  slot->device = device;
  slot->size = size;
  check(cudaEventCreateWithFlags(&slot->copied, cudaEventDisableTiming));
  void* memory = nullptr;
  const cudaError_t status = cudaHostAlloc(&memory, slot->size, cudaHostAllocDefault);
  if (status != cudaSuccess) {
    log_failure(cudaEventDestroy(slot->copied), "destroying an event");
    check(status);
  }
  slot->memory = static_cast<std::byte*>(memory);
  all.bytes += slot->size;
  all.all.push_back(std::move(slot));
  return all.all.back().get();
}

}  // namespace

std::size_t reserved_bytes() {
  std::uint64_t bytes = 0;
  check(cudaMemPoolGetAttribute(device_pool(), cudaMemPoolAttrReservedMemCurrent, &bytes));
  Slots& all = slots();
  const std::scoped_lock lock(all.mutex);
  return bytes + all.bytes;
}

PinnedBlock::PinnedBlock(std::size_t bytes, cudaStream_t stream) : slot_(nullptr), stream_(stream) {
  const int device = current_device();
  const std::size_t size = std::max(kMinPinnedBytes, std::bit_ceil(bytes));
  Slots& all = slots();
  const std::scoped_lock lock(all.mutex);
  Slot* free = best_fit(all, size, device);
  if (free != nullptr) {
    const cudaError_t status = cudaEventQuery(free->copied);
    if (status == cudaErrorNotReady) {
      cudaGetLastError();  // CUDA keeps it as an error, which it is not.
      if (has_room(all, size)) {
        free = nullptr;
      } else {
        check(cudaEventSynchronize(free->copied));
      }
    } else {
      check(status);
    }
  }
  if (free == nullptr) {
    make_room(all, size);
    free = add_slot(all, size, device);
  }
  free->held = true;
  slot_ = free;
}

PinnedBlock::~PinnedBlock() {
  if (slot_ == nullptr) return;
  const cudaError_t status = cudaEventRecord(slot_->copied, stream_);
  log_failure(status, "marking page-locked memory as copied");
  // Without its mark nobody can tell when the block is free, so it stays held.
  if (status != cudaSuccess) return;
  Slots& all = slots();
  const std::scoped_lock lock(all.mutex);
  slot_->given_back = ++all.clock;
  slot_->held = false;
}

std::byte* PinnedBlock::data() const noexcept { return slot_->memory; }
std::size_t PinnedBlock::size() const noexcept { return slot_->size; }

}  // namespace aicovid
