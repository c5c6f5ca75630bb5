#include "allocations.hpp"

#include <malloc.h>
#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t allocations = 0;
thread_local std::ptrdiff_t held = 0;
thread_local std::ptrdiff_t peak = 0;

}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  ++allocations;
  held += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  peak = held > peak ? held : peak;
  return memory;
}

// A sanitizer's own version of this operator would hand out memory that the one below may not free.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void operator delete(void* memory) noexcept {
  if (memory != nullptr) held -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace aicovid::test {

Allocations::Allocations() {
  allocations = 0;
  held = 0;
  peak = 0;
}

std::size_t Allocations::count() const { return allocations; }

std::size_t Allocations::peak_bytes() const { return static_cast<std::size_t>(peak); }

}  // namespace aicovid::test
