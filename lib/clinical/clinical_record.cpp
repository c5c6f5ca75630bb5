#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "given_value.hpp"
#include "oxygen_agreement.hpp"
#include "variables.hpp"

namespace aicovid {

namespace {

[[noreturn]] void reject(const std::string& message) {
  throw Error(ErrorCode::bad_clinical_input, message);
}

/// Watches the parser for what the parsed document no longer shows: names given twice.
class DuplicateNames {
 public:
  using Event = nlohmann::json::parse_event_t;

  bool operator()(Event event, const nlohmann::json& parsed) {
    if (event == Event::object_start) {
      open_.emplace_back();
    } else if (event == Event::object_end) {
      open_.pop_back();
    } else if (event == Event::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (open_.size() == 1) field_ = printable_name(name);
      if (!open_.back().insert(name).second) {
        reject(open_.size() == 1 ? fmt::format("{} is given twice; expected once", field_)
                                 : fmt::format("{}.{} is given twice; expected once", field_,
                                               printable_name(name)));
      }
    }
    return true;
  }

  /// The record's member that is being read; empty before the first.
  const std::string& field() const { return field_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string field_;
};

/// "line 2, column 7 (byte 25)"; the column counts bytes, all count from one.
std::string position(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(text.size(), byte > 0 ? byte - 1 : 0));
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {} (byte {})", line, before.size() - line_start + 1,
                     before.size() + 1);
}

nlohmann::json parse_object(std::string_view text) {
  DuplicateNames watch;
  nlohmann::json document;
  try {
    document =
        nlohmann::json::parse(text, [&](int, nlohmann::json::parse_event_t event,
                                        nlohmann::json& parsed) { return watch(event, parsed); });
  } catch (const nlohmann::json::parse_error& error) {
    // The parser's own message quotes the text, which may name a patient.
    reject(fmt::format("the clinical record is no JSON from {} on; expected a JSON object",
                       position(text, error.byte)));
  } catch (const nlohmann::json::out_of_range&) {
    reject(fmt::format("{} is a number beyond a double's range; expected a finite number",
                       watch.field().empty() ? "the clinical record" : watch.field()));
  }
  if (!document.is_object()) {
    reject(
        fmt::format("the clinical record is a JSON {}; expected an object", document.type_name()));
  }
  return document;
}

template <typename Map>
auto find_value(const Map& map, std::string_view name) {
  return map.find(std::string(name));
}

}  // namespace

ClinicalRecord ClinicalRecord::parse_json(std::string_view json) {
  ClinicalRecord record;
  const nlohmann::json document = parse_object(json);
  for (const auto& [name, member] : document.items()) {
    const Variable* variable = find_variable(name);
    if (!variable) {
      reject(
          fmt::format("{} is no clinical variable; expected a name listed in "
                      "clinical-variables.md",
                      printable_name(name)));
    }
    const ClinicalValue& given = record.given_[name] = parse_given_value(*variable, member);
    if (given.number) record.canonical_[name] = to_canonical(*variable, given);
  }
  check_oxygen_agreement(record);
  return record;
}

std::optional<double> ClinicalRecord::number(std::string_view name) const {
  const auto found = find_value(canonical_, name);
  if (found == canonical_.end()) return std::nullopt;
  return found->second;
}

std::optional<bool> ClinicalRecord::flag(std::string_view name) const {
  const auto found = find_value(given_, name);
  return found == given_.end() ? std::nullopt : found->second.flag;
}

std::optional<std::string> ClinicalRecord::text(std::string_view name) const {
  const auto found = find_value(given_, name);
  return found == given_.end() ? std::nullopt : found->second.text;
}

std::string ClinicalRecord::canonical_unit(std::string_view name) {
  const Variable* variable = find_variable(name);
  if (!variable || variable->units.empty()) return {};
  return std::string(variable->units.front().code);
}

std::string ClinicalRecord::comparator(std::string_view name) const {
  const auto found = find_value(given_, name);
  return found == given_.end() ? std::string() : found->second.comparator;
}

}  // namespace aicovid
