#include "infection_tests.hpp"

#include "json.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace aicovid {

namespace {

struct TestCode {
  std::string_view loinc;
  InfectionTest test;
};

/// The names of all were read in HL7's COVID-19 Library (HL7/fhir-COVID19Library-ig,
/// input/pagecontent/Other_examples.md, and logicahealth/covid-19), not with LOINC. Codes of a
/// single gene are left out, as the other genes may differ, and so are those of a related virus, of
/// several viruses, of an amount and of a sequence. A panel has no result of its own by LOINC;
/// Synthea and certificates of tests give it the result of the whole.
constexpr std::array<TestCode, 19> kTests = {{
    // SARS-CoV-2 RNA [Presence], by amplification or sequencing
    {"94309-2", InfectionTest::by_specimen},  // in a specimen
    {"94500-6", InfectionTest::both},         // in a respiratory specimen; GECCO's
    {"95608-6", InfectionTest::both},         // in a respiratory specimen, without probe
    {"95424-8", InfectionTest::both},         // in a respiratory specimen, by sequencing
    {"94759-8", InfectionTest::both},         // in the nasopharynx
    {"94565-9", InfectionTest::both},         // in the nasopharynx, without probe
    {"95406-5", InfectionTest::both},         // in the nose
    {"96797-6", InfectionTest::both},         // in an oropharyngeal wash
    {"94845-5", InfectionTest::both},         // in saliva
    {"94822-4", InfectionTest::both},         // in saliva, by sequencing
    // SARS-CoV-2 RNA panel
    {"94531-1", InfectionTest::both},         // of a respiratory specimen; Synthea's
    {"94306-8", InfectionTest::by_specimen},  // of a specimen
    {"95826-4", InfectionTest::both},         // of saliva
    {"96897-4", InfectionTest::both},         // of an oropharyngeal wash
    // Not finding it in the blood says nothing of the airways.
    {"94660-8", InfectionTest::positive_only},  // RNA [Presence] in serum or plasma
    // SARS-CoV-2 Ag [Presence], by immunoassay
    {"94558-4", InfectionTest::positive_only},  // in a respiratory specimen, rapid
    {"96119-3", InfectionTest::positive_only},  // in an upper respiratory specimen
    {"97097-0", InfectionTest::positive_only},  // in an upper respiratory specimen, rapid
    {"95209-3", InfectionTest::positive_only},  // of SARS-CoV too, the virus of 2003; rapid
}};

/// Types of a Specimen by SNOMED CT: of the airways, as the CDC's list of codes for tests of
/// SARS-CoV-2 (LIVD) and the value sets of GECCO and of the Swiss notifications have them, and two
/// that do not say of what it is (specimen, swab).
constexpr std::array<std::string_view, 23> kOfAirways = {
    "258500001", "258411007",       "258467004",       "461911000124106", "472881004",
    "871810001", "445297001",       "697989009",       "258529004",       "445447003",
    "309171007", "258607008",       "119342007",       "258560004",       "119334006",
    "447154002", "429931000124105", "433801000124107", "433871000124101", "258603007",
    "258606004", "123038009",       "257261003"};

/// Sites of the airways, as the CDC's list has them: nasopharynx, oropharynx, nose, pharynx,
/// anterior nares, lung, bronchus, trachea.
constexpr std::array<std::string_view, 8> kAirwaySites = {
    "71836000", "31389004", "45206002", "54066008", "1797002", "39607008", "955009", "44567001"};

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

template <typename List>
bool is_uncoded_or_of(const Json& concept_, const List& list) {
  const Json& all = codings(concept_);
  return all.empty() || std::ranges::any_of(all, [&](const Json& coding) {
           return text_of(coding, "system") == kSnomed &&
                  std::ranges::count(list, text_of(coding, "code")) > 0;
         });
}

/// Whether one test found it.
std::optional<bool> result_of(const Json& test) {
  if (!member(test, "dataAbsentReason").is_null()) return std::nullopt;
  std::optional<bool> result;
  for (const Json& coding : codings(member(test, "valueCodeableConcept"))) {
    for (const ResultCode& one : kResults) {
      if (text_of(coding, "system") != one.system || text_of(coding, "code") != one.code) continue;
      if (!one.found || (result && result != one.found)) return std::nullopt;
      result = one.found;
    }
  }
  return result;
}

}  // namespace

std::optional<InfectionTest> infection_test_of(const Json& observation) {
  std::optional<InfectionTest> test;
  for (const Json& coding : codings(member(observation, "code"))) {
    if (text_of(coding, "system") != kLoinc) continue;
    const std::string code = text_of(coding, "code");
    for (const TestCode& one : kTests) {
      // Of two kinds the one that says less counts.
      if (one.loinc == code) test = test ? std::max(*test, one.test) : one.test;
    }
  }
  return test;
}

bool is_site_of_airways(const Json& site) { return is_uncoded_or_of(site, kAirwaySites); }

bool is_of_airways(const Json& specimen) {
  return is_uncoded_or_of(member(specimen, "type"), kOfAirways) &&
         is_site_of_airways(member(member(specimen, "collection"), "bodySite"));
}

std::vector<const Json*> infection_tests_in(const Json& observation) {
  std::vector<const Json*> tests;
  if (infection_test_of(observation)) tests.push_back(&observation);
  const Json& components = member(observation, "component");
  if (!components.is_array()) return tests;
  for (const Json& component : components) {
    if (infection_test_of(component)) tests.push_back(&component);
  }
  return tests;
}

std::optional<bool> infection_test_result(const std::vector<const Json*>& tests) {
  std::optional<bool> result;
  for (const Json* test : tests) {
    // A panel has a result of its own, or leaves that to its parts. An interpretation without a
    // value is a result that is not read.
    if (!member(*test, "interpretation").empty() && !has_value(*test)) return std::nullopt;
    if (!has_value(*test)) continue;
    const auto found = result_of(*test);
    if (!found || (result && result != found)) return std::nullopt;
    result = found;
  }
  return result;
}

}  // namespace aicovid
