#include "fhir_export.hpp"

#include "formats/fhir/address.hpp"
#include "formats/fhir/json.hpp"
#include "json_patient.hpp"
#include "result.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace aicovid {

namespace {

constexpr std::size_t kMostNamed = 10;

/// The logical ids of the Patients that the resource says it is of.
std::set<std::string> patient_ids(const Json& resource) {
  std::set<std::string> ids;
  for (const char* name : {"subject", "patient"}) {
    const FhirAddress address = parse_fhir_address(text_of(member(resource, name), "reference"));
    if (address.type == "Patient") ids.insert(address.id);
  }
  return ids;
}

/// Whether a resource that leads to no Patient may have a value of one: it says that it is of
/// somebody, or is of a type that is always. Hospitals, wards and medicines are of nobody.
bool may_be_of_patient(const Json& resource) {
  const std::string type = text_of(resource, "resourceType");
  return !member(resource, "subject").is_null() || !member(resource, "patient").is_null() ||
         type == "Observation" || type == "Condition" || type == "Encounter" ||
         type == "Procedure" || type == "DeviceUseStatement";
}

/// What several patients may refer to, or what does not say whose it is.
bool is_shared(const Json& resource, const std::set<std::string>& ids) {
  const std::string type = text_of(resource, "resourceType");
  return type == "Location" || type == "Device" || type == "Medication" ||
         (type == "Specimen" && ids.empty());
}

/// The addresses, "Location/7", of what a resource refers to and is not read by itself: the places
/// of an Encounter, the device of its use, a specimen, a medicine.
std::set<std::string> addresses_in(const Json& resource) {
  std::vector<Json> references = {member(resource, "device"), member(resource, "specimen"),
                                  member(resource, "medicationReference")};
  const Json& locations = member(resource, "location");
  if (locations.is_array()) {
    for (const Json& one : locations) references.push_back(member(one, "location"));
  }
  std::set<std::string> addresses;
  for (const Json& reference : references) {
    const FhirAddress address = parse_fhir_address(text_of(reference, "reference"));
    if (!address.id.empty()) addresses.insert(address.type + "/" + logical_id(address.id));
  }
  return addresses;
}

std::string named(std::vector<std::pair<Place, std::string>> all) {
  std::ranges::sort(all);
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), kMostNamed); ++i) {
    text += fmt::format("{}{} ({})", i > 0 ? "; " : "", to_string(all[i].first), all[i].second);
  }
  if (all.size() > kMostNamed) text += fmt::format("; and {} more", all.size() - kMostNamed);
  return text;
}

}  // namespace

void FhirExport::add(std::string_view text, const Json& resource, const Place& place) {
  Resource one{text, place, printable_type(resource)};
  if (one.type == "Patient") {
    ++size_;
    const std::string id = logical_id(text_of(resource, "id"));
    if (id.empty()) {
      nameless_.push_back({.patients = {std::move(one)}, .others = {}});
    } else {
      groups_[id].patients.push_back(std::move(one));
    }
    return;
  }
  const std::set<std::string> ids = patient_ids(resource);
  if (is_shared(resource, ids)) {
    shared_[fmt::format("{}/{}", text_of(resource, "resourceType"),
                        logical_id(text_of(resource, "id")))]
        .push_back(std::move(one));
    return;
  }
  // By it a server says what it did not export.
  if (one.type == "OperationOutcome") has_damage_ = true;
  if (ids.size() == 1) {
    ++size_;
    groups_[*ids.begin()].others.push_back(std::move(one));
  } else if (may_be_of_patient(resource)) {
    ++size_;
    astray_.push_back(std::move(one));
  }
}

std::vector<Json> FhirExport::referenced(const std::vector<Json>& resources) const {
  std::set<std::string> addresses;
  for (const Json& one : resources) addresses.merge(addresses_in(one));
  std::vector<Json> found;
  for (const std::string& address : addresses) {
    const auto shared = shared_.find(address);
    if (shared == shared_.end()) continue;
    for (const Resource& version : shared->second) {
      found.push_back(parse_json_object(version.text).document);
    }
  }
  return found;
}

ClinicalPatient FhirExport::patient_of(const Group& group, const std::string& id,
                                       const ClinicalPatientsOptions& options,
                                       bool is_whole) const {
  ClinicalPatient patient{.key = to_string(group.patients.front().place), .id = id};
  patient.result = result_of([&] {
    std::vector<Json> resources;
    for (const auto* list : {&group.patients, &group.others}) {
      for (const Resource& one : *list) {
        // What is astray or damaged may be a problem of the patient, whatever the List says.
        if (one.type == "List" && !is_whole) continue;
        resources.push_back(parse_json_object(one.text).document);
      }
    }
    for (Json& one : referenced(resources)) resources.push_back(std::move(one));
    return explain_object({bundle_of(std::move(resources)), {}}, options.each).record;
  });
  return patient;
}

void FhirExport::take_patients(const ClinicalPatientsOptions& options,
                               const std::vector<std::string>& files,
                               const TakePatient& take) const {
  // What leads to no Patient, or is on a damaged line, may be a disease of any of them.
  if (options.each.problem_list == ProblemList::complete && size_ > 0) {
    throw Error(ErrorCode::invalid_argument,
                "problem_list complete is for Bundles; nobody can say that the resources of a FHIR "
                "export are all that a patient has");
  }
  std::map<Place, std::pair<std::string, const Group*>> in_order;
  const auto add = [&](const std::string& id, const Group& group) {
    in_order.emplace(group.patients.front().place, std::pair(id, &group));
  };
  std::vector<std::pair<Place, std::string>> astray;
  for (const Resource& one : astray_) astray.emplace_back(one.place, one.type);
  for (const Group& group : nameless_) add("", group);
  for (const auto& [id, group] : groups_) {
    if (!group.patients.empty()) {
      add(id, group);
    } else {
      for (const Resource& one : group.others) astray.emplace_back(one.place, one.type);
    }
  }
  const bool is_whole = astray.empty() && !has_damage_;
  for (const auto& [place, found] : in_order) {
    ClinicalPatient patient =
        patient_of(*found.second, options.with_ids ? found.first : "", options, is_whole);
    if (options.with_ids && place.file > 0) patient.file = files.at(place.file - 1);
    take(std::move(patient));
  }
  if (astray.empty()) return;
  ClinicalPatient rest{.key = to_string(std::ranges::min(astray).first)};
  rest.result = Error(
      ErrorCode::bad_clinical_input,
      fmt::format("{} no Patient of the export by a reference to its id, and {} in no record: {}; "
                  "expected the Patient resources beside them",
                  astray.size() == 1 ? "1 resource leads to"
                                     : fmt::format("{} resources lead to", astray.size()),
                  astray.size() == 1 ? "is" : "are", named(astray)));
  take(std::move(rest));
}

}  // namespace aicovid
