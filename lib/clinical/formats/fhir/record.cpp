#include "record.hpp"

#include "condition.hpp"
#include "condition_evidence.hpp"
#include "current_encounters.hpp"
#include "flat_entries.hpp"
#include "formats/json_object.hpp"
#include "formats/json_record.hpp"
#include "hidden_conditions.hpp"
#include "infection.hpp"
#include "json.hpp"
#include "observation.hpp"
#include "observed_at.hpp"
#include "oxygen.hpp"
#include "patient.hpp"
#include "place_of_care.hpp"
#include "problem_list.hpp"
#include "reading.hpp"
#include "record/record_builder.hpp"
#include "record/timestamp.hpp"
#include "referenced.hpp"
#include "reservations.hpp"
#include "respiratory_support.hpp"
#include "set_aside.hpp"
#include "subjects.hpp"
#include "versions.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace aicovid {

namespace {

[[noreturn]] void reject(const std::string& message) {
  throw Error(ErrorCode::bad_clinical_input, message);
}

/// Whether the entry of a transaction orders its server to delete, change or search something.
bool states_nothing(const Json& entry) {
  const std::string method = text_of(member(entry, "request"), "method");
  return !method.empty() && method != "POST" && method != "PUT";
}

/// Whether a resource says that a medicine was given or is taken.
bool is_of_medicine(const std::string& type) {
  return type == "MedicationAdministration" || type == "MedicationStatement";
}

/// Puts the entry's place before the message of an error of reading it.
template <typename Read>
void naming(const FhirEntry& place, const Read& read) {
  try {
    read();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_clinical_input) throw;
    throw Error(error.code(), to_string(place) + ": " + error.what());
  }
}

class BundleReader {
 public:
  BundleReader(const Json& bundle, const std::vector<FlatEntry>& entries, FhirReading& reading)
      : entries_(entries),
        replaced_(replaced_versions(entries)),
        encounters_(entries, reading.options.at),
        is_whole_(!has_more_pages(bundle) &&
                  std::ranges::none_of(entries,
                                       [](const FlatEntry& one) {
                                         return has_or_hides_problems(
                                             member(*one.entry, "resource"));
                                       })),
        reading_(reading),
        resources_(entries, replaced_),
        oxygen_(reading.at, reading.options) {}

  void read(const std::vector<BoundEntry>& entries) {
    for (const BoundEntry& one : entries) {
      naming(one.place, [&] { read_or_set_aside(one.place, reading_, [&] { read(one); }); });
    }
    note_unread();
    settle_bedside();
    require_one_person(patients_, contained_patients_);
    if (!patients_.empty()) {
      const FhirEntry& place = patients_.front().place;
      naming(place, [&] {
        read_or_set_aside(place, reading_, [&] {
          read_fhir_patient(patients_, reading_.options, reading_.builder);
        });
      });
    }
    infection_.settle(reading_);
    if (reading_.options.problem_list == ProblemList::complete) conditions_.note_complete();
    if (conditions_.is_complete()) conditions_.note_unread(count_hidden_conditions(entries_));
    conditions_.settle(reading_);
  }

 private:
  struct SeenObservation {
    const Json* resource;
    FhirEntry place;
    bool is_known;  ///< as a statement of oxygen or air
  };

  void read(const BoundEntry& one) {
    const Json& resource = member(*one.entry, "resource");
    const Json* contained = one.contained_patient;
    const bool has_modified_patient = contained != nullptr && has_unknown_modifier(*contained);
    if (contained != nullptr && !has_modified_patient) {
      contained_patients_.push_back({one.place, contained});
    }
    if (const auto found = replaced_.find(one.place.index); found != replaced_.end()) {
      if (found->second == Replaced::by_later) return set_aside(SetAside::other_version, one);
      return doubt(SetAside::other_version, one);
    }
    if (one.place.type == "Bundle") {
      conditions_.note_unread();
      oxygen_.note_unread(one.place);
      return set_aside(SetAside::nested_bundle, one);
    }
    if (one.place.type == "Procedure" && !is_of_support(resource)) {
      return note_other_procedure(resource, one);
    }
    if (states_nothing(*one.entry)) return doubt(SetAside::other_request, one);
    if (has_unknown_modifier(*one.entry) || has_unknown_modifier(resource) ||
        has_modified_patient) {
      return doubt(SetAside::unknown_modifier, one);
    }
    if (one.place.type == "Patient") return patients_.push_back({one.place, &resource});
    if (!one.is_bound) return doubt(SetAside::without_subject, one);
    if (one.place.type == "Condition") return try_condition(resource, one);
    if (one.place.type == "List") return read_list(resource);
    if (one.place.type == "Procedure") return support_.note_procedure(resource, one.place);
    if (one.place.type == "Encounter") return place_.note_encounter(resource, one.place);
    if (one.place.type == "DeviceUseStatement") {
      return support_.note_device_use(resource, one.place, resources_);
    }
    if (is_about_another(resource)) return doubt(SetAside::about_another, one);
    const std::string status = text_of(resource, "status");
    if (status == "entered-in-error" || status == "cancelled") {
      return set_aside(SetAside::not_final, one);
    }
    if (status != "final" && status != "amended" && status != "corrected") {
      return doubt(SetAside::not_final, one);
    }
    const auto tests = infection_tests_in(resource);
    if (!tests.empty()) {
      infection_.add_tests(resource, tests, may_be_of_airways(resource), one.place, reading_);
    }
    if (infection_test_of(resource)) return;
    for (const Json* answer : answers_of_intensive_care(resource)) {
      place_.note_answer(resource, *answer, one.place, reading_);
    }
    if (!is_of_intensive_care(resource)) {
      const auto statement = oxygen_.note(resource, one.place);
      if (statement == OxygenEvidence::Statement::unclear) {
        set_aside(SetAside::without_value, one);
      }
      observations_.push_back({&resource, one.place, statement != OxygenEvidence::Statement::none});
    }
  }

