#pragma once

#include "address.hpp"

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

namespace aicovid {

/// The values of a patient's identifiers, by their system.
using Identifiers = std::map<std::string, std::set<std::string>>;

/// Who a patient is, as a Patient resource or a reference to it says.
struct FhirIdentity {
  std::set<std::string> addresses;  ///< and ids: two that share one are one patient
  std::string id;                   ///< the logical id; patients of different ids are different
  std::string server;               ///< empty where unknown; one id on two servers is two patients
  std::string untyped;  ///< an address that is no server's, "urn:uuid:...", as it stands
  /// The values of each system. Two that share one are one patient; two of which a system says
  /// different values are not, whatever else they share: relatives share an insurer's number. Where
  /// somebody says that a patient has both values, they are the same.
  Identifiers identifiers;

  bool empty() const { return addresses.empty() && identifiers.empty(); }
};

/// Returns who a Patient is that is an entry of a Bundle with this fullUrl.
FhirIdentity identity_of_patient(const nlohmann::json& patient, const FhirAddress& full_url);

/// Returns who a Patient is that is contained in another resource. Its id holds within that
/// resource alone.
FhirIdentity identity_of_contained_patient(const nlohmann::json& patient);

/// Returns whom a Reference means by its resolved address and its identifier, which may be absent.
FhirIdentity identity_of_reference(const FhirAddress& address, const nlohmann::json& identifier);

/// Whether a system gives them no value in common.
bool have_other_identifiers(const Identifiers& a, const Identifiers& b);

}  // namespace aicovid
