#include "count_agreement.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>

#include "sample.hpp"

namespace aicovid {

namespace {

// Counts are reported to .1 or .01 10*9/L: what rounding can add, and no more.
constexpr double kRounding = .1;  // 10*9/L

}  // namespace

void check_count_agreement(const ClinicalRecord& record) {
  const auto all = record.range("leukocytes");
  if (!all) return;
  const auto& given = record.given();
  for (const char* kind : {"lymphocytes", "neutrophils"}) {
    const auto count = record.range(kind);
    if (!count || count->low <= all->high + kRounding) continue;
    if (other_sample(given.at("leukocytes"), given.at(kind))) continue;
    throw Error(ErrorCode::bad_clinical_input,
                fmt::format("{} is {}{:.6g} 10*9/L and leukocytes is {}{:.6g} 10*9/L; expected no "
                            "more of a kind than of all",
                            kind, record.comparator(kind), *record.number(kind),
                            record.comparator("leukocytes"), *record.number("leukocytes")));
  }
}

}  // namespace aicovid
