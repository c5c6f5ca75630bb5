#include "header.hpp"

#include "acquisition_time.hpp"
#include "attributes.hpp"
#include "patient.hpp"
#include "transfer_syntax.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace aicovid::dicom {
namespace {

struct Range {
  long low;
  long high;
};

int number(DcmItem& dataset, const DcmTagKey& key, int absent, Range range) {
  const long value = integer(dataset, key).value_or(absent);
  if (value == absent) return absent;
  if (value < range.low || value > range.high) {
    throw Error(ErrorCode::corrupt, fmt::format("{} is {}; expected {} to {}", tag_of(key), value,
                                                range.low, range.high));
  }
  return static_cast<int>(value);
}

Stated<View> stated_view(DcmItem& dataset) {
  const std::string position = text(dataset, DCM_ViewPosition);
  if (const auto view = view_of_text(position)) return {.tag = DCM_ViewPosition, .entry = view};
  const std::string code = view_code(dataset);
  return {.tag = code.empty() ? DCM_ViewPosition : DCM_ViewCodeSequence,
          .entry = view_of_code(code),
          .is_silent = normalised(position).empty() && code.empty()};
}

Stated<BodyPart> stated_body_part(DcmItem& dataset) {
  const std::string examined = text(dataset, DCM_BodyPartExamined);
  if (const auto part = body_part_of_text(examined))
    return {.tag = DCM_BodyPartExamined, .entry = part};
  const std::string code = code_value(dataset, DCM_AnatomicRegionSequence);
  const auto part = body_part_of_code(code);
  const bool is_blank = normalised(examined).empty();
  return {.tag = part || is_blank ? DCM_AnatomicRegionSequence : DCM_BodyPartExamined,
          .entry = part,
          .is_silent = is_blank && code.empty()};
}

template <typename Entry>
std::string term_of(const Stated<Entry>& stated) {
  if (stated.is_silent) return {};
  return std::string(stated.entry ? stated.entry->term : kUnlisted);
}

std::optional<AcquisitionTime> acquisition_time(DcmItem& dataset) {
  const std::string date_time = text(dataset, DCM_AcquisitionDateTime);
  const std::string acquisition_date = text(dataset, DCM_AcquisitionDate);
  const std::string acquisition_time = text(dataset, DCM_AcquisitionTime);
  const std::string content_date = text(dataset, DCM_ContentDate);
  const std::string content_time = text(dataset, DCM_ContentTime);
  const std::string study_date = text(dataset, DCM_StudyDate);
  const std::string study_time = text(dataset, DCM_StudyTime);
  const std::string zone = text(dataset, DCM_TimezoneOffsetFromUTC);
  return acquisition_time_of({.acquisition_date_time = date_time,
                              .acquisition_date = acquisition_date,
                              .acquisition_time = acquisition_time,
                              .content_date = content_date,
                              .content_time = content_time,
                              .study_date = study_date,
                              .study_time = study_time,
                              .zone = zone});
}

/// It is compared and never decides whether a file is read, so that one of another VR is as if it
/// were absent.
std::string accession_number(DcmItem& dataset) {
  try {
    const std::string stored = text(dataset, DCM_AccessionNumber);
    const std::size_t first = stored.find_first_not_of(' ');
    if (first == std::string::npos) return {};
    return stored.substr(first, stored.find_last_not_of(' ') + 1 - first);
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

Header header_of(DcmItem& meta, DcmItem& dataset) {
  Header found;
  ImageHeader& header = found.image;
  header.source = "dicom";
  header.transfer_syntax_uid = uid_term(text(meta, DCM_TransferSyntaxUID));
  header.sop_class_uid = uid_term(text(dataset, DCM_SOPClassUID));
  header.sop_instance_uid = uid_term(text(dataset, DCM_SOPInstanceUID));
  header.study_instance_uid = uid_term(text(dataset, DCM_StudyInstanceUID));
  header.series_instance_uid = uid_term(text(dataset, DCM_SeriesInstanceUID));
  header.modality = modality_term(text(dataset, DCM_Modality));
  found.view = stated_view(dataset);
  header.view = term_of(found.view);
  found.body_part = stated_body_part(dataset);
  header.body_part = term_of(found.body_part);
  header.photometric_interpretation =
      photometric_term(text(dataset, DCM_PhotometricInterpretation));
  header.patient_orientation = patient_orientation_term(text(dataset, DCM_PatientOrientation));

  constexpr long most = 65535;  // the largest value of the VR US
  header.rows = number(dataset, DCM_Rows, 0, {1, most});
  header.columns = number(dataset, DCM_Columns, 0, {1, most});
  header.bits_allocated = number(dataset, DCM_BitsAllocated, 0, {1, 64});
  // Without Bits Allocated the others cannot be judged by it. Decoding asks for it later.
  const int most_bits = header.bits_allocated > 0 ? header.bits_allocated : 64;
  header.bits_stored = number(dataset, DCM_BitsStored, header.bits_allocated, {1, most_bits});
  const int lowest_high_bit = header.bits_stored > 0 ? header.bits_stored - 1 : 0;
  header.high_bit = number(dataset, DCM_HighBit, lowest_high_bit, {lowest_high_bit, most_bits - 1});
  header.samples_per_pixel = number(dataset, DCM_SamplesPerPixel, 1, {1, most});
  header.frames = number(dataset, DCM_NumberOfFrames, 1, {0, 2147483647});
  // An image has a frame: the gate flags a header that states none.
  found.states_no_frame = header.frames == 0;
  header.frames = std::max(1, header.frames);
  header.is_signed = number(dataset, DCM_PixelRepresentation, 0, {0, 1}) == 1;
  header.lossy = normalised(text(dataset, DCM_LossyImageCompression)).starts_with("01") ||
                 always_lossy(header.transfer_syntax_uid);

  found.pixel_aspect = pixel_aspect_of(dataset);
  header.pixel_aspect = found.pixel_aspect.ratio;

  header.patient_sex = sex_of(text(dataset, DCM_PatientSex));
  header.patient_age_years = age_years_of(text(dataset, DCM_PatientAge));
  found.age_tag = DCM_PatientAge;
  if (!header.patient_age_years) {
    found.age_tag = DCM_PatientBirthDate;
    header.patient_age_years =
        age_years_between(text(dataset, DCM_PatientBirthDate), text(dataset, DCM_StudyDate));
  }
  header.acquired = acquisition_time(dataset);
  header.accession_number = accession_number(dataset);
  return found;
}

std::string view_code(DcmItem& dataset) {
  DcmSequenceOfItems* items = sequence(dataset, DCM_ViewCodeSequence);
  std::string first;
  bool differ = false;
  for (unsigned long i = 0; items != nullptr && i < items->card(); ++i) {
    std::string code = normalised(text(*items->getItem(i), DCM_CodeValue));
    const auto view = view_of_code(code);
    if (view && is_beside_frontal(view->kind)) return code;
    const auto first_view = view_of_code(first);
    const bool same = view && first_view ? view->term == first_view->term : code == first;
    if (i == 0) first = code;
    differ = differ || (i > 0 && !same);
  }
  return differ ? std::string(kUnlisted) : first;
}

}  // namespace aicovid::dicom