  /// What one entry says of oxygen, support and place hangs on the others, and on the saturation
  /// that the record takes.
  void settle_bedside() {
    for (const SeenObservation& one : observations_) {
      read_values(one, {.is_of_blood_gas = is_of_blood_gas_then(one)});
    }
    auto spo2 = reading_.builder.latest("spo2");
    if (!spo2) spo2 = reading_.builder.latest("spo2_room_air");
    const auto moment = reading_.at ? reading_.at : spo2;
    auto lasting = support_.standing(moment);
    if (!lasting && spo2) lasting = support_.standing(spo2);
    const auto open = oxygen_.settle(spo2, lasting, reading_.builder);
    support_.settle(moment, oxygen_.stated_high_flow(moment), reading_);
    place_.settle(moment, resources_, reading_);
    for (const SeenObservation& one : observations_) {
      read_values(one, {.are_read = true, .open = open});
    }
  }

  bool is_of_blood_gas_then(const SeenObservation& one) const {
    const auto moment = parse_timestamp(observed_at(*one.resource).exact);
    return moment && oxygen_.is_of_blood_gas_then(*moment);
  }

  void read_values(const SeenObservation& one, const OxygenValues& oxygen) {
    naming(one.place, [&] {
      read_or_set_aside(one.place, reading_, [&] {
        const bool is_read = read_fhir_observation(*one.resource, one.place, oxygen, reading_);
        if (is_read || one.is_known || oxygen.are_read) return;
        reading_.unread.add(member(*one.resource, "code"));
        reading_.left_out.add(SetAside::unknown_code, one.place);
      });
    });
  }

  /// A Procedure of another kind says nothing here. One that goes on may be ventilation if its code
  /// is not known.
  void note_other_procedure(const Json& procedure, const BoundEntry& one) {
    if (!is_under_way(procedure)) return;
    support_.note_unread_procedure(procedure, one.place);
    reading_.unread.add(member(procedure, "code"));
    set_aside(SetAside::unknown_code, one);
  }

  /// Whether the Observation's specimen is of the airways, or nobody says of what.
  bool may_be_of_airways(const Json& observation) const {
    const Json& reference = member(observation, "specimen");
    return !resources_.is_contradicted(reference) &&
           is_site_of_airways(member(observation, "bodySite")) &&
           is_of_airways(resources_.find(observation, reference, "Specimen"));
  }

