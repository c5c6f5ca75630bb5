#include "infection.hpp"

#include "json.hpp"
#include "observed_at.hpp"
#include "record/record_builder.hpp"
#include "variables/variables.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace aicovid {

namespace {

/// This is how old a test of infection may be. The choice is this project's: the longest
/// incubation, 14 days.
constexpr std::chrono::days kOldestTest{14};

/// These LOINC codes are "SARS-CoV-2 RNA [Presence]" by amplification: in a respiratory specimen,
/// in a specimen, in the nasopharynx with and without probe. Codes of a single gene are left out,
/// as the other genes may differ, and so are codes of antigen. The names were read in users' lists
/// of codes, not with LOINC.
constexpr std::array<std::string_view, 4> kTests = {"94500-6", "94309-2", "94759-8", "94565-9"};

struct ResultCode {
  std::string_view system;
  std::string_view code;
  std::optional<bool> found;  ///< nothing where the test was inconclusive
};
/// SNOMED CT's codes are detected, positive, not detected, negative, inconclusive, equivocal and
/// indeterminate. LOINC's answers are of the lists LL744-4, LL2021-5 and LL1055-4, as users of them
/// give the codes.
constexpr std::array<ResultCode, 14> kResults = {{
    {kSnomed, "260373001", true},
    {kSnomed, "10828004", true},
    {kSnomed, "260415000", false},
    {kSnomed, "260385009", false},
    {kSnomed, "419984006", std::nullopt},
    {kSnomed, "42425007", std::nullopt},
    {kSnomed, "82334004", std::nullopt},
    {kLoinc, "LA11882-0", true},
    {kLoinc, "LA6576-8", true},
    {kLoinc, "LA11883-8", false},
    {kLoinc, "LA6577-6", false},
    {kLoinc, "LA9663-1", std::nullopt},
    {kLoinc, "LA11885-3", std::nullopt},
    {kLoinc, "LA11884-6", std::nullopt},
}};

/// Whether such a test found it; nothing where the result is absent, inconclusive or not coded.
std::optional<bool> sars_cov_2_result(const Json& observation) {
  if (!member(observation, "dataAbsentReason").is_null()) return std::nullopt;
  std::optional<bool> result;
  for (const Json& coding : codings(member(observation, "valueCodeableConcept"))) {
    for (const ResultCode& one : kResults) {
      if (text_of(coding, "system") != one.system || text_of(coding, "code") != one.code) continue;
      if (!one.found || (result && result != one.found)) return std::nullopt;
      result = one.found;
    }
  }
  return result;
}

}  // namespace

bool is_sars_cov_2_test(const Json& observation) {
  return std::ranges::any_of(codings(member(observation, "code")), [](const Json& coding) {
    return text_of(coding, "system") == kLoinc &&
           std::ranges::count(kTests, text_of(coding, "code")) > 0;
  });
}

void InfectionEvidence::add_test(const Json& observation, const FhirEntry& place,
                                 FhirReading& reading) {
  const auto found = sars_cov_2_result(observation);
  if (!found) return reading.left_out.add(SetAside::without_value, place);
  if (reading.at) {
    const auto span = observed_at(observation).span;
    if (!span) return reading.left_out.add(SetAside::without_time, place);
    if (span->first > *reading.at || span->second < *reading.at - kOldestTest) {
      reading.builder.warn(
          {"no_value_at_time", "sars_cov_2",
           fmt::format("sars_cov_2 is not taken from a test that is not of the {} days up to the "
                       "time that the values are for",
                       kOldestTest.count())});
      return;
    }
  }
  terms_.insert(*found ? "confirmed" : "negative");
}

void InfectionEvidence::settle(FhirReading& reading) const {
  for (const char* term : {"confirmed", "suspected", "negative"}) {
    if (!terms_.contains(term)) continue;
    reading.builder.add(*find_variable("sars_cov_2"), term);
    if (terms_.size() > 1 && terms_.contains("negative")) {
      reading.builder.warn(
          {"negative_test_left_out", "sars_cov_2",
           fmt::format("sars_cov_2 is taken as {} although a test was negative", term)});
    }
    return;
  }
}

}  // namespace aicovid
