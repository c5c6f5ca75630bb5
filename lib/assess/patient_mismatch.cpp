#include "patient_mismatch.hpp"

#include <fmt/format.h>
#include <cmath>

namespace aicovid {

namespace {

/// Years by which the header's age may differ from the record's: one of them may be rounded, the
/// other truncated.
constexpr double kAgeToleranceYears = 2;

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
  const auto age = record.number("age");
  if (header.patient_age_years && age &&
      std::abs(*header.patient_age_years - *age) > kAgeToleranceYears) {
    return fmt::format(
        "age is {} a in the clinical record, more than {} years from the image's "
        "header (0010,1010)",
        *age, kAgeToleranceYears);
  }
  return std::nullopt;
}

}  // namespace aicovid
