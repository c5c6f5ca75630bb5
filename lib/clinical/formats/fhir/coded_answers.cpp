#include "coded_answers.hpp"

#include "json.hpp"

#include <algorithm>
#include <array>

namespace aicovid {

namespace {

// Where the names of the codes were read: UK, the pages of UK Core and CareConnect for emergency
// care and the RCP NEWS2 observations; GECCO, the value set of blood gas analysis; CZ, the value
// set of the Czech emergency report, which names LOINC's fellows beside them.
constexpr std::array<SnomedObservation, 14> kObservations = {{
    {"86290005", "respiratory_rate"},             // UK, CZ: respiratory rate
    {"364075005", "heart_rate"},                  // CZ: heart rate
    {"78564009", "heart_rate"},                   // UK: pulse rate
    {"271649006", "systolic_bp"},                 // CZ: systolic blood pressure
    {"271650006", "diastolic_bp"},                // CZ: diastolic blood pressure
    {"386725007", "temperature"},                 // CZ: body temperature
    {"276885007", "temperature"},                 // UK: core body temperature
    {"431314004", "spo2"},                        // GECCO: peripheral oxygen saturation
    {"250774007", "fio2"},                        // GECCO: inspired oxygen concentration
    {"248241002", "gcs"},                         // German vital signs: Glasgow coma score
    {"1104441000000107", "consciousness"},        // UK: ACVPU scale score
    {"1104051000000101", "news2_total"},          // UK: RCP NEWS2 total score
    {"1104311000000102", "news2_spo2_scale", 1},  // UK: oxygen saturation scale 1 score
    {"1104321000000108", "news2_spo2_scale", 2},  // UK: oxygen saturation scale 2 score
}};

struct Answer {
  std::string_view variable;
  std::string_view system;
  std::string_view code;
  std::string_view term;  ///< empty where the value is a number
  int number = 0;
};
// ACVPU by SNOMED CT: the value set UKCore-ACVPU. By LOINC 67775-7: the Belgian care paths of
// hospital telemonitoring, with "Confused" of the Glasgow Coma Scale, as LOINC's own list has no
// such answer. Eye opening: the German value set of the Glasgow Coma Score, with its numbers.
constexpr std::array<Answer, 14> kAnswers = {{
    {"consciousness", kSnomed, "248234008", "A"},
    {"consciousness", kSnomed, "130987000", "C"},
    {"consciousness", kSnomed, "300202002", "V"},
    {"consciousness", kSnomed, "450847001", "P"},
    {"consciousness", kSnomed, "422768004", "U"},
    {"consciousness", kLoinc, "LA9340-6", "A"},
    {"consciousness", kLoinc, "LA6560-2", "C"},
    {"consciousness", kLoinc, "LA17108-4", "V"},
    {"consciousness", kLoinc, "LA17107-6", "P"},
    {"consciousness", kLoinc, "LA9343-0", "U"},
    {"gcs_eyes", kLoinc, "LA6553-7", "", 1},
    {"gcs_eyes", kLoinc, "LA6554-5", "", 2},
    {"gcs_eyes", kLoinc, "LA6555-2", "", 3},
    {"gcs_eyes", kLoinc, "LA6556-0", "", 4},
}};

struct YesOrNo {
  std::string_view system;
  std::string_view code;
  bool yes;
};
// SNOMED CT: GECCO's value set of yes and no. LOINC: its answer list of yes and no, as users of it
// give the codes. HL7: table 0136, by which US reports of COVID-19 answer 95420-6.
constexpr std::array<YesOrNo, 6> kYesOrNo = {{
    {kSnomed, "373066001", true},
    {kSnomed, "373067005", false},
    {kLoinc, "LA33-6", true},
    {kLoinc, "LA32-8", false},
    {"http://terminology.hl7.org/CodeSystem/v2-0136", "Y", true},
    {"http://terminology.hl7.org/CodeSystem/v2-0136", "N", false},
}};

}  // namespace

const SnomedObservation* snomed_observation(std::string_view code) {
  const auto found = std::ranges::find(kObservations, code, &SnomedObservation::code);
  return found == kObservations.end() ? nullptr : &*found;
}

std::optional<Json> coded_answer(std::string_view variable, const Json& concept_) {
  std::optional<Json> said;
  for (const Json& coding : codings(concept_)) {
    for (const Answer& one : kAnswers) {
      if (one.variable != variable || text_of(coding, "system") != one.system ||
          text_of(coding, "code") != one.code) {
        continue;
      }
      Json value = one.term.empty() ? Json(one.number) : Json(one.term);
      if (said && *said != value) return std::nullopt;
      said = std::move(value);
    }
  }
  return said;
}

std::optional<bool> said_yes(const Json& observation) {
  const Json& boolean = member(observation, "valueBoolean");
  if (boolean.is_boolean()) return boolean.get<bool>();
  std::optional<bool> said;
  for (const Json& coding : codings(member(observation, "valueCodeableConcept"))) {
    for (const YesOrNo& one : kYesOrNo) {
      if (text_of(coding, "system") != one.system || text_of(coding, "code") != one.code) continue;
      if (said && *said != one.yes) return std::nullopt;
      said = one.yes;
    }
  }
  return said;
}

}  // namespace aicovid
