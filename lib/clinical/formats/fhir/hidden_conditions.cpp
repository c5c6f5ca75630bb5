#include "hidden_conditions.hpp"

#include "address.hpp"
#include "json.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace aicovid {

namespace {

class Conditions {
 public:
  explicit Conditions(const std::vector<FlatEntry>& entries) {
    for (const FlatEntry& one : entries) {
      const Json& resource = member(*one.entry, "resource");
      addresses_.insert(parse_fhir_address(text_of(*one.entry, "fullUrl")).text);
      const std::string id = text_of(resource, "id");
      if (text_of(resource, "resourceType") == "Condition" && !id.empty()) {
        addresses_.insert(address_in(*one.entry, "Condition/" + id).text);
      }
    }
  }

  /// Whether the element, or anything within it, is a Condition or refers to an unknown one.
  bool are_hidden_in(const Json& element, const Json& entry) const {
    if (element.is_array()) {
      return std::ranges::any_of(element,
                                 [&](const Json& one) { return are_hidden_in(one, entry); });
    }
    if (!element.is_object()) return false;
    if (text_of(element, "resourceType") == "Condition" || is_unknown(element, entry)) return true;
    return std::ranges::any_of(element.items(), [&](const auto& one) {
      // The diagnosis of an Encounter is a Condition, or a procedure.
      const bool is_diagnosis = one.key() == "condition" && is_elsewhere(one.value(), entry);
      return is_diagnosis || are_hidden_in(one.value(), entry);
    });
  }

 private:
  static FhirAddress address_in(const Json& entry, const std::string& text) {
    const FhirAddress url = parse_fhir_address(text_of(entry, "fullUrl"));
    return on_server(parse_fhir_address(text), url.server);
  }

  /// Whether a reference leads to nothing in the Bundle.
  bool is_elsewhere(const Json& reference, const Json& entry) const {
    const std::string text = text_of(reference, "reference");
    // What is contained is found where it stands.
    return !text.empty() && !text.starts_with('#') &&
           !addresses_.contains(address_in(entry, text).text);
  }

  bool is_unknown(const Json& reference, const Json& entry) const {
    const bool is_of_condition =
        text_of(reference, "type") == "Condition" ||
        address_in(entry, text_of(reference, "reference")).type == "Condition";
    return is_of_condition && is_elsewhere(reference, entry);
  }

  std::set<std::string> addresses_;
};

/// What an entry's resource has below its own level.
bool hides(const Json& entry, const Conditions& conditions) {
  const Json& resource = member(entry, "resource");
  if (!resource.is_object() || text_of(resource, "resourceType") == "OperationOutcome") return true;
  return std::ranges::any_of(resource,
                             [&](const Json& one) { return conditions.are_hidden_in(one, entry); });
}

}  // namespace

std::size_t count_hidden_conditions(const std::vector<FlatEntry>& entries) {
  const Conditions conditions(entries);
  return static_cast<std::size_t>(std::ranges::count_if(
      entries, [&](const FlatEntry& one) { return hides(*one.entry, conditions); }));
}

}  // namespace aicovid
