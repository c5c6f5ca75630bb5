#include "infection.hpp"

#include "json.hpp"

#include <algorithm>
#include <array>

namespace aicovid {

namespace {

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

}  // namespace

bool is_sars_cov_2_test(const Json& observation) {
  return std::ranges::any_of(codings(member(observation, "code")), [](const Json& coding) {
    return text_of(coding, "system") == kLoinc &&
           std::ranges::count(kTests, text_of(coding, "code")) > 0;
  });
}

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

}  // namespace aicovid
