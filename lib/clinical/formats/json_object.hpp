#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

struct JsonObject {
  nlohmann::json document;
  std::vector<std::string> names;  ///< of its members, in the order of the text
};

/// Parses a JSON object as `parse_json` does, nested at most 64 levels. A message of an error names
/// the place, never the text, which may name a patient.
///
/// @param first_line  the number of the text's first line, where it is a line of a longer one
/// @throws Error{bad_clinical_input}
JsonObject parse_json_object(std::string_view text, std::size_t first_line = 1);

}  // namespace aicovid
