#include "core/gate_reasons.hpp"

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
      {"modality", true, "the modality is not one of a chest radiograph", "0008,0060; the bundle",
       "CR or DX; RG with a secondary capture"},
      {"for_processing", true, "raw detector data (FOR PROCESSING), not meant for display",
       "0008,0016, 0008,0068", "FOR PRESENTATION"},
      {"multi_frame", true, "more than one frame", "0028,0008", "1"},
      {"colour", true, "more than one sample a pixel, or colour channels that differ",
       "0028,0002, 0028,0004; PNG, JPEG", "1; MONOCHROME1 or MONOCHROME2; equal channels"},
      {"lateral_view", true, "a lateral view", "0018,5101, 0054,0220, 0020,0020", "AP or PA"},
      {"oblique_view", true, "an oblique view", "0018,5101, 0054,0220", "AP or PA"},
      {"view", true, "a view that the model does not accept", "0018,5101; the bundle",
       "a view of the bundle"},
      {"body_part", true, "another body part than the chest", "0018,0015, 0008,2218", "CHEST"},
      {"species", true, "not a human patient", "0010,2201, 0010,2202, descriptions",
       "human; no word for an animal"},
      {"too_few_pixels", true, "fewer than half of the pixels that the networks look at", "pixels",
       "at least half of the network's raster a side"},
      {"no_lungs", true, "the pixels show no lungs", "pixels",
       "a chest, by the lung mask or by the whole picture"},
      {"decubitus_view", false, "taken lying on one side", "0018,5101, 0054,0220", "AP or PA"},
      {"missing_view", false, "the view is not stated", "0018,5101, 0054,0220", "AP or PA"},
      {"unknown_body_part", false, "the body part is a text outside the known terms",
       "0018,0015, 0008,2218", "CHEST"},
      {"secondary_capture", false,
       "a secondary capture: a copy whose grey scale may have been changed", "0008,0016",
       "CR or DX storage"},
      {"derived", false, "a derived or processed copy", "0008,0008", "ORIGINAL and PRIMARY"},
      {"burned_in_annotation", false, "text is burned into the pixels", "0028,0301", "NO"},
      {"nonconformant", false,
       "the file departs from the standard where one reading alone is possible, which was followed",
       "0002,0000, 0008,0060, 0028,0008, 0028,0102, 0028,1051, 0028,3002; order and end of the "
       "elements",
       "a file as the standard has it"},
      {"presentation_lut_conflict", false,
       "Presentation LUT Shape contradicts Photometric Interpretation, which was followed",
       "2050,0020", "IDENTITY with MONOCHROME2, INVERSE with MONOCHROME1"},
      {"pixel_aspect_ratio", false,
       "the pixels are not square, or the header contradicts itself there; heat map and mask show "
       "them as stored",
       "0028,0034, 0028,0030, 0018,1164", "square pixels"},
      {"paediatric", false, "a child, and the models are for adults", "0010,1010",
       "18 years or more"},
      {"laterality", false, "the header says that one side alone is shown", "0020,0062, 0020,0060",
       "both sides"},
      {"inverted", false, "the grey scale looks inverted", "pixels", "bone white"},
      {"rotated", false, "the image looks rotated", "pixels; 0020,0020", "upright"},
      {"mirrored", false,
       "Patient Orientation says that the picture is mirrored; right and left were exchanged "
       "accordingly",
       "0020,0020", "L\\F"},
      {"letterboxed", false, "wide borders without image", "pixels",
       "at most a fifth of the image in uniform borders"},
      {"lungs_cut_off", false, "the lungs reach the edge of the image", "pixels",
       "lungs inside the image"},
      {"blank", false, "hardly any contrast", "pixels", "at least 32 grey values"},
      {"low_resolution", false, "fewer pixels than the networks look at", "pixels",
       "at least the network's raster a side"},
      {"saturated", false, "a large part of the pixels is at the end of the grey scale", "pixels",
       "at most 5 % white, 15 % black"},
      {"lung_field_uncertain", false, "the lung field found has an unusual shape or size", "pixels",
       "two lungs of usual size in a chest"},
      {"lungs_not_checked", false,
       "the model has no network of the lungs: nothing checked that the pixels show a chest, "
       "upright "
       "and not inverted",
       "the bundle", "a network of role lungs"},
      {"out_of_distribution", false, "far from the images that the networks were trained on",
       "pixels", "a distance within the bundle's limit"},
      {"side_unverified", false, "nothing in the file confirms which side is the patient's right",
       "0020,0020", "L\\F"},
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

std::vector<GateReason> reasons_of_silence(const ImageHeader& header) {
  std::vector<GateReason> reasons;
  if (header.view.empty()) {
    reasons.push_back(
        {.code = "missing_view", .tag = "", .found = "(absent)", .expected = "AP or PA"});
  }
  if (header.patient_orientation.empty()) {
    reasons.push_back(
        {.code = "side_unverified", .tag = "", .found = "(absent)", .expected = "L\\F"});
  }
  return reasons;
}

Verdict verdict_of(const std::vector<GateReason>& reasons, bool forced) {
  if (reasons.empty()) return Verdict::accepted;
  const bool refuses = std::ranges::any_of(
      reasons, [](const GateReason& reason) { return gate_code(reason.code).refuses; });
  if (!refuses) return Verdict::flagged;
  return forced ? Verdict::forced : Verdict::refused;
}

}  // namespace aicovid
