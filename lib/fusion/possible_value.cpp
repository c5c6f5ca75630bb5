#include "possible_value.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <fmt/format.h>

namespace aicovid {

void require_possible(const std::string& variable, const nlohmann::json& value,
                      const ClinicalVariables& variables, const ConfigValue& where) {
  try {
    ClinicalRecord::parse_json(nlohmann::json{{variable, value}}.dump(), {.variables = variables});
  } catch (const Error& error) {
    where.reject(fmt::format("what a clinical record can hold: {}", error.what()));
  }
}

}  // namespace aicovid
