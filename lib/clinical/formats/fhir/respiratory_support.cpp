#include "respiratory_support.hpp"

#include "json.hpp"
#include "record/record_builder.hpp"
#include "variables/variables.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace aicovid {

namespace {

struct SupportCode {
  std::string_view code;
  Support support;
};
// The names were read in: GECCO, the profile of respiratory therapies and its devices; CQM, the
// value sets of the US quality measures for oxygen by cannula or mask and for non-invasive oxygen
// therapy (2025); MII, the module and the examples of intensive care; T-CABS, the value set of
// ventilation types; CH, the value set of breathing of the Swiss emergency medical services. That
// CPAP and two pressures count as non-invasive ventilation is this project's choice. Artificial,
// controlled, assisted and positive pressure ventilation are above both kinds.
constexpr std::array<SupportCode, 27> kCodes = {{
    {"57485005", Support::oxygen},         // MII, CQM: oxygen therapy
    {"371907003", Support::oxygen},        // GECCO, CQM: oxygen by nasal cannula
    {"371908008", Support::oxygen},        // CQM: oxygen by mask
    {"429253002", Support::oxygen},        // CQM: oxygen by Venturi mask
    {"71786000", Support::oxygen},         // CQM: intranasal oxygen therapy
    {"315041000", Support::oxygen},        // CQM, UK: high concentration oxygen therapy
    {"304577004", Support::oxygen},        // CQM: humidified oxygen therapy
    {"243136002", Support::oxygen},        // CQM: short-term oxygen therapy
    {"870533002", Support::hfnc},          // CQM, UK: heated and humidified high flow oxygen
    {"1259025002", Support::hfnc},         // CQM: the same by nasal cannula
    {"426854004", Support::hfnc},          // GECCO, CQM: high flow oxygen nasal cannula
    {"428311008", Support::niv},           // GECCO, T-CABS: non-invasive ventilation
    {"47545007", Support::niv},            // CQM, T-CABS: CPAP ventilation treatment
    {"243142003", Support::niv},           // CQM: dual pressure spontaneous ventilation support
    {"40617009", Support::ventilation},    // GECCO, MII: artificial ventilation
    {"243147009", Support::ventilation},   // MII: controlled ventilation
    {"1149092001", Support::ventilation},  // MII: positive pressure airway ventilation
    {"243141005", Support::ventilation},   // MII: mechanically assisted spontaneous ventilation
    {"266700009", Support::ventilation},   // CH: ventilation assistance
    {"1258985005", Support::imv},          // T-CABS: invasive mechanical ventilation
    {"233573008", Support::ecmo},          // GECCO: extracorporeal membrane oxygenation
    {"336623009", Support::device},        // CQM: oxygen nasal cannula
    {"336602003", Support::device},        // CQM: oxygen mask
    {"428285009", Support::device},        // CQM: Venturi mask
    {"427591007", Support::device},        // CQM: non-rebreather oxygen mask
    {"243137006", Support::device},        // CQM: long-term oxygen therapy, of some hours of a day
    {"112798008", Support::device},        // MII, NEMSIS: insertion of endotracheal tube
}};

/// GECCO's devices of invasive ventilation: an endotracheal and a tracheostomy tube. Through them
/// artificial ventilation is invasive; a tube alone is none.
constexpr std::array<std::string_view, 2> kTubes = {"26412008", "129121000"};

bool is_tube(const Json& concept_) {
  return std::ranges::any_of(kTubes, [&](auto code) { return has_code(concept_, kSnomed, code); });
}

std::string_view term_of(Support support) {
  switch (support) {
    case Support::oxygen:
      return "oxygen";
    case Support::hfnc:
      return "hfnc";
    case Support::niv:
      return "niv";
    case Support::imv:
      return "imv";
    case Support::ecmo:
      return "ecmo";
    case Support::none:
    case Support::device:
    case Support::ventilation:
      break;
  }
  return {};
}

/// The concepts of a member that is one or a list of them.
std::vector<const Json*> concepts_of(const Json& resource, const char* name) {
  const Json& found = member(resource, name);
  std::vector<const Json*> concepts;
  if (found.is_object()) concepts.push_back(&found);
  if (found.is_array()) {
    for (const Json& one : found) concepts.push_back(&one);
  }
  return concepts;
}

/// Source: FHIR R4, valueset-event-status, valueset-device-statement-status,
/// valueset-medication-admin-status and valueset-medication-statement-status.
bool is_never(const std::string& status) {
  return status == "not-done" || status == "preparation" || status == "entered-in-error" ||
         status == "intended" || status == "not-taken";
}

bool is_known(const std::string& status) {
  return status == "in-progress" || status == "active" || status == "completed" ||
         status == "stopped";
}

/// By its code, its category, and the devices that it used.
Support support_of_procedure(const Json& procedure) {
  Support support = Support::none;
  bool has_tube = false;
  for (const char* name : {"code", "category", "usedCode"}) {
    for (const Json* one : concepts_of(procedure, name)) {
      support = std::max(support, support_of(*one));
      has_tube |= is_tube(*one);
    }
  }
  return support == Support::ventilation && has_tube ? Support::imv : support;
}

}  // namespace

Support support_of(const Json& concept_) {
  Support support = is_tube(concept_) ? Support::device : Support::none;
  for (const SupportCode& one : kCodes) {
    if (has_code(concept_, kSnomed, one.code)) support = std::max(support, one.support);
  }
  return support;
}

void RespiratorySupport::add(Treatment treatment) {
  if (treatment.support != Support::none) treatments_.push_back(std::move(treatment));
}

