#include "json_object.hpp"

#include "variables/unknown_name.hpp"

#include "core/json.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>

namespace aicovid {

namespace {

/// FHIR's deepest resources nest some ten levels. Copying a value of the JSON library takes stack
/// by the level, so that deep nesting would end the process.
constexpr int kDeepestNesting = 64;

/// The members on the way to a value, without the items of lists.
std::vector<JsonStep> members_of(const std::vector<JsonStep>& path) {
  std::vector<JsonStep> members;
  for (const JsonStep& step : path) {
    if (step.name) members.push_back(step);
  }
  return members;
}

/// The record's member that was being read.
std::string field_of(const std::vector<JsonStep>& members) {
  if (members.empty()) return "the clinical record";
  return printable_name(fmt::format("member {}", members.front().index + 1), *members.front().name);
}

/// Names the place, never the text, which may name a patient.
std::string words_of(const JsonFault& fault, std::size_t first_line) {
  const std::vector<JsonStep> members = members_of(fault.path);
  switch (fault.kind) {
    case JsonFault::Kind::nesting:
      return fmt::format("the clinical record is nested deeper than {} levels; expected fewer",
                         fault.limit);
    case JsonFault::Kind::given_twice: {
      const std::string inner =
          members.size() == 1 ? "" : fmt::format(".{}", printable_member(*members.back().name));
      return fmt::format("{}{} is given twice; expected once", field_of(members), inner);
    }
    case JsonFault::Kind::number_range:
      return fmt::format("{} is a number beyond a double's range; expected a finite number",
                         field_of(members));
    default:
      return fmt::format(
          "the clinical record is no JSON from line {}, column {} (byte {}) on; expected a JSON "
          "object",
          first_line + fault.line - 1, fault.column, fault.byte);
  }
}

}  // namespace

JsonObject parse_json_object(std::string_view text, std::size_t first_line) {
  const auto words = [first_line](const JsonFault& fault) { return words_of(fault, first_line); };
  JsonObject object;
  object.document = parse_json<nlohmann::json>(text,
                                               {.what = "clinical record",
                                                .code = ErrorCode::bad_clinical_input,
                                                .deepest = kDeepestNesting,
                                                .words = words},
                                               &object.names);
  if (!object.document.is_object()) {
    throw Error(ErrorCode::bad_clinical_input,
                fmt::format("the clinical record is a JSON {}; expected an object",
                            object.document.type_name()));
  }
  return object;
}

}  // namespace aicovid
