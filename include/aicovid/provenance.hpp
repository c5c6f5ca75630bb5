#pragma once

#include <string>

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

  bool operator==(const ComputeInfo&) const = default;
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
