#include "fhir_bundle.hpp"

#include <aicovid/clinical_record.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <optional>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::fhir_bundle;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kSnomed = "http://snomed.info/sct";
const std::string kIcd = "http://hl7.org/fhir/sid/icd-10";
const std::string kStatus = "http://terminology.hl7.org/CodeSystem/condition-ver-status";

Json condition(const std::string& system, const std::string& code, const std::string& status,
               const std::string& recorded = "2020-03-20") {
  Json one = {{"resourceType", "Condition"},
              {"subject", reference("Patient/1")},
              {"verificationStatus", coding(kStatus, status)},
              {"code", coding(system, code)}};
  if (!recorded.empty()) one["recordedDate"] = recorded;
  return one;
}

ClinicalRecord read(const std::vector<Json>& conditions, const std::string& at = kAt) {
  std::vector<Json> entries;
  for (const Json& one : conditions) entries.push_back(entry(one));
  return parse_clinical(bundle(entries).dump(), {.at = at});
}

}  // namespace

TEST_CASE("FHIR refuted: a code that is not listed may be a narrower disease", "[clinical]") {
  // Diabetes mellitus, and diabetes of pregnancy.
  Json narrow = condition(kSnomed, "73211009", "refuted");
  narrow["code"]["coding"].push_back({{"system", kSnomed}, {"code", "11687002"}});
  CHECK_FALSE(read({narrow}).flag("diabetes").has_value());
  Json with_icd = condition(kSnomed, "73211009", "refuted");
  with_icd["code"]["coding"].push_back({{"system", kIcd}, {"code", "O24.4"}});
  CHECK_FALSE(read({with_icd}).flag("diabetes").has_value());
}

TEST_CASE("FHIR refuted: what is refuted as a whole is absent", "[clinical]") {
  CHECK(read({condition(kSnomed, "73211009", "refuted")}).flag("diabetes") == false);
  CHECK(read({condition(kSnomed, "195967001", "refuted")}).flag("asthma") == false);
  CHECK(read({condition(kIcd, "N18", "refuted")}).flag("chronic_kidney_disease") == false);
  CHECK(read({condition(kSnomed, "414916001", "refuted")}).flag("obesity") == false);
  const auto record = read({condition(kSnomed, "13645005", "refuted")});
  CHECK(record.flag("copd") == false);
  CHECK(record.assumed().empty());
  CHECK(record.warnings().empty());
  // As GECCO has it.
  Json asthma = condition(kSnomed, "195967001", "refuted");
  asthma["verificationStatus"]["coding"].push_back({{"system", kSnomed}, {"code", "410594000"}});
  CHECK(read({asthma}).flag("asthma") == false);
  asthma["verificationStatus"]["coding"][1]["code"] = "410605003";  // confirmed present
  CHECK_FALSE(read({asthma}).flag("asthma").has_value());
}

TEST_CASE("FHIR refuted: a kind of a disease closes nothing", "[clinical]") {
  for (const char* code : {"E11", "E11.9", "J44.1", "J45.9", "I10", "I63", "U07.1", "R05"}) {
    INFO(code);
    const auto record = read({condition(kIcd, code, "refuted")});
    CHECK(record.empty());
    CHECK_THAT(warning(record, "fhir_not_present"), ContainsSubstring("entry[0] (Condition)"));
  }
  CHECK(read({condition(kSnomed, "840539006", "refuted")}).empty());  // no negative test
  // Of two codes the narrower one is meant.
  Json both = condition(kSnomed, "73211009", "refuted");
  both["code"]["coding"].push_back({{"system", kIcd}, {"code", "E11.9"}});
  CHECK(read({both}).empty());
}

TEST_CASE("FHIR refuted: by the time asked for, and not in error", "[clinical]") {
  const auto known = [](const std::string& recorded, const std::string& at = kAt) {
    return read({condition(kSnomed, "73211009", "refuted", recorded)}, at)
        .flag("diabetes")
        .has_value();
  };
  CHECK(known("2020-04-01T12:00:00Z"));
  CHECK_FALSE(known("2020-04-01T12:00:01Z"));
  CHECK(known("2020-04-01"));
  CHECK_FALSE(known("2020-04-02"));
  CHECK(known("2020-03"));
  CHECK_FALSE(known("2020-04"));
  CHECK_FALSE(known("2020"));
  CHECK_FALSE(known(""));
  CHECK(known("", ""));
  CHECK(read({condition(kSnomed, "73211009", "entered-in-error")}).empty());
}

