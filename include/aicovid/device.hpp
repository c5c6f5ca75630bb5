#pragma once

#include <aicovid/export.hpp>

#include <string>
#include <string_view>

namespace aicovid {

/// A device, on which tensors lie and networks run.
struct AICOVID_EXPORT Device {
  enum class Kind { cpu, cuda };

  Kind kind = Kind::cpu;
  int index = 0;  ///< CUDA ordinal; 0 for the CPU

  /// Reads "cpu", "cuda" (the first device) or "cuda:N".
  /// @throws Error{invalid_argument} for any other text
  static Device parse(std::string_view text);

  /// Writes "cpu" or "cuda:N".
  std::string to_string() const;

  bool is_cuda() const noexcept { return kind == Kind::cuda; }
  bool operator==(const Device&) const = default;
};

}  // namespace aicovid
