#include "condition_status.hpp"

#include "json.hpp"

#include <array>
#include <set>
#include <string>

namespace aicovid {

namespace {

template <typename Meaning>
struct StatusCode {
  std::string_view code;
  Meaning meaning;
};

constexpr std::string_view kVerificationSystem =
    "http://terminology.hl7.org/CodeSystem/condition-ver-status";
constexpr std::array<StatusCode<Verification>, 7> kVerifications = {{
    {"confirmed", Verification::confirmed},
    {"refuted", Verification::refuted},
    {"entered-in-error", Verification::in_error},
    {"unconfirmed", Verification::other},
    {"provisional", Verification::other},
    {"differential", Verification::other},
    {"unknown", Verification::other},
}};

/// "Confirmed present" and "definitely NOT present", of the value set that GECCO has beside HL7's.
constexpr std::array<StatusCode<Verification>, 2> kSnomedVerifications = {{
    {"410605003", Verification::confirmed},
    {"410594000", Verification::refuted},
}};

constexpr std::string_view kClinicalSystem =
    "http://terminology.hl7.org/CodeSystem/condition-clinical";
constexpr std::array<StatusCode<Activity>, 7> kActivities = {{
    {"active", Activity::active},
    {"recurrence", Activity::active},
    {"relapse", Activity::active},
    {"inactive", Activity::over},
    {"remission", Activity::over},
    {"resolved", Activity::over},
    {"unknown", Activity::other},
}};

template <typename Meaning, std::size_t Size>
const StatusCode<Meaning>* find(const std::array<StatusCode<Meaning>, Size>& codes,
                                const std::string& code) {
  for (const StatusCode<Meaning>& one : codes) {
    if (one.code == code) return &one;
  }
  return nullptr;
}

/// What a status says, if it is said by a code of the system, or of none, and no other code of it
/// says otherwise.
template <typename Meaning, std::size_t Size>
Meaning meaning_of(const Json& status, std::string_view system,
                   const std::array<StatusCode<Meaning>, Size>& codes, bool& lacks_system) {
  if (status.is_null()) return Meaning::unsaid;
  std::set<Meaning> meanings;
  bool by_system = false;
  bool by_none = false;
  for (const Json& coding : codings(status)) {
    const StatusCode<Meaning>* found = find(codes, text_of(coding, "code"));
    if (found == nullptr) continue;
    meanings.insert(found->meaning);
    by_system |= text_of(coding, "system") == system;
    by_none |= member(coding, "system").is_null();
  }
  if (meanings.size() != 1 || (!by_system && !by_none)) return Meaning::other;
  lacks_system |= !by_system;
  return *meanings.begin();
}

/// Whether a code of SNOMED CT says something else.
bool denies(const Json& verification, Verification said) {
  for (const Json& coding : codings(verification)) {
    if (text_of(coding, "system") != kSnomed) continue;
    const auto* found = find(kSnomedVerifications, text_of(coding, "code"));
    if (found == nullptr || found->meaning != said) return true;
  }
  return false;
}

}  // namespace

ConditionStatus read_condition_status(const Json& condition) {
  ConditionStatus status;
  const Json& verification = member(condition, "verificationStatus");
  status.verification =
      meaning_of(verification, kVerificationSystem, kVerifications, status.lacks_system);
  const bool is_said = status.verification == Verification::confirmed ||
                       status.verification == Verification::refuted;
  if (is_said && denies(verification, status.verification)) {
    status.verification = Verification::other;
  }
  status.activity = meaning_of(member(condition, "clinicalStatus"), kClinicalSystem, kActivities,
                               status.lacks_system);
  return status;
}

}  // namespace aicovid