TEST_CASE("FHIR refuted: what speaks for the disease leaves it open", "[clinical]") {
  const Json refuted = condition(kSnomed, "73211009", "refuted");
  Json resolved = condition(kIcd, "E11.9", "confirmed");
  resolved["clinicalStatus"] =
      coding("http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved");
  for (const Json& other :
       {condition(kIcd, "E11.9", "confirmed"), condition(kIcd, "E11.9", "provisional"), resolved}) {
    for (const auto& record : {read({refuted, other}), read({other, refuted})}) {
      CHECK_FALSE(record.flag("diabetes").has_value());
      CHECK_THAT(warning(record, "condition_contradicted"), ContainsSubstring("diabetes"));
    }
  }
  CHECK(read({refuted, condition(kIcd, "E11.9", "refuted")}).flag("diabetes") == false);
  CHECK(read({refuted, condition(kIcd, "E11.9", "entered-in-error")}).flag("diabetes") == false);
  // A kind that is refuted says nothing of another that is present.
  CHECK(read({condition(kIcd, "E10", "refuted"), condition(kIcd, "E11.9", "confirmed")})
            .flag("diabetes") == true);
}

TEST_CASE("FHIR refuted: a code that one Condition confirms and another refutes is open",
          "[clinical]") {
  const auto confirmed = [](const char* code) { return condition(kIcd, code, "confirmed"); };
  const auto refuted = [](const char* code) { return condition(kIcd, code, "refuted"); };
  const auto record = read({confirmed("E11.9"), refuted("E11.9")});
  CHECK_FALSE(record.flag("diabetes").has_value());
  CHECK_FALSE(warning(record, "condition_contradicted").empty());
  CHECK_FALSE(read({refuted("E11"), confirmed("E11.9")}).flag("diabetes").has_value());
  CHECK_FALSE(read({refuted("E11.9"), confirmed("E119")}).flag("diabetes").has_value());
  const auto other_edition = condition("http://hl7.org/fhir/sid/icd-10-cm", "E11.9", "confirmed");
  CHECK_FALSE(read({refuted("E11.9"), other_edition}).flag("diabetes").has_value());
  // Who has not one kind may have another.
  CHECK(read({refuted("E11.9"), confirmed("E10.9")}).flag("diabetes") == true);
  CHECK(read({refuted("E11.9"), confirmed("E11")}).flag("diabetes") == true);
  CHECK(read({refuted("E11.9"), confirmed("E11.9"), confirmed("E10.9")}).flag("diabetes") == true);
}

TEST_CASE("FHIR diagnosis: what ended after the time asked for was present", "[clinical]") {
  const auto flag = [](const char* status, const Json& dates, const std::string& at = kAt) {
    Json one = condition(kIcd, "E11.9", "confirmed", "");
    one["clinicalStatus"] =
        coding("http://terminology.hl7.org/CodeSystem/condition-clinical", status);
    one.update(dates);
    return read({one}, at).flag("diabetes");
  };
  const Json later = {{"onsetDateTime", "2020-03-01"}, {"abatementDateTime", "2020-04-20"}};
  for (const char* status : {"resolved", "inactive", "remission", "active"}) {
    INFO(status);
    CHECK(flag(status, later) == true);
    CHECK_FALSE(flag(status, later, "2020-04-20T12:00:00Z").has_value());
    CHECK_FALSE(flag(status, later, "").has_value());
  }
  CHECK_FALSE(flag("resolved", {{"onsetDateTime", "2020-03-01"}}).has_value());
  CHECK_FALSE(flag("resolved", {{"abatementDateTime", "2020-04-20"}}).has_value());
  CHECK_FALSE(
      flag("resolved", {{"onsetDateTime", "2020-04-10"}, {"abatementDateTime", "2020-04-20"}})
          .has_value());
}
