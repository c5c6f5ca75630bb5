#include "subjects.hpp"

#include "flat_entries.hpp"
#include "json.hpp"
#include "patient_count.hpp"
#include "reservations.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace aicovid {

namespace {

/// What a reference leads to.
enum class Target { nothing, patient, other };

struct Subject {
  Target target = Target::nothing;
  FhirIdentity identity;            ///< of a patient
  std::string other;                ///< what tells things that are no patient apart
  FhirIdentity of_reference;        ///< where it contradicts the contained patient it leads to
  const Json* contained = nullptr;  ///< the contained patient
};

/// Reference.type is the name of a type, or its address in FHIR's own definitions.
bool says_patient(const std::string& type) {
  return type.empty() || type == "Patient" ||
         type == "http://hl7.org/fhir/StructureDefinition/Patient";
}

const Json& contained_resource(const Json& resource, const std::string& id) {
  static const Json none;
  const Json& list = member(resource, "contained");
  // "#" alone is the resource itself.
  if (id.empty() || !list.is_array()) return none;
  const auto has_id = [&](const Json& one) { return text_of(one, "id") == id; };
  // Where two entries have one name, nobody knows which of them is meant.
  if (std::ranges::count_if(list, has_id) != 1) return none;
  return *std::ranges::find_if(list, has_id);
}

/// The value of a hexadecimal digit; npos for any other character.
std::size_t digit_of(char c) {
  return std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? char(c - 'A' + 'a') : c);
}

/// The text with "%7C" as "|"; a percent sign without two digits stands for itself.
std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool has_digits = text[i] == '%' && i + 2 < text.size() &&
                            digit_of(text[i + 1]) != text.npos &&
                            digit_of(text[i + 2]) != text.npos;
    plain += has_digits ? char(16 * digit_of(text[i + 1]) + digit_of(text[i + 2])) : text[i];
    if (has_digits) i += 2;
  }
  return plain;
}

/// The identifier by which a transaction refers: "Patient?identifier=SYSTEM|VALUE".
Json searched_identifier(const std::string& reference) {
  constexpr std::string_view kSearch = "Patient?identifier=";
  if (!reference.starts_with(kSearch)) return nullptr;
  const std::string searched = percent_decoded(std::string_view(reference).substr(kSearch.size()));
  const std::size_t bar = searched.find('|');
  if (bar == searched.npos) return nullptr;
  return {{"system", searched.substr(0, bar)}, {"value", searched.substr(bar + 1)}};
}

/// Finds out which patient an entry is of.
class SubjectReader {
 public:
  explicit SubjectReader(const std::vector<FlatEntry>& entries) {
    for (const FlatEntry& one : entries) {
      const Json& resource = member(*one.entry, "resource");
      const FhirAddress url = parse_fhir_address(text_of(*one.entry, "fullUrl"));
      if (!url.text.empty()) types_.emplace(url.text, text_of(resource, "resourceType"));
    }
  }

  /// Where the reference of an entry's resource leads to.
  Subject read(const Json& entry, const Json& reference) const {
    const Json& resource = member(entry, "resource");
    const std::string text = text_of(reference, "reference");
    const bool is_patient = says_patient(text_of(reference, "type"));
    if (text.starts_with('#')) {
      const Json& contained = contained_resource(resource, text.substr(1));
      const std::string type = text_of(contained, "resourceType");
      if (!type.empty() && (type != "Patient" || !is_patient)) return other(type + text);
      if (!type.empty()) return contained_patient(contained, reference);
    }
    const Json searched = searched_identifier(text);
    FhirAddress address;
    if (!text.starts_with('#') && searched.is_null()) {
      const FhirAddress url = parse_fhir_address(text_of(entry, "fullUrl"));
      address = on_server(parse_fhir_address(text), url.server);
    }
    FhirIdentity identity = identity_of_reference(
        address, searched.is_null() ? member(reference, "identifier") : searched);
    const bool leads_nowhere = address.text.empty() || text.starts_with('#');
    if (identity.empty() && leads_nowhere) return {};
    if (!is_patient || !may_be_patient(address)) return other(text);
    return {.target = Target::patient, .identity = std::move(identity)};
  }

 private:
  static Subject other(std::string text) {
    return {.target = Target::other, .other = std::move(text)};
  }

  /// The reference may have an identifier too, which is of the patient it leads to.
  static Subject contained_patient(const Json& patient, const Json& reference) {
    Subject subject{.target = Target::patient,
                    .identity = identity_of_contained_patient(patient),
                    .contained = &patient};
    FhirIdentity more = identity_of_reference({}, member(reference, "identifier"));
    if (have_other_identifiers(subject.identity.identifiers, more.identifiers)) {
      subject.of_reference = std::move(more);
    } else {
      for (const auto& [system, values] : more.identifiers) {
        subject.identity.identifiers[system].insert(values.begin(), values.end());
      }
    }
    return subject;
  }

