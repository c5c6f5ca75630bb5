#pragma once

#include "json_object.hpp"

#include <aicovid/clinical_explanation.hpp>
#include <aicovid/clinical_record.hpp>

namespace aicovid {

/// Reads a parsed JSON object as `ClinicalRecord::parse_json` does.
ClinicalExplanation explain_json(const JsonObject& object, const ClinicalOptions& options);

/// A value as the member of a JSON record.
nlohmann::json member_of_value(const ClinicalValue& value);

/// @throws Error{invalid_argument} if the options name a row: only a table has rows
void require_no_row(const ClinicalOptions& options);

/// @throws Error{invalid_argument} if the options say something of a problem list: only FHIR has
/// one
void require_no_problem_list(const ClinicalOptions& options);

}  // namespace aicovid
