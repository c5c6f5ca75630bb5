#pragma once

#include "core/json.hpp"

#include <string>
#include <string_view>

namespace aicovid {

/// What a JSON text is checked against.
struct JsonCheck {
  std::string_view schema;  ///< a JSON Schema, draft 7, with a description of each member
  std::string definition;   ///< a definition of the schema, or empty for the whole of it
  std::string what;         ///< for messages: "manifest.json"
  ErrorCode code = ErrorCode::corrupt;
  /// Whether messages may repeat a text of the document. Not where it may be a patient's.
  bool repeats_texts = false;
};

/// Parses a text as `parse_json` does and checks it against a schema. No text may be longer than
/// 2048 bytes, but a member named `base64`.
///
/// @throws Error{code} as `parse_json`, or with the JSON path of what is against the schema, what
///         is there and what was expected
OrderedJson parse_checked(std::string_view text, const JsonCheck& check);

/// Describes a value for a message: a scalar as JSON, cut if long; else "an object", "a list of N".
std::string brief(const nlohmann::json& value);

/// Checks a document before it is written: JSON has no NaN and no infinity.
///
/// @param what  the document, for the message
/// @throws Error{internal} naming the member that is not finite
void require_finite(const OrderedJson& json, std::string_view what);

}  // namespace aicovid
