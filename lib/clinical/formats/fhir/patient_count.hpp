#pragma once

#include "identity.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace aicovid {

/// A place where a Bundle speaks of a patient, by a Patient resource or by a reference.
struct PatientMention {
  FhirIdentity identity;
  std::string resource;  ///< what tells Patient resources without id apart; empty for a reference
};

struct PatientCount {
  std::size_t patients = 0;
  std::size_t first_other = 0;  ///< the first mention of a second patient, where there is one
};

/// How many patients are spoken of. Mentions that share an address or an identifier are of one
/// patient, through others too, unless they differ in id, in server, in an address that is no
/// server's, in a system's identifiers or as resources. Their order makes no difference.
PatientCount count_patients(const std::vector<PatientMention>& mentions);

}  // namespace aicovid
