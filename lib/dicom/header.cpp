#include "header.hpp"

#include "acquisition_time.hpp"
#include "attributes.hpp"
#include "patient.hpp"
#include "pixel_aspect.hpp"
#include "terms.hpp"
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

std::string view_of(DcmItem& dataset) {
  const std::string position = text(dataset, DCM_ViewPosition);
  if (const auto view = view_of_text(position)) return std::string(view->term);
  const std::string code = view_code(dataset);
  if (const auto view = view_of_code(code)) return std::string(view->term);
  return normalised(position).empty() && code.empty() ? std::string() : std::string(kUnlisted);
}

std::string body_part_of(DcmItem& dataset) {
  const std::string examined = text(dataset, DCM_BodyPartExamined);
  if (const auto part = body_part_of_text(examined)) return std::string(part->term);
  const std::string code = code_value(dataset, DCM_AnatomicRegionSequence);
  if (const auto part = body_part_of_code(code)) return std::string(part->term);
  return normalised(examined).empty() && code.empty() ? std::string() : std::string(kUnlisted);
}

std::optional<AcquisitionTime> acquired(DcmItem& dataset) {
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

}  // namespace

ImageHeader read_header(DcmItem& meta, DcmItem& dataset) {
  ImageHeader header;
  header.source = "dicom";
  header.transfer_syntax_uid = uid_term(text(meta, DCM_TransferSyntaxUID));
  header.sop_class_uid = uid_term(text(dataset, DCM_SOPClassUID));
  header.sop_instance_uid = uid_term(text(dataset, DCM_SOPInstanceUID));
  header.study_instance_uid = uid_term(text(dataset, DCM_StudyInstanceUID));
  header.series_instance_uid = uid_term(text(dataset, DCM_SeriesInstanceUID));
  header.modality = modality_term(text(dataset, DCM_Modality));
  header.view = view_of(dataset);
  header.body_part = body_part_of(dataset);
  header.photometric_interpretation =
      photometric_term(text(dataset, DCM_PhotometricInterpretation));
  header.patient_orientation = patient_orientation_term(text(dataset, DCM_PatientOrientation));

  constexpr long most = 65535;  // of a US attribute
  header.rows = number(dataset, DCM_Rows, 0, {1, most});
  header.columns = number(dataset, DCM_Columns, 0, {1, most});
  header.bits_allocated = number(dataset, DCM_BitsAllocated, 0, {1, 64});
  // Without Bits Allocated the others cannot be judged by it; whoever decodes asks for it.
  const int most_bits = header.bits_allocated > 0 ? header.bits_allocated : 64;
  header.bits_stored = number(dataset, DCM_BitsStored, header.bits_allocated, {1, most_bits});
  const int lowest_high_bit = header.bits_stored > 0 ? header.bits_stored - 1 : 0;
  header.high_bit = number(dataset, DCM_HighBit, lowest_high_bit, {lowest_high_bit, most_bits - 1});
  header.samples_per_pixel = number(dataset, DCM_SamplesPerPixel, 1, {1, most});
  // An image has a frame: the gate flags what says that it has none.
  header.frames = std::max(1, number(dataset, DCM_NumberOfFrames, 1, {0, 2147483647}));
  header.is_signed = number(dataset, DCM_PixelRepresentation, 0, {0, 1}) == 1;
  header.lossy = normalised(text(dataset, DCM_LossyImageCompression)).starts_with("01") ||
                 always_lossy(header.transfer_syntax_uid);

  header.pixel_aspect = pixel_aspect_of(dataset).ratio;

  header.patient_sex = sex_of(text(dataset, DCM_PatientSex));
  header.patient_age_years = age_years_of(text(dataset, DCM_PatientAge));
  if (!header.patient_age_years) {
    header.patient_age_years =
        age_years_between(text(dataset, DCM_PatientBirthDate), text(dataset, DCM_StudyDate));
  }
  header.acquired = acquired(dataset);
  return header;
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
