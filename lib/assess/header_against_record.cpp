#include "header_against_record.hpp"

#include "clinical/measured_at.hpp"
#include "clinical/plain_name.hpp"

#include <fmt/format.h>
#include <chrono>
#include <string>
#include <vector>

namespace aicovid {

namespace {

/// Years by which the header's age may differ from the record's: one of them may be rounded, the
/// other truncated.
constexpr double kAgeToleranceYears = 2;

/// This project's rule: an image and values of one assessment are at most a day apart.
constexpr std::chrono::hours kFarthest{24};

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
          "sex is '{}' in the clinical record, and the image's header (0010,0040) says otherwise",
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

std::optional<Warning> values_not_at_image_time(const ImageHeader& header,
                                                const ClinicalRecord& record) {
  if (!header.acquired) return std::nullopt;
  std::vector<std::string> far;
  for (const auto& [name, time] : measured_at(record)) {
    if (time < header.acquired->earliest - kFarthest || time > header.acquired->latest + kFarthest)
      far.push_back(name);
  }
  if (far.empty()) return std::nullopt;
  return Warning{"values_not_at_image_time",
                 fmt::format("Measured more than {} hours from the time of the image: {}.",
                             kFarthest.count(), plain_names(far))};
}

}  // namespace aicovid
