#include "fhir_identity.hpp"

#include "fhir_json.hpp"

namespace aicovid {

namespace {

void add_identifier(const Json& identifier, FhirIdentity& identity) {
  const std::string value = text_of(identifier, "value");
  // No system and no value holds a line feed, so that two pairs never make one key.
  if (!value.empty()) {
    identity.keys.insert("identifier " + text_of(identifier, "system") + "\n" + value);
  }
}

void add_identifiers(const Json& patient, FhirIdentity& identity) {
  const Json& identifiers = member(patient, "identifier");
  if (!identifiers.is_array()) return;
  for (const Json& identifier : identifiers) add_identifier(identifier, identity);
}

void add_id(const std::string& id, FhirIdentity& identity) {
  if (id.empty()) return;
  identity.id = id;
  identity.keys.insert("id " + id);
  const std::string uuid = uuid_address(id);
  if (!uuid.empty()) identity.keys.insert("address " + uuid);
}

}  // namespace

FhirIdentity identity_of_patient(const Json& patient, const FhirAddress& full_url) {
  FhirIdentity identity;
  const std::string id = text_of(patient, "id");
  const bool is_server_address = full_url.type == "Patient" && (id.empty() || id == full_url.id);
  add_id(id.empty() && is_server_address ? full_url.id : id, identity);
  if (is_server_address) identity.server = full_url.server;
  if (full_url.is_absolute()) identity.keys.insert("address " + full_url.text);
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
    identity.keys.insert("address " + address.text);
  }
  add_identifier(identifier, identity);
  return identity;
}

}  // namespace aicovid
