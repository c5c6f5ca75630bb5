#pragma once

#include <aicovid/export.hpp>

#include <cstdint>
#include <string_view>

namespace aicovid {

/// What networks compute in. Their inputs and outputs are float32 all the same.
enum class Precision : std::uint8_t { fp32, fp16, bf16 };

/// "fp32", "fp16" or "bf16", as the command line and reports have it.
AICOVID_EXPORT std::string_view to_string(Precision precision) noexcept;

}  // namespace aicovid
