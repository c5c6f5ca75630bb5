#include <aicovid/provenance.hpp>

namespace aicovid {

std::string_view to_string(ForwardPass pass) noexcept {
  switch (pass) {
    case ForwardPass::batched:
      return "batched";
    case ForwardPass::cannot_batch:
      return "cannot_batch";
    case ForwardPass::single:
      break;
  }
  return "single";
}

}  // namespace aicovid