  /// What is neither a server's address nor a name ("urn:uuid:...") leads to entries alone.
  bool may_be_patient(const FhirAddress& address) const {
    if (!address.type.empty()) return address.type == "Patient";
    const auto found = types_.find(address.text);
    if (found != types_.end()) return found->second == "Patient";
    return address.text.empty() || address.text.starts_with("urn:");
  }

  std::map<std::string, std::string> types_;  ///< of the entries' resources, by fullUrl
};

/// A type whose resources are read, or said not to be; empty for any other, of which the text may
/// be anything.
std::string read_type(const Json& resource) {
  std::string type = text_of(resource, "resourceType");
  for (const char* one : {"Patient", "Observation", "Condition", "Procedure", "Encounter",
                          "DeviceUseStatement", "Bundle"}) {
    if (type == one) return type;
  }
  // Of Lists only an empty one is read, which may say that there is nothing.
  if (type == "List" && !member(resource, "emptyReason").is_null()) return type;
  return {};
}

/// What the entries say of whom they are.
struct Mentions {
  std::vector<PatientMention> patients;
  std::vector<FhirEntry> places;            ///< of each of them
  std::map<std::string, FhirEntry> others;  ///< what is no patient, with the first entry of it
};

/// @throws Error{patient_mismatch}
void require_person(const Json& patient, const FhirEntry& place) {
  if (!is_animal(patient)) return;
  throw Error(ErrorCode::patient_mismatch,
              fmt::format("the Patient of {} is an animal (patient-animal); expected a person",
                          to_string(place)));
}

void note_patient(const BoundEntry& one, Mentions& mentions) {
  require_person(member(*one.entry, "resource"), one.place);
  const FhirAddress url = parse_fhir_address(text_of(*one.entry, "fullUrl"));
  FhirIdentity identity = identity_of_patient(member(*one.entry, "resource"), url);
  std::string name = identity.id.empty() ? url.text : identity.id;
  if (name.empty()) name = to_string(one.place);
  mentions.patients.push_back({std::move(identity), std::move(name)});
  mentions.places.push_back(one.place);
}

/// Whether the entry says of whom it is. What is never read has a say by an address alone: the
/// identifiers of a bill need not be those of the hospital.
bool note_subject(BoundEntry& one, const SubjectReader& reader, Mentions& mentions) {
  const bool is_read = !one.place.type.empty();
  const Json& resource = member(*one.entry, "resource");
  bool is_bound = false;
  for (const char* name : {"subject", "patient"}) {
    const Json& reference = member(resource, name);
    if (!reference.is_object()) continue;
    Subject subject = reader.read(*one.entry, reference);
    // A List may be of a ward or a group, and is then of no use here.
    if (subject.target == Target::other && is_read && one.place.type != "List") {
      mentions.others.emplace(subject.other, one.place);
    }
    if (subject.target != Target::patient) continue;
    if (!is_read) subject.identity.identifiers.clear();
    if (!is_read && subject.identity.empty()) continue;
    for (FhirIdentity* identity : {&subject.identity, &subject.of_reference}) {
      if (identity == &subject.of_reference && identity->empty()) continue;
      mentions.patients.push_back({std::move(*identity), ""});
      mentions.places.push_back(one.place);
    }
    if (subject.contained != nullptr && is_read) {
      require_person(*subject.contained, one.place);
      one.contained_patient = subject.contained;
    }
    is_bound = true;
  }
  return is_bound;
}

/// @throws Error{patient_mismatch}
void require_one_patient(const Mentions& mentions) {
  const PatientCount count = count_patients(mentions.patients);
  const std::size_t subjects = count.patients + mentions.others.size();
  if (!mentions.others.empty()) {
    throw Error(ErrorCode::patient_mismatch,
                fmt::format("the Bundle has {} {}, and that of {} is no Patient; expected one "
                            "patient",
                            subjects, subjects == 1 ? "subject" : "subjects",
                            to_string(mentions.others.begin()->second)));
  }
  if (subjects > 1) {
    throw Error(ErrorCode::patient_mismatch,
                fmt::format("the Bundle has {} subjects, a second one from {} on; expected one "
                            "patient",
                            subjects, to_string(mentions.places[count.first_other])));
  }
}

}  // namespace

std::vector<BoundEntry> bind_to_one_patient(const Json& entries) {
  std::vector<BoundEntry> bound;
  Mentions mentions;
  const std::vector<FlatEntry> flat = flat_entries(entries);
  const SubjectReader reader(flat);
  for (std::size_t i = 0; i < flat.size(); ++i) {
    const Json& entry = *flat[i].entry;
    BoundEntry one{.place = {i, read_type(member(entry, "resource")), flat[i].name},
                   .entry = &entry};
    if (one.place.type == "Bundle") {
      // A Bundle that was not opened is set aside without a look into it.
    } else if (one.place.type == "Patient") {
      note_patient(one, mentions);
    } else {
      one.is_bound = note_subject(one, reader, mentions);
    }
    if (!one.place.type.empty()) bound.push_back(std::move(one));
  }
  require_one_patient(mentions);
  return bound;
}

}  // namespace aicovid
