#include "fhir_json.hpp"

namespace aicovid {

const Json& member(const Json& json, const char* name) {
  static const Json null;
  if (!json.is_object()) return null;
  const auto found = json.find(name);
  return found == json.end() ? null : *found;
}

std::string text_of(const Json& json, const char* name) {
  const Json& value = member(json, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

const Json& codings(const Json& concept_) {
  static const Json none = Json::array();
  const Json& list = member(concept_, "coding");
  return list.is_array() ? list : none;
}

bool has_code(const Json& concept_, std::initializer_list<std::string_view> codes) {
  for (const Json& coding : codings(concept_)) {
    for (const std::string_view code : codes) {
      if (text_of(coding, "code") == code) return true;
    }
  }
  return false;
}

bool says(const Json& concept_, const StatusCodes& codes) {
  return has_code(concept_, codes.meant) && !has_code(concept_, codes.others);
}

std::optional<std::pair<Instant, Instant>> days_of(const std::string& date) {
  using std::chrono::days, std::chrono::hours;
  const bool full = date.size() >= 10;
  // Of a month or year the first day, and the longest that it can last.
  const std::string first =
      full ? date.substr(0, 10) : date + (date.size() == 4 ? "-01-01" : "-01");
  const auto midnight = parse_timestamp(first + "T00:00Z");
  if (!midnight) return std::nullopt;
  const days length{full ? 1 : date.size() == 4 ? 366 : 31};
  // Zones lie between UTC+14 and UTC-12.
  return std::pair{*midnight - hours(14), *midnight + length + hours(12)};
}

}  // namespace aicovid
