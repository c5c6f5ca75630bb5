#include "tag_gate.hpp"

#include "attributes.hpp"
#include "core/gate_reasons.hpp"
#include "core/patient_orientation.hpp"
#include "transfer_syntax.hpp"

#include <fmt/format.h>
#include <array>

namespace aicovid::dicom {
namespace {

using Reasons = std::vector<GateReason>;

// Source: PS3.6 annex A.
constexpr std::string_view kCrStorage = "1.2.840.10008.5.1.4.1.1.1";
constexpr std::string_view kDxForPresentation = "1.2.840.10008.5.1.4.1.1.1.1";
constexpr std::string_view kDxForProcessing = "1.2.840.10008.5.1.4.1.1.1.1.1";
constexpr std::string_view kSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";

void add(Reasons& reasons, std::string_view code, const DcmTagKey& tag, std::string_view found,
         std::string_view expected) {
  reasons.push_back({.code = std::string(code),
                     .tag = tag_of(tag),
                     .found = std::string(found.empty() ? kAbsent : found),
                     .expected = std::string(expected)});
}

bool is_secondary_capture(const ImageHeader& header) {
  // The multi-frame classes are 1.2.840.10008.5.1.4.1.1.7.1 to .4.
  const std::string_view uid = header.sop_class_uid;
  return uid.starts_with(kSecondaryCapture) &&
         (uid.size() == kSecondaryCapture.size() || uid[kSecondaryCapture.size()] == '.');
}

/// DR is no defined term of Modality, but says what the storage classes of CR and DX do.
bool is_radiography(const ImageHeader& header) {
  const std::string_view uid = header.sop_class_uid;
  return header.modality == "DR" &&
         (uid == kCrStorage || uid == kDxForPresentation || uid == kDxForProcessing);
}

void modality(Reasons& reasons, const ImageHeader& header) {
  const std::string_view modality = header.modality;
  const bool secondary = is_secondary_capture(header);
  if (is_radiography(header)) {
    add(reasons, "nonconformant", DCM_Modality, modality, "CR or DX");
  } else if (modality != "CR" && modality != "DX" && !(secondary && modality == "RG")) {
    add(reasons, "modality", DCM_Modality, modality,
        secondary ? "CR, DX or RG" : "CR or DX (RG in a Secondary Capture)");
    return;
  }
  const std::string_view uid = header.sop_class_uid;
  if (!secondary && !uid.empty() && uid != kCrStorage && uid != kDxForPresentation &&
      uid != kDxForProcessing) {
    add(reasons, "modality", DCM_SOPClassUID, uid,
        fmt::format("{}, {} or {}", kCrStorage, kDxForPresentation, kSecondaryCapture));
  }
}

void for_processing(Reasons& reasons, DcmItem& dataset, const ImageHeader& header) {
  if (header.sop_class_uid == kDxForProcessing) {
    add(reasons, "for_processing", DCM_SOPClassUID, kDxForProcessing, kDxForPresentation);
  } else if (normalised(text(dataset, DCM_PresentationIntentType)) == "FOR PROCESSING") {
    add(reasons, "for_processing", DCM_PresentationIntentType, "FOR PROCESSING",
        "FOR PRESENTATION");
  }
}

void layout(Reasons& reasons, const ImageHeader& header) {
  if (header.frames > 1) {
    add(reasons, "multi_frame", DCM_NumberOfFrames, std::to_string(header.frames), "1");
  }
  const std::string_view photometric = header.photometric_interpretation;
  if (header.samples_per_pixel > 1) {
    add(reasons, "colour", DCM_SamplesPerPixel, std::to_string(header.samples_per_pixel), "1");
  } else if (!photometric.empty() && photometric != "MONOCHROME1" && photometric != "MONOCHROME2") {
    add(reasons, "colour", DCM_PhotometricInterpretation, photometric,
        "MONOCHROME1 or MONOCHROME2");
  }
}

/// Flags what contradicts itself and leaves one reading.
void contradictions(Reasons& reasons, const Header& header) {
  const ImageHeader& image = header.image;
  if (header.states_no_frame) add(reasons, "nonconformant", DCM_NumberOfFrames, "0", "1");
  // The samples of a codestream are values, whose place in a cell nothing but High Bit tells.
  const Codec codec = codec_of(image.transfer_syntax_uid);
  const bool has_samples = codec == Codec::jpeg || codec == Codec::jpeg_ls ||
                           codec == Codec::jpeg2000 || codec == Codec::htj2k;
  if (has_samples && image.bits_stored > 0 && image.high_bit != image.bits_stored - 1) {
    add(reasons, "nonconformant", DCM_HighBit, std::to_string(image.high_bit),
        std::to_string(image.bits_stored - 1));
  }
}

void view(Reasons& reasons, DcmItem& dataset, const Header& header) {
  constexpr std::string_view expected = "AP or PA";
  auto view = header.view.entry;
  DcmTagKey tag = header.view.tag;
  std::string_view found = header.image.view;
  if (view && tag == DCM_ViewPosition) {
    // A code is chosen from a list, View Position is often the device's default: against a code for
    // another view it proves nothing.
    const auto coded = view_of_code(view_code(dataset));
    if (view->kind == ViewKind::frontal && coded && is_beside_frontal(coded->kind)) {
      view = coded;
      tag = DCM_ViewCodeSequence;
      found = coded->term;
    }
  }
  switch (view ? view->kind : ViewKind::other) {
    case ViewKind::frontal:
      return;
    case ViewKind::lateral:
      return add(reasons, "lateral_view", tag, found, expected);
    case ViewKind::oblique:
      return add(reasons, "oblique_view", tag, found, expected);
    case ViewKind::decubitus:
      return add(reasons, "decubitus_view", tag, found, expected);
    case ViewKind::frontal_unspecified:
    case ViewKind::other:
      return add(reasons, "missing_view", tag, found, expected);
  }
}

/// A file that is silent of the body part is no reason: CR need not say it, and the pixel gate
/// looks at the image.
void body_part(Reasons& reasons, const Header& header) {
  const auto& [tag, part, is_silent] = header.body_part;
  if (is_silent || (part && part->has_chest)) return;
  add(reasons, part ? "body_part" : "unknown_body_part", tag, header.image.body_part, "CHEST");
}

void species(Reasons& reasons, DcmItem& dataset) {
  const std::string description = text(dataset, DCM_PatientSpeciesDescription);
  if (!normalised(description).empty() && !names_human(description)) {
    const auto word = animal_word(description);
    return add(reasons, "species", DCM_PatientSpeciesDescription, word ? *word : kUnlisted,
               "HOMO SAPIENS");
  }
  const std::string code = code_value(dataset, DCM_PatientSpeciesCodeSequence);
  if (!code.empty() && !names_human(code)) {
    return add(reasons, "species", DCM_PatientSpeciesCodeSequence, kUnlisted,
               "337915000 (homo sapiens)");
  }
  const auto descriptions = std::to_array<DcmTagKey>(
      {DCM_StudyDescription, DCM_SeriesDescription, DCM_ProtocolName,
       DCM_AcquisitionDeviceProcessingDescription, DCM_RequestedProcedureDescription,
       DCM_PerformedProcedureStepDescription});
  for (const DcmTagKey& tag : descriptions) {
    if (const auto word = animal_word(text(dataset, tag))) {
      return add(reasons, "species", tag, *word, "no word for an animal");
    }
  }
}

void copies(Reasons& reasons, DcmItem& dataset, const ImageHeader& header) {
  if (is_secondary_capture(header)) {
    add(reasons, "secondary_capture", DCM_SOPClassUID, header.sop_class_uid,
        fmt::format("{} or {}", kCrStorage, kDxForPresentation));
  }
  const std::string type = normalised(text(dataset, DCM_ImageType));
  const std::size_t second = type.find('\\');
  const std::string_view pixels = std::string_view(type).substr(0, second);
  const std::string_view examination =
      second == std::string::npos ? std::string_view() : std::string_view(type).substr(second + 1);
  if (normalised(pixels) == "DERIVED") {
    add(reasons, "derived", DCM_ImageType, "DERIVED", "ORIGINAL");
  } else if (normalised(examination.substr(0, examination.find('\\'))) == "SECONDARY") {
    add(reasons, "derived", DCM_ImageType, "SECONDARY", "PRIMARY");
  }
  if (normalised(text(dataset, DCM_BurnedInAnnotation)) == "YES") {
    add(reasons, "burned_in_annotation", DCM_BurnedInAnnotation, "YES", "NO");
  }
}

void presentation_lut(Reasons& reasons, DcmItem& dataset, const ImageHeader& header) {
  const std::string shape = normalised(text(dataset, DCM_PresentationLUTShape));
  const std::string_view photometric = header.photometric_interpretation;
  if (photometric == "MONOCHROME1" && shape == "IDENTITY") {
    add(reasons, "presentation_lut_conflict", DCM_PresentationLUTShape, shape,
        "INVERSE with MONOCHROME1");
  } else if (photometric == "MONOCHROME2" && shape == "INVERSE") {
    add(reasons, "presentation_lut_conflict", DCM_PresentationLUTShape, shape,
        "IDENTITY with MONOCHROME2");
  }
}

/// The models are for adults: 18 years and more, as in the cohorts of their sources.
void age(Reasons& reasons, const Header& header) {
  constexpr double adult_years = 18;
  const auto years = header.image.patient_age_years;
  if (!years || *years >= adult_years) return;
  add(reasons, "paediatric", header.age_tag, std::to_string(static_cast<int>(*years)),
      "18 years or more");
}

/// A chest is an unpaired structure, or both of a pair (PS3.3 C.8.11.5: R, L, U, B).
void laterality(Reasons& reasons, DcmItem& dataset) {
  for (const DcmTagKey& key : {DCM_ImageLaterality, DCM_Laterality}) {
    const std::string side = normalised(text(dataset, key));
    if (side == "L" || side == "R") return add(reasons, "laterality", key, side, "U or B");
    if (!side.empty()) return;
  }
}

/// An upright frontal radiograph has the patient's left at the right edge and the feet at the
/// bottom: "L\F".
void orientation(Reasons& reasons, const ImageHeader& header) {
  const std::string_view stored = header.patient_orientation;
  const auto say = [&](std::string_view code) {
    add(reasons, code, DCM_PatientOrientation, stored, "L\\F");
  };
  // Rows that run from front to back are no frontal view's, even where the rest is nonsense.
  if (stored.starts_with('A') || stored.starts_with('P')) return say("lateral_view");
  const auto directions = patient_orientation_of(stored);
  if (!directions) return say("side_unverified");
  const char row = directions->row;
  const char column = directions->column;
  if (row == 'L' && column == 'F') return;
  if (row == 'R' && column == 'F') return say("mirrored");
  if (row == 'R' && column == 'H') return say("rotated");
  // A picture of the frontal plane need not be upright.
  const bool on_its_side = row == 'H' || row == 'F';
  if (column != 'A' && column != 'P' && (on_its_side || column == 'H')) say("rotated");
  // The left and right edges of the picture are not the patient's sides, or nothing says that they
  // are.
  say("side_unverified");
}

}  // namespace

std::vector<GateReason> tag_gate(DcmItem& dataset, const Header& header) {
  const ImageHeader& image = header.image;
  Reasons reasons;
  modality(reasons, image);
  for_processing(reasons, dataset, image);
  layout(reasons, image);
  contradictions(reasons, header);
  view(reasons, dataset, header);
  body_part(reasons, header);
  species(reasons, dataset);
  copies(reasons, dataset, image);
  presentation_lut(reasons, dataset, image);
  orientation(reasons, image);
  age(reasons, header);
  laterality(reasons, dataset);
  const Reasons& aspect = header.pixel_aspect.reasons;
  reasons.insert(reasons.end(), aspect.begin(), aspect.end());
  sort_by_code(reasons);
  return reasons;
}

}  // namespace aicovid::dicom