  /// What is no entry of a type that is read, and may speak against room air or a negative test.
  void note_unread() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const Json& resource = member(*entries_[i].entry, "resource");
      const std::string type = text_of(resource, "resourceType");
      const FhirEntry place{.index = i, .type = {}, .name = entries_[i].name};
      if (is_of_medicine(type)) support_.note_medicine(resource, place, resources_);
      const Json& contained = member(resource, "contained");
      if (!contained.is_array()) continue;
      for (const Json& one : contained) note_contained(one, place);
    }
  }

  void note_contained(const Json& resource, const FhirEntry& place) {
    if (text_of(resource, "status") == "entered-in-error") return;
    const std::string type = text_of(resource, "resourceType");
    if (type == "Observation") {
      oxygen_.note_doubt(resource, place);
      if (!infection_tests_in(resource).empty()) infection_.note_doubt(resource, place);
      reading_.left_out.add(SetAside::contained, place);
    }
    if (type == "Procedure" || type == "DeviceUseStatement") {
      support_.note_doubt(resource, place, resources_);
    }
    if (is_of_medicine(type)) support_.note_medicine(resource, place, resources_);
  }

  void set_aside(SetAside reason, const BoundEntry& one) {
    reading_.left_out.add(reason, one.place);
  }

  /// Sets aside what does not count, and might say what speaks against an absence.
  void doubt(SetAside reason, const BoundEntry& one) {
    const Json& resource = member(*one.entry, "resource");
    if (one.place.type == "Condition") {
      conditions_.note_unread();
      note_possible_infection(resource, one);
    }
    if (one.place.type == "Observation") {
      oxygen_.note_doubt(resource, one.place);
      if (!infection_tests_in(resource).empty()) infection_.note_doubt(resource, one.place);
    }
    if (one.place.type == "Procedure" || one.place.type == "DeviceUseStatement") {
      support_.note_doubt(resource, one.place, resources_);
    }
    set_aside(reason, one);
  }

  /// One that cannot be read is set aside by the caller, and may be any disease.
  void try_condition(const Json& condition, const BoundEntry& one) {
    try {
      read_condition(condition, one);
    } catch (const Error&) {
      conditions_.note_unread();
      note_possible_infection(condition, one);
      throw;
    }
  }

  void read_condition(const Json& condition, const BoundEntry& one) {
    const FhirCondition found = read_fhir_condition(condition, reading_.options);
    if (!found.meaning) {
      const Verification said = read_condition_status(condition).verification;
      if (said != Verification::in_error) conditions_.note_unread();
      reading_.unread.add(member(condition, "code"));
      return set_aside(SetAside::unknown_code, one);
    }
    const bool is_infection = !found.meaning->term.empty();
    const bool is_possible = found.presence == Presence::possible ||
                             (found.presence == Presence::present && found.contradictory);
    if (is_infection && is_possible) note_possible_infection(condition, one);
    if (is_infection && found.presence == Presence::refuted) infection_.add_refuted(found);
    const bool is_read = is_infection ? found.presence == Presence::present && !found.contradictory
                                      : conditions_.add(found, one.place);
    if (found.contradictory) return set_aside(SetAside::contradictory, one);
    if (!is_read) return set_aside(SetAside::not_present, one);
    if (found.status.lacks_system) warn_of_system(found, one);
    if (is_infection) {
      infection_.add_diagnosis(found, condition, encounters_.hold(*one.entry), one.place, reading_);
    }
  }

  /// A Condition with a code of COVID-19 that does not count may be of it all the same.
  void note_possible_infection(const Json& condition, const BoundEntry& one) {
    if (is_coded_as_infection(condition)) {
      infection_.note_possible(condition, encounters_.hold(*one.entry), one.place, reading_);
    }
  }

  void warn_of_system(const FhirCondition& found, const BoundEntry& one) {
    const std::string variable(found.meaning->variable);
    reading_.builder.warn(
        {"status_without_system", variable,
         fmt::format("{} is taken from {}, of which a status has a code without system; it is "
                     "read as HL7's, for FHIR allows no other",
                     variable, to_string(one.place))});
  }

  /// Of Lists only a problem list that is empty says something. Another page may have more.
  void read_list(const Json& list) {
    if (is_whole_ && is_nil_known(list, reading_.options.at)) conditions_.note_complete();
  }

  const std::vector<FlatEntry>& entries_;
  std::map<std::size_t, Replaced> replaced_;
  CurrentEncounters encounters_;
  bool is_whole_;
  FhirReading& reading_;
  ReferencedResources resources_;
  std::vector<SeenObservation> observations_;
  OxygenEvidence oxygen_;
  RespiratorySupport support_;
  PlaceOfCare place_;
  std::vector<PatientCopy> patients_;
  std::vector<PatientCopy> contained_patients_;
  ConditionEvidence conditions_;
  InfectionEvidence infection_;
};

}  // namespace

ClinicalExplanation explain_fhir(const Json& bundle, const ClinicalOptions& options) {
  require_no_row(options);
  if (options.clean != Cleaning::none) {
    throw Error(ErrorCode::invalid_argument, "clean is for tables and records, not FHIR Bundles");
  }
  if (text_of(bundle, "resourceType") != "Bundle") {
    reject("the FHIR resource is no Bundle; expected resourceType Bundle");
  }
  // Its versions contradict one another, and the latest may say that all were entered in error.
  if (text_of(bundle, "type") == "history") {
    reject("the Bundle's type is history; expected one that has each resource once");
  }
  if (has_unknown_modifier(bundle)) {
    reject(
        "the Bundle has implicitRules or a modifierExtension, which may change what it means; "
        "expected neither");
  }
  if (options.problem_list == ProblemList::complete && has_more_pages(bundle)) {
    reject(
        "the Bundle has a further page (link next), or fewer entries than its total; expected all "
        "of them where the problem list is said to be complete");
  }
  RecordBuilder builder(options, options.strict ? Conflicts::refuse : Conflicts::open);
  const Json& entries = member(bundle, "entry");
  if (!entries.is_null() && !entries.is_array()) reject("the Bundle's entry is no list");
  SetAsideEntries left_out;
  UnreadCodes unread;
  FhirReading reading{
      .options = options, .at = {}, .builder = builder, .left_out = left_out, .unread = unread};
  if (!options.at.empty()) reading.at = parse_timestamp(options.at);
  const std::vector<FlatEntry> flat = flat_entries(entries);
  BundleReader(bundle, flat, reading).read(bind_to_one_patient(entries));
  left_out.report(builder);
  ClinicalExplanation explanation = builder.build();
  explanation.unread = unread.list();
  return explanation;
}

ClinicalRecord ClinicalRecord::parse_fhir(std::string_view json, const ClinicalOptions& options) {
  return explain_fhir(parse_json_object(json).document, options).record;
}

}  // namespace aicovid
