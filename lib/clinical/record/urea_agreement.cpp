#include "urea_agreement.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>

#include "sample.hpp"

namespace aicovid {

namespace {

// A molecule of urea holds two atoms of nitrogen of 14.007 g/mol (IUPAC 2021): 1 mg/dL of urea
// nitrogen is 10 / 28.014 = 0.357 mmol/L of urea.
constexpr double kMmolPerMilligramPerDecilitre = 10 / 28.014;
// Both are rounded: urea nitrogen to 1 mg/dL (0.18 mmol/L to either side) in most laboratories.
constexpr double kLargestDifference = 0.5;  // mmol/L
constexpr double kLargestRelativeDifference = 0.1;

}  // namespace

std::optional<DerivedUrea> urea_of_urea_nitrogen(const ClinicalRecord& record) {
  const auto nitrogen = record.number("urea_nitrogen");
  if (!nitrogen) return std::nullopt;
  const double value = kMmolPerMilligramPerDecilitre * *nitrogen;
  const auto urea = record.range("urea");
  if (!urea) {
    return DerivedUrea{value,
                       {"urea_from_urea_nitrogen", "urea",
                        fmt::format("urea is {}{:.4g} mmol/L, computed from urea_nitrogen",
                                    record.comparator("urea_nitrogen"), value)}};
  }
  const auto& given = record.given();
  if (other_sample(given.at("urea"), given.at("urea_nitrogen"))) return std::nullopt;
  ClinicalRange expected = *record.range("urea_nitrogen");
  expected.low *= kMmolPerMilligramPerDecilitre;
  expected.high *= kMmolPerMilligramPerDecilitre;
  const double difference = gap(*urea, expected);
  if (difference > kLargestDifference && difference > kLargestRelativeDifference * value) {
    throw Error(
        ErrorCode::bad_clinical_input,
        fmt::format("urea is {:.4g} mmol/L and urea_nitrogen is {:.4g} mg/dL, that is {:.4g} "
                    "mmol/L of urea; expected them to agree",
                    *record.number("urea"), *nitrogen, value));
  }
  return std::nullopt;
}

}  // namespace aicovid
