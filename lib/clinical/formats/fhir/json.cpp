#include "json.hpp"

#include <algorithm>

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

bool has_code(const Json& concept_, std::string_view system, std::string_view code) {
  return std::ranges::any_of(codings(concept_), [&](const Json& coding) {
    return text_of(coding, "system") == system && text_of(coding, "code") == code;
  });
}

bool has_value(const Json& holder) {
  return std::ranges::any_of(holder.items(),
                             [](const auto& item) { return item.key().starts_with("value"); });
}

std::optional<std::pair<Instant, Instant>> days_of(const std::string& date) {
  using std::chrono::days, std::chrono::hours;
  const bool full = date.size() >= 10;
  // A month or a year begins with its first day, and lasts as long as it can.
  const std::string first =
      full ? date.substr(0, 10) : date + (date.size() == 4 ? "-01-01" : "-01");
  const auto midnight = parse_timestamp(first + "T00:00Z");
  if (!midnight) return std::nullopt;
  const days length{full ? 1 : date.size() == 4 ? 366 : 31};
  // Zones lie between UTC+14 and UTC-12.
  return std::pair{*midnight - hours(14), *midnight + length + hours(12)};
}

}  // namespace aicovid
