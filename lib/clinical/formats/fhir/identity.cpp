#include "identity.hpp"

#include "json.hpp"

#include <algorithm>

namespace aicovid {

namespace {

/// A value without a system is of no number range, and says nothing. Nor does one that was given
/// for a while, as "EMERGENCY-1" is to many. Source: FHIR R4, valueset-identifier-use.
void add_identifier(const Json& identifier, FhirIdentity& identity) {
  const std::string system = text_of(identifier, "system");
  const std::string value = text_of(identifier, "value");
  const std::string use = text_of(identifier, "use");
  if (system.empty() || value.empty() || use == "temp" || use == "old") return;
  identity.identifiers[system].insert(value);
}

void add_identifiers(const Json& patient, FhirIdentity& identity) {
  const Json& identifiers = member(patient, "identifier");
  if (!identifiers.is_array()) return;
  for (const Json& identifier : identifiers) add_identifier(identifier, identity);
}

void add_id(const std::string& id, FhirIdentity& identity) {
  if (id.empty()) return;
  identity.id = id;
  identity.addresses.insert("id " + id);
  const std::string uuid = uuid_address(id);
  if (!uuid.empty()) identity.addresses.insert("address " + uuid);
}

}  // namespace

FhirIdentity identity_of_patient(const Json& patient, const FhirAddress& full_url) {
  FhirIdentity identity;
  const std::string id = logical_id(text_of(patient, "id"));
  const bool is_server_address = full_url.type == "Patient" && (id.empty() || id == full_url.id);
  add_id(id.empty() && is_server_address ? full_url.id : id, identity);
  if (is_server_address) identity.server = full_url.server;
  if (full_url.is_absolute()) {
    identity.addresses.insert("address " + full_url.text);
    if (full_url.type.empty()) identity.untyped = full_url.text;
  }
  add_identifiers(patient, identity);
  return identity;
}

FhirIdentity identity_of_contained_patient(const Json& patient) {
  FhirIdentity identity;
  add_identifiers(patient, identity);
  return identity;
}

FhirIdentity identity_of_reference(const FhirAddress& address, const Json& identifier) {
  FhirIdentity identity;
  if (address.type == "Patient") {
    add_id(address.id, identity);
    identity.server = address.server;
  }
  if (address.is_absolute() || (!address.text.empty() && address.type.empty())) {
    identity.addresses.insert("address " + address.text);
  }
  if (address.type.empty()) identity.untyped = address.text;
  add_identifier(identifier, identity);
  return identity;
}

bool have_other_identifiers(const Identifiers& a, const Identifiers& b) {
  return std::ranges::any_of(a, [&](const auto& of_a) {
    const auto of_b = b.find(of_a.first);
    if (of_b == b.end()) return false;
    return std::ranges::none_of(
        of_a.second, [&](const std::string& value) { return of_b->second.contains(value); });
  });
}

}  // namespace aicovid
