#pragma once

#include "record/timestamp.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace aicovid {

using Json = nlohmann::json;

constexpr std::string_view kLoinc = "http://loinc.org";
constexpr std::string_view kSnomed = "http://snomed.info/sct";

/// The member of an object; null where there is none, or `json` is no object.
const Json& member(const Json& json, const char* name);

/// The member's text; empty where it has none.
std::string text_of(const Json& json, const char* name);

/// The codings of a CodeableConcept; an empty list where there are none.
const Json& codings(const Json& concept_);

/// Whether a CodeableConcept has this code of this system. The same letters of another system, or
/// of none, may mean another thing.
bool has_code(const Json& concept_, std::string_view system, std::string_view code);

/// Whether an Observation or a component of it has a member value[x].
bool has_value(const Json& holder);

/// The first and the last moment that a day, month or year can be in any zone.
std::optional<std::pair<Instant, Instant>> days_of(const std::string& date);

}  // namespace aicovid
