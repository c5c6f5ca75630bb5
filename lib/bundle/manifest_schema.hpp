#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace aicovid {

/// JSON whose members keep their order: a network's outputs are named by position.
using OrderedJson = nlohmann::ordered_json;

/// A JSON file of the bundle, parsed and checked against docs/schemas/manifest.json.
struct SchemaCheck {
  std::string file;        ///< for messages: "manifest.json"
  std::string definition;  ///< a definition of the schema, or empty for the whole of it
};

/// @throws Error{bad_bundle} naming the file with the line and column of a syntax error, or with
/// the JSON path of
///         what is against the schema, what is there and what was expected
OrderedJson parse_checked(std::string_view text, const SchemaCheck& check);

/// A value for a message: as JSON if it is a scalar, cut if long; else "an object", "a list of N".
std::string brief(const nlohmann::json& value);

}  // namespace aicovid