bool is_of_support(const Json& procedure) {
  return support_of_procedure(procedure) != Support::none;
}

bool is_under_way(const Json& procedure) { return text_of(procedure, "status") == "in-progress"; }

bool is_of_oxygen(const Json& medication) {
  return has_code(medication, kSnomed, "24099007") ||
         has_code(medication, "http://www.whocc.no/atc", "V03AN01") ||
         has_code(medication, "http://www.nlm.nih.gov/research/umls/rxnorm", "7806");
}

RespiratorySupport::Treatment RespiratorySupport::procedure_of(const Json& procedure,
                                                               const FhirEntry& place) {
  const std::string status = text_of(procedure, "status");
  if (is_never(status)) return {};
  return {.support = support_of_procedure(procedure),
          .course = course_of(procedure, "performed", status == "in-progress"),
          .is_unclear = !is_known(status),
          .place = place};
}

RespiratorySupport::Treatment RespiratorySupport::device_use_of(
    const Json& statement, const FhirEntry& place, const ReferencedResources& resources) {
  const std::string status = text_of(statement, "status");
  if (is_never(status)) return {};
  const Json& device = resources.find(statement, member(statement, "device"), "Device");
  // Whether the use was entered in error too is not known.
  const bool is_in_error = is_never(text_of(device, "status"));
  // A device of which the Bundle says nothing may be a mask.
  return {.support = device.is_null() ? Support::device : support_of(member(device, "type")),
          .course = course_of(statement, "timing", status == "active"),
          .is_unclear = !is_known(status) || is_in_error,
          .place = place};
}

void RespiratorySupport::note_procedure(const Json& procedure, const FhirEntry& place) {
  add(procedure_of(procedure, place));
}

void RespiratorySupport::note_device_use(const Json& statement, const FhirEntry& place,
                                         const ReferencedResources& resources) {
  add(device_use_of(statement, place, resources));
}

void RespiratorySupport::note_doubt(const Json& resource, const FhirEntry& place,
                                    const ReferencedResources& resources) {
  const bool is_procedure = text_of(resource, "resourceType") == "Procedure";
  Treatment treatment =
      is_procedure ? procedure_of(resource, place) : device_use_of(resource, place, resources);
  treatment.is_unclear = true;
  add(std::move(treatment));
}

void RespiratorySupport::note_unread_procedure(const Json& procedure, const FhirEntry& place) {
  add({.support = Support::device,
       .course = course_of(procedure, "performed", true),
       .is_unclear = true,
       .place = place});
}

void RespiratorySupport::note_medicine(const Json& medicine, const FhirEntry& place,
                                       const ReferencedResources& resources) {
  const std::string status = text_of(medicine, "status");
  if (is_never(status)) return;
  const Json& medication =
      resources.find(medicine, member(medicine, "medicationReference"), "Medication");
  const Json& ingredients = member(medication, "ingredient");
  const bool is_oxygen =
      is_of_oxygen(member(medicine, "medicationCodeableConcept")) ||
      is_of_oxygen(member(medication, "code")) ||
      resources.is_contradicted(member(medicine, "medicationReference")) ||
      (ingredients.is_array() && std::ranges::any_of(ingredients, [](const Json& one) {
         return is_of_oxygen(member(one, "itemCodeableConcept"));
       }));
  if (!is_oxygen) return;
  add({.support = Support::device,
       .course = course_of(medicine, "effective", status == "in-progress" || status == "active"),
       .is_unclear = false,
       .place = place});
}

Standing RespiratorySupport::standing_of(const Treatment& treatment,
                                         std::optional<Instant> moment) {
  const Standing standing = standing_at(treatment.course, moment);
  return treatment.is_unclear && standing == Standing::yes ? Standing::unclear : standing;
}

std::optional<FhirEntry> RespiratorySupport::standing(std::optional<Instant> moment) const {
  for (const Treatment& one : treatments_) {
    if (standing_of(one, moment) != Standing::no) return one.place;
  }
  return std::nullopt;
}

void RespiratorySupport::settle(std::optional<Instant> moment,
                                std::optional<FhirEntry> stated_high_flow,
                                FhirReading& reading) const {
  const auto warn = [&](const char* code, const std::string& text) {
    reading.builder.warn({code, "respiratory_support", "respiratory_support " + text});
  };
  Treatment greatest;
  if (stated_high_flow) greatest = {Support::hfnc, {}, false, *stated_high_flow};
  for (const Treatment& one : treatments_) {
    const Standing standing = standing_of(one, moment);
    if (standing == Standing::unclear && one.support > Support::device) {
      warn("support_open",
           fmt::format("is not taken from {}: it does not say for certain whether it lasted at the "
                       "moment of the values; expected a status and performedPeriod that do",
                       to_string(one.place)));
    }
    if (standing == Standing::yes && one.support > greatest.support) greatest = one;
  }
  if (greatest.support == Support::ventilation) {
    warn("support_open",
         fmt::format("stays open: {} is ventilation, but does not say whether it is invasive",
                     to_string(greatest.place)));
  }
  const std::string_view term = term_of(greatest.support);
  if (term.empty()) return;
  reading.builder.add(*find_variable("respiratory_support"), term,
                      {.place = to_string(greatest.place)});
  if (moment && greatest.course.is_under_way && !greatest.course.has_time()) {
    warn("undated_support", fmt::format("is taken as {} from {}, which is under way and says not "
                                        "since when",
                                        term, to_string(greatest.place)));
  }
}

}  // namespace aicovid
