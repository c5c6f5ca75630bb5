#include <aicovid/clinical_explanation.hpp>

namespace aicovid {

std::string_view to_string(EvidenceFate fate) noexcept {
  switch (fate) {
    case EvidenceFate::taken:
      return "taken";
    case EvidenceFate::agreeing:
      return "agreeing";
    case EvidenceFate::earlier:
      return "earlier";
    case EvidenceFate::outside_hours:
      return "outside_hours";
    case EvidenceFate::conflicting:
      return "conflicting";
    case EvidenceFate::unreadable:
      return "unreadable";
  }
  return "";
}

}  // namespace aicovid
