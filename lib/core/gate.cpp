#include "core/reason_order.hpp"

#include <aicovid/error.hpp>
#include <aicovid/gate.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace aicovid {

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::accepted:
      return "accepted";
    case Verdict::flagged:
      return "flagged";
    case Verdict::refused:
      return "refused";
    case Verdict::forced:
      return "forced";
  }
  return "refused";
}

const std::vector<GateCode>& gate_codes() {
  static const std::vector<GateCode> codes = {
      {"modality", true, "the modality is not one of a chest radiograph"},
      {"for_processing", true, "raw detector data (FOR PROCESSING), not meant for display"},
      {"multi_frame", true, "more than one frame"},
      {"colour", true, "more than one sample a pixel, or colour channels that differ"},
      {"lateral_view", true, "a lateral view"},
      {"oblique_view", true, "an oblique view"},
      {"view", true, "a view that the model does not accept"},
      {"body_part", true, "another body part than the chest"},
      {"species", true, "not a human patient"},
      {"too_few_pixels", true, "fewer than half of the pixels that the networks look at"},
      {"no_lungs", true, "the pixels show no lungs"},
      {"decubitus_view", false, "taken lying on one side"},
      {"missing_view", false, "the view is not stated"},
      {"unknown_body_part", false, "the body part is a text outside the known terms"},
      {"secondary_capture", false,
       "a secondary capture: a copy whose grey scale may have been changed"},
      {"derived", false, "a derived or processed copy"},
      {"burned_in_annotation", false, "text is burned into the pixels"},
      {"presentation_lut_conflict", false,
       "Presentation LUT Shape contradicts Photometric Interpretation, which was followed"},
      {"pixel_aspect_ratio", false,
       "the pixels are not square, or the header contradicts itself there; heat map and mask show "
       "them as stored"},
      {"paediatric", false, "a child, and the models are for adults"},
      {"laterality", false, "the header says that one side alone is shown"},
      {"inverted", false, "the grey scale looks inverted"},
      {"rotated", false, "the image looks rotated"},
      {"mirrored", false,
       "Patient Orientation says that the picture is mirrored; right and left were exchanged "
       "accordingly"},
      {"letterboxed", false, "wide borders without image"},
      {"lungs_cut_off", false, "the lungs reach the edge of the image"},
      {"blank", false, "hardly any contrast"},
      {"low_resolution", false, "fewer pixels than the networks look at"},
      {"saturated", false, "a large part of the pixels is at the end of the grey scale"},
      {"lung_field_uncertain", false, "the lung field found has an unusual shape or size"},
      {"out_of_distribution", false, "far from the images that the networks were trained on"},
      {"side_unverified", false, "nothing in the file confirms which side is the patient's right"},
  };
  return codes;
}

const GateCode& gate_code(std::string_view code) {
  const auto& codes = gate_codes();
  const auto found = std::ranges::find(codes, code, &GateCode::code);
  if (found == codes.end()) {
    throw Error(ErrorCode::internal, fmt::format("unknown gate code {}", code));
  }
  return *found;
}

void sort_by_code(std::vector<GateReason>& reasons) {
  const auto& codes = gate_codes();
  const auto rank = [&codes](const GateReason& reason) {
    return std::ranges::find(codes, std::string_view(reason.code), &GateCode::code) - codes.begin();
  };
  std::ranges::stable_sort(reasons, {}, rank);
}

Verdict verdict_of(const std::vector<GateReason>& reasons, bool forced) {
  if (reasons.empty()) return Verdict::accepted;
  const bool refuses = std::ranges::any_of(
      reasons, [](const GateReason& reason) { return gate_code(reason.code).refuses; });
  if (!refuses) return Verdict::flagged;
  return forced ? Verdict::forced : Verdict::refused;
}

}  // namespace aicovid
