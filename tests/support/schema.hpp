#pragma once

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#include <vector>

namespace aicovid::testing {

/// Validates a JSON text against docs/schemas/NAME.json.
///
/// @return what is wrong, one "PATH: description" each; empty for a valid text
/// @throws std::exception if there is no such schema
inline std::vector<std::string> schema_violations(std::string_view name, std::string_view text) {
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (document.is_discarded()) return {"not a JSON text"};

  const std::string file =
      std::string(AICOVID_SOURCE_DIR) + "/docs/schemas/" + std::string(name) + ".json";
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error("no schema " + std::string(name));
  const auto schema_document = nlohmann::json::parse(stream);
  const valijson::adapters::NlohmannJsonAdapter schema_adapter(schema_document);
  valijson::Schema schema;
  valijson::SchemaParser().populateSchema(schema_adapter, schema);

  valijson::ValidationResults results;
  const valijson::adapters::NlohmannJsonAdapter target(document);
  // Strong types: "1" is no number.
  valijson::Validator(valijson::Validator::kStrongTypes).validate(schema, target, &results);
  std::vector<std::string> violations;
  for (const auto& error : results) {
    std::string path;
    for (const auto& part : error.context) path += part;
    violations.push_back(path + ": " + error.description);
  }
  return violations;
}

}  // namespace aicovid::testing
