#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// What became of a value that the text holds.
enum class EvidenceFate : std::uint8_t {
  taken,
  agreeing,       ///< of the same moment as the one that was taken, and the same within rounding
  earlier,        ///< a later one was taken
  outside_hours,  ///< after the moment that the values are for, or too long before it
  conflicting,    ///< it contradicts another value; the variable is left missing
  unreadable,     ///< it is no value of the variable
};

/// The stable name: "taken", "outside_hours".
AICOVID_EXPORT std::string_view to_string(EvidenceFate fate) noexcept;

/// A value that the text holds of a variable.
struct ClinicalEvidence {
  std::string variable;
  std::string place;    ///< "entry[3] (Observation)", "member 2", "column 5"; empty if not known
  std::string code;     ///< the listed code that says what it is, "8867-4"; empty for a name
  ClinicalValue value;  ///< as given; empty where it was not read
  std::optional<double> canonical;  ///< a number that was read, in the canonical unit
  EvidenceFate fate = EvidenceFate::taken;
  std::string reason;  ///< a sentence where it was not taken and the fate does not say all
};

/// A code of LOINC, SNOMED CT or ICD-10 in a FHIR Bundle that is no variable's.
struct UnreadCode {
  std::string system;
  std::string code;
  std::size_t entries = 0;  ///< how many have it

  bool operator==(const UnreadCode&) const = default;
};

/// Why a record is as it is: each value that was found, and what became of it.
struct ClinicalExplanation {
  ClinicalRecord record;
  std::vector<ClinicalEvidence> evidence;  ///< in the order of the variables, the latest first
  std::vector<UnreadCode> unread;          ///< in the order of system and code
  ClinicalVariables variables;             ///< those that the values could be of
};

/// Reads clinical values as `parse_clinical` does, and says where each value comes from.
///
/// @throws as `parse_clinical`
AICOVID_EXPORT ClinicalExplanation explain_clinical(std::string_view text,
                                                    const ClinicalOptions& options = {});

/// The explanation as JSON, schema `aicovid.clinical_explanation/1`
/// (docs/schemas/clinical_explanation.json), on one line unless `indent` >= 0.
AICOVID_EXPORT std::string to_json(const ClinicalExplanation& explanation, int indent = -1);

/// The explanation for people, UTF-8, at most 100 columns, no newline at its end.
AICOVID_EXPORT std::string to_text(const ClinicalExplanation& explanation);

}  // namespace aicovid
