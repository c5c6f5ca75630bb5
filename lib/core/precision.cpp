#include <aicovid/precision.hpp>

namespace aicovid {

std::string_view to_string(Precision precision) noexcept {
  switch (precision) {
    case Precision::fp16:
      return "fp16";
    case Precision::bf16:
      return "bf16";
    case Precision::fp32:
      break;
  }
  return "fp32";
}

}  // namespace aicovid
