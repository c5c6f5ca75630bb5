#pragma once

#include <string>
#include <string_view>

namespace aicovid {

/// Where a FHIR resource is: of "https://host/fhir/Patient/7/_history/2" the server
/// "http://host/fhir", the type "Patient" and the id "7". A version is no other patient, nor is
/// http another server than https, nor another spelling: "HTTPS://Host:443//fhir/Patient/7".
struct FhirAddress {
  std::string text;    ///< without version; empty where there is none
  std::string server;  ///< empty for a relative address, and for one that is no server's
  std::string type;    ///< empty where the address names none: "urn:uuid:..."
  std::string id;      ///< empty without a type

  bool is_absolute() const { return text.find(':') != text.npos; }
};

FhirAddress parse_fhir_address(std::string_view text);

/// The address of a resource of that server.
FhirAddress on_server(FhirAddress relative, const std::string& server);

/// The id, in small letters if it is a UUID, whose letters are digits.
std::string logical_id(std::string_view id);

/// Returns "urn:uuid:" and the id in small letters if it is a UUID, which is of one thing
/// everywhere; empty for any other id.
std::string uuid_address(std::string_view id);

}  // namespace aicovid
