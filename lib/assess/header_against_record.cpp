#include "patient_mismatch.hpp"

#include <fmt/format.h>

namespace aicovid {

namespace {

/// Years by which the header's age may differ from the record's: one of them may be rounded, the
/// other truncated.
constexpr double kAgeToleranceYears = 2;

/// How far the age is from all ages that the record's value can stand for: ">89", as
/// de-identification writes it, is near to every older one.
bool far_from(const ClinicalRange& ages, double age) {
  return age < ages.low - kAgeToleranceYears || age > ages.high + kAgeToleranceYears;
}

}  // namespace

std::optional<std::string> patient_mismatch(const ImageHeader& header,
                                            const ClinicalRecord& record) {
  const auto sex = record.text("sex");
  if (header.patient_sex && sex) {
    const std::string_view in_header = *header.patient_sex == Sex::male ? "male" : "female";
    if (in_header != *sex) {
      return fmt::format(
          "sex is '{}' in the clinical record, and the image's header "
          "(0010,0040) "
          "says otherwise",
          *sex);
    }
  }
  const auto ages = record.range("age");
  if (header.patient_age_years && ages && far_from(*ages, *header.patient_age_years)) {
    return fmt::format(
        "age is {}{} a in the clinical record, more than {} years from the image's "
        "header (0010,1010)",
        record.comparator("age"), *record.number("age"), kAgeToleranceYears);
  }
  return std::nullopt;
}

}  // namespace aicovid
