#include "hidden_conditions.hpp"

#include "address.hpp"
#include "diagnosis_codes.hpp"
#include "json.hpp"
#include "problem_list.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

namespace aicovid {

namespace {

/// The members that refer to a Condition, whatever the reference says of its type. Source: FHIR R4,
/// search parameters of the type reference with the target Condition.
constexpr std::array<std::string_view, 9> kReferences = {
    "condition", "problem",  "reasonReference",  "addresses",     "indication",
    "dueTo",     "evidence", "outcomeReference", "itemReference",
};

class Conditions {
 public:
  explicit Conditions(const std::vector<FlatEntry>& entries) {
    for (const FlatEntry& one : entries) {
      const Json& resource = member(*one.entry, "resource");
      addresses_.insert(parse_fhir_address(text_of(*one.entry, "fullUrl")).text);
      const std::string id = text_of(resource, "id");
      const std::string type = text_of(resource, "resourceType");
      if (id.empty() || type.empty()) continue;
      const std::string relative = fmt::format("{}/{}", type, id);
      addresses_.insert(parse_fhir_address(relative).text);
      addresses_.insert(address_in(*one.entry, relative).text);
    }
    addresses_.erase("");
  }

  /// Whether the element, or anything within it, is a Condition or refers to one that is not there.
  bool are_hidden_in(const Json& element, const Json& entry) const {
    if (element.is_array()) {
      return std::ranges::any_of(element,
                                 [&](const Json& one) { return are_hidden_in(one, entry); });
    }
    if (!element.is_object()) return false;
    if (text_of(element, "resourceType") == "Condition" || is_of_condition(element, entry)) {
      return true;
    }
    return std::ranges::any_of(element.items(), [&](const auto& one) {
      const bool may_be = std::ranges::count(kReferences, one.key()) > 0;
      return (may_be && are_missing(one.value(), entry)) || are_hidden_in(one.value(), entry);
    });
  }

  /// Whether one of the references, or the only one, leads to nothing in the entries.
  bool are_missing(const Json& references, const Json& entry) const {
    if (references.is_array()) {
      return std::ranges::any_of(references,
                                 [&](const Json& one) { return are_missing(one, entry); });
    }
    const bool is_reference = references.contains("reference") ||
                              references.contains("identifier") || references.contains("display");
    if (!references.is_object() || !is_reference) return false;
    const std::string type = type_of(references, entry);
    return (type.empty() || type == "Condition") && is_elsewhere(references, entry);
  }

 private:
  static FhirAddress address_in(const Json& entry, const std::string& text) {
    const FhirAddress url = parse_fhir_address(text_of(entry, "fullUrl"));
    return on_server(parse_fhir_address(text), url.server);
  }

  /// The type of resource that a reference leads to; empty where it does not say.
  static std::string type_of(const Json& reference, const Json& entry) {
    const std::string text = text_of(reference, "reference");
    if (text.starts_with("Condition?")) return "Condition";
    const std::string type = address_in(entry, text).type;
    return type.empty() ? text_of(reference, "type") : type;
  }

  bool is_elsewhere(const Json& reference, const Json& entry) const {
    const std::string text = text_of(reference, "reference");
    // A contained Condition is found where it stands; one that is not there may be any.
    if (text.starts_with('#')) {
      const Json& contained = member(member(entry, "resource"), "contained");
      return !contained.is_array() || std::ranges::none_of(contained, [&](const Json& one) {
        return text_of(one, "id") == std::string_view(text).substr(1);
      });
    }
    return text.empty() || !addresses_.contains(address_in(entry, text).text);
  }

  bool is_of_condition(const Json& reference, const Json& entry) const {
    return type_of(reference, entry) == "Condition" && is_elsewhere(reference, entry);
  }

  std::set<std::string> addresses_;
};

/// Whether a code says that a disease that is read is the reason of an Encounter, a Procedure, a
/// medicine. Source: FHIR R4, the elements reasonCode of these.
bool has_reason(const Json& resource) {
  const Json& reasons = member(resource, "reasonCode");
  return reasons.is_array() && std::ranges::any_of(reasons, [](const Json& reason) {
           return std::ranges::any_of(codings(reason), [](const Json& coding) {
             return condition_of(text_of(coding, "system"), text_of(coding, "code")).has_value();
           });
         });
}

/// What an entry's resource has below its own level.
bool hides(const Json& entry, const Conditions& conditions) {
  const Json& resource = member(entry, "resource");
  if (!resource.is_object() || text_of(resource, "resourceType") == "OperationOutcome") return true;
  if (!member(member(entry, "response"), "outcome").is_null()) return true;
  if (is_list_of_problems(resource)) {
    const Json& items = member(resource, "entry");
    const bool is_missing = items.is_array() && std::ranges::any_of(items, [&](const Json& one) {
                              return conditions.are_missing(member(one, "item"), entry);
                            });
    if (is_missing) return true;
  }
  if (has_reason(resource)) return true;
  // The resource itself is no reference; what it has may be.
  return std::ranges::any_of(resource.items(), [&](const auto& one) {
    const bool may_be = std::ranges::count(kReferences, one.key()) > 0;
    return (may_be && conditions.are_missing(one.value(), entry)) ||
           conditions.are_hidden_in(one.value(), entry);
  });
}

}  // namespace

std::size_t count_hidden_conditions(const std::vector<FlatEntry>& entries) {
  const Conditions conditions(entries);
  return static_cast<std::size_t>(std::ranges::count_if(
      entries, [&](const FlatEntry& one) { return hides(*one.entry, conditions); }));
}

}  // namespace aicovid
