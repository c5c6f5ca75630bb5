#pragma once

#include <aicovid/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace aicovid {

/// What a result says of the bundle that it is of.
struct ModelInfo {
  std::string name;
  std::string version;
  std::string manifest_sha256;
  std::string licence;

  bool operator==(const ModelInfo&) const = default;
};

/// What a result says of the machine, and of what ran on it.
struct ComputeInfo {
  std::string device;
  /// What ran: "openvino", "none", or "openvino, torchscript" where fusion ran on another engine.
  std::string backend;
  std::string precision;
  std::string decode;  ///< "exact", "1/2" or "1/4"; empty without an image
  std::string cudnn;   ///< the version of cuDNN where networks ran on CUDA; empty elsewhere

  bool operator==(const ComputeInfo&) const = default;
};

/// How many images a network takes in one forward pass.
enum class ForwardPass : std::uint8_t {
  single,        ///< one, as it was asked for
  batched,       ///< several
  cannot_batch,  ///< one: several were asked for, and it fails on them or mixes them
};

/// "single", "batched" or "cannot_batch".
AICOVID_EXPORT std::string_view to_string(ForwardPass pass) noexcept;

/// What was found out about a network when it was loaded.
struct NetworkInfo {
  std::string role;  ///< "lungs", "severity" or "fusion"
  ForwardPass forward_pass = ForwardPass::single;

  bool operator==(const NetworkInfo&) const = default;
};

/// Milliseconds that each step took.
struct Timing {
  double read = 0;
  double decode = 0;
  double preprocess = 0;
  double infer = 0;
  double fuse = 0;
};

/// What a reader should know, by a stable code and in words.
struct Warning {
  std::string code;
  std::string message;

  bool operator==(const Warning&) const = default;
};

}  // namespace aicovid
