#pragma once

#include <cstdint>

/// The layout of DLPack 1.0, which every library that exchanges tensors shares.
/// Source: github.com/dmlc/dlpack, include/dlpack/dlpack.h, version 1.0.
namespace aicovid::python::dlpack {

constexpr std::uint32_t kMajor = 1;
constexpr std::uint32_t kMinor = 0;

enum DeviceType : std::int32_t { kCpu = 1, kCuda = 2 };
enum TypeCode : std::uint8_t { kInt = 0, kUInt = 1, kFloat = 2, kBfloat = 4 };

struct Device {
  std::int32_t type;
  std::int32_t id;
};

struct DataType {
  std::uint8_t code;
  std::uint8_t bits;
  std::uint16_t lanes;
};

struct View {
  void* data;
  Device device;
  std::int32_t ndim;
  DataType dtype;
  std::int64_t* shape;
  std::int64_t* strides;  ///< null: row-major, contiguous
  std::uint64_t byte_offset;
};

/// What a capsule "dltensor" holds.
struct Managed {
  View view;
  void* context;
  void (*deleter)(Managed*);
};

/// What a capsule "dltensor_versioned" holds.
struct ManagedVersioned {
  std::uint32_t major;
  std::uint32_t minor;
  void* context;
  void (*deleter)(ManagedVersioned*);
  std::uint64_t flags;
  View view;
};

}  // namespace aicovid::python::dlpack
