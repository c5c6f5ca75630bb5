#include "core/checked_json.hpp"

#include <fmt/format.h>
#include <cmath>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace aicovid {

namespace {

using nlohmann::json;

/// No real document comes near it, and the schema's regular expressions recurse over a text, so
/// that a hostile one could exhaust the stack.
constexpr std::size_t kLongestText = 2048;

/// The part of the schema that describes what `path` leads to, as far as the schema follows it.
const json& schema_at(const json& root, const std::vector<std::string>& path) {
  const auto resolved = [&](const json* node) {
    constexpr std::string_view local = "#/definitions/";
    while (node->contains("$ref")) {
      const auto& name = node->at("$ref").get_ref<const std::string&>();
      node = &root.at("definitions").at(name.substr(local.size()));
    }
    return node;
  };
  const json* node = resolved(&root);
  for (const std::string& step : path) {
    if (node->contains("properties") && node->at("properties").contains(step)) {
      node = resolved(&node->at("properties").at(step));
    } else if (node->contains("patternProperties")) {
      node = resolved(&node->at("patternProperties").front());
    } else if (node->contains("items")) {
      node = resolved(&node->at("items"));
    } else {
      break;
    }
  }
  return *node;
}

std::string expected_at(const json& root, const std::vector<std::string>& path) {
  return schema_at(root, path).value("description", "another value");
}

json::json_pointer pointer_to(const std::vector<std::string>& path) {
  json::json_pointer pointer;
  for (const std::string& step : path) pointer.push_back(step);
  return pointer;
}

/// Finds the member's name in a message of valijson: it stands behind `marker`, before the closing
/// "'.".
std::string name_behind(const std::string& marker, const std::string& message) {
  const std::size_t start = message.find(marker) + marker.size();
  return message.substr(start, message.size() - 2 - start);
}

/// Describes a value for a message about this document.
std::string shown(const json& value, const JsonCheck& check) {
  return value.is_string() && !check.repeats_texts ? "another text" : brief(value);
}

std::string message_of(const valijson::ValidationResults::Error& error, const json& document,
                       const json& schema, const JsonCheck& check) {
  std::vector<std::string> path;
  // The first is "<root>", the others are "[step]".
  for (std::size_t i = 1; i < error.context.size(); ++i) {
    path.push_back(error.context[i].substr(1, error.context[i].size() - 2));
  }
  if (error.description.starts_with("Missing required property")) {
    path.push_back(name_behind("required property '", error.description));
    return fmt::format("{} is missing; expected {}", pointer_to(path).to_string(),
                       expected_at(schema, path));
  }
  if (error.description.starts_with("Object contains a property")) {
    const std::string expected = expected_at(schema, path);
    path.push_back(name_behind("constraints: '", error.description));
    return fmt::format("{} is unknown; expected {}", pointer_to(path).to_string(), expected);
  }
  const auto pointer = pointer_to(path);
  return fmt::format("{} is {}; expected {}", path.empty() ? "the text" : pointer.to_string(),
                     shown(document.at(pointer), check), expected_at(schema, path));
}

}  // namespace

std::string brief(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return fmt::format("a list of {}", value.size());
  constexpr std::size_t longest = 80;
  std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace);
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  return text;
}

OrderedJson parse_checked(std::string_view text, const JsonCheck& check) {
  OrderedJson ordered = parse_json<OrderedJson>(
      text, {.what = check.what, .code = check.code, .longest_text = kLongestText});
  // valijson has an adapter for members in alphabetical order alone.
  const json document = ordered;
  json schema_document = json::parse(check.schema);
  if (!check.definition.empty()) {
    schema_document = {{"$ref", "#/definitions/" + check.definition},
                       {"definitions", schema_document.at("definitions")}};
  }
  valijson::Schema schema;
  const valijson::adapters::NlohmannJsonAdapter schema_adapter(schema_document);
  valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(schema_adapter, schema);

  valijson::ValidationResults results;
  const valijson::adapters::NlohmannJsonAdapter adapter(document);
  if (!valijson::Validator(valijson::Validator::kStrongTypes).validate(schema, adapter, &results)) {
    // The innermost error comes first.
    throw Error(check.code,
                fmt::format("{}: {}", check.what,
                            results.numErrors() == 0
                                ? "against its schema"
                                : message_of(*results.begin(), document, schema_document, check)));
  }
  return ordered;
}

namespace {

void require_finite_at(const OrderedJson& value, std::string_view what, const std::string& path) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    throw Error(ErrorCode::internal, fmt::format("the {}'s {} is not finite", what, path));
  }
  std::size_t index = 0;
  for (const auto& item : value.items()) {
    if (value.is_object()) {
      require_finite_at(item.value(), what, fmt::format("{}/{}", path, item.key()));
    }
    if (value.is_array())
      require_finite_at(item.value(), what, fmt::format("{}/{}", path, index++));
  }
}

}  // namespace

void require_finite(const OrderedJson& document, std::string_view what) {
  require_finite_at(document, what, "");
}

}  // namespace aicovid
