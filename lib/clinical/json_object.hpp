#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace aicovid {

/// Parses a JSON object, nested at most 64 levels, of which no member is given twice. A message of
/// an error names the place, never the text, which may name a patient.
///
/// @throws Error{bad_clinical_input}
nlohmann::json parse_json_object(std::string_view text);

}  // namespace aicovid
