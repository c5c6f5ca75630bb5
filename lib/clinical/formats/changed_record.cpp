#include "json_record.hpp"
#include "record/record_builder.hpp"
#include "record/timestamp.hpp"
#include "site_codes.hpp"
#include "table_cell.hpp"
#include "table_words.hpp"
#include "variables/unknown_name.hpp"
#include "variables/variables.hpp"

#include "core/json.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace aicovid {

namespace {

using Texts = std::map<std::string, std::string>;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

nlohmann::json json_member(const Variable& variable, std::string_view text) {
  const auto words = [&](const JsonFault&) {
    return fmt::format("{} is set to a text that is no JSON; expected a member of a JSON record",
                       variable.name);
  };
  return parse_json<nlohmann::json>(
      text, {.what = {}, .code = ErrorCode::bad_clinical_input, .deepest = 4, .words = words});
}

/// Cuts "< 5 mg/L" into the cell "< 5" and its column's unit, "mg/L".
nlohmann::json quantity_member(const Variable& variable, std::string_view text,
                               const SiteCodes& site) {
  const std::size_t number = std::min(text.find_first_not_of("<>= "), text.size());
  const std::size_t blank = text.find(' ', number);
  if (blank == text.npos) {
    throw Error(ErrorCode::bad_clinical_input,
                fmt::format("{} is set without a unit; expected a number and a unit, like \"1 {}\"",
                            variable.name, variable.units.front().code));
  }
  const Column column{&variable, std::string(trimmed(text.substr(blank)))};
  return member_of_cell(column, text.substr(0, blank), site).value_or(nullptr);
}

/// The member of a record that a text stands for; nothing for a missing value.
std::optional<nlohmann::json> member_of_text(const Variable& variable, std::string_view text,
                                             const SiteCodes& site) {
  text = trimmed(text);
  if (text.starts_with('{') || text.starts_with('"')) return json_member(variable, text);
  const Column without_unit{&variable, {}};
  if (variable.kind != VariableKind::quantity || is_missing_cell(text, site)) {
    return member_of_cell(without_unit, text, site);
  }
  return quantity_member(variable, text, site);
}

const Variable& variable_of(std::string_view name, const ClinicalVariables& known) {
  const Variable* variable = find_variable(name, known);
  if (!variable) reject_unknown_name("a value to set", name, known);
  return *variable;
}

/// Adds the values of a record but for those that are set.
void add_given(const ClinicalRecord& record, const Texts& but, const ClinicalVariables& known,
               RecordBuilder& builder) {
  for (const auto& [name, value] : record.given()) {
    if (but.contains(name)) continue;
    const Variable* variable = find_variable(name, known);
    if (!variable) {
      throw Error(ErrorCode::invalid_argument,
                  "the record holds a value of a variable that another bundle declares");
    }
    builder.add(*variable, member_of_value(value));
  }
}

/// The hours between the first and the last of a record's measured values, and up to the moment
/// that it is for, rounded up.
int hours_between(const ClinicalRecord& record, const std::string& at, bool bedside_alone) {
  std::vector<Instant> times;
  for (const auto& [name, value] : record.given()) {
    const Variable* variable = find_variable(name, record.variables());
    const auto time = parse_timestamp(value.time);
    if (!time || !variable || variable->lasting || (bedside_alone && !variable->bedside)) continue;
    times.push_back(*time);
  }
  if (times.empty()) return 0;
  if (const auto moment = parse_timestamp(at)) times.push_back(*moment);
  const auto [first, last] = std::ranges::minmax(times);
  return static_cast<int>(std::chrono::ceil<std::chrono::hours>(last - first).count());
}

/// What a record is built anew with. Its reading may have allowed older values than is usual.
ClinicalOptions options_of(const ClinicalRecord& record, const std::string& at,
                           const CodeMap& code_map, const ClinicalVariables& known) {
  ClinicalOptions options{.at = at, .variables = known, .code_map = code_map};
  options.bedside_hours = std::max(options.bedside_hours, hours_between(record, at, true));
  options.laboratory_hours = std::max(options.laboratory_hours, hours_between(record, at, false));
  return options;
}

/// The warnings of a record's reading: those that its values alone do not give.
std::vector<ClinicalWarning> warnings_of_reading(const ClinicalRecord& record,
                                                 const ClinicalOptions& options) {
  RecordBuilder again(options);
  add_given(record, {}, record.variables(), again);
  const ClinicalRecord rebuilt = again.build().record;
  std::vector<ClinicalWarning> left = record.warnings();
  std::erase_if(left, [&](const ClinicalWarning& warning) {
    return std::ranges::count(rebuilt.warnings(), warning) > 0;
  });
  return left;
}

ClinicalWarning set_by_hand(const std::string& name, bool is_set, bool was_given) {
  const std::string_view what = !is_set     ? "was taken out by hand and is missing"
                                : was_given ? "was set by hand in place of the value that was read"
                                            : "was set by hand";
  return {"set_by_hand", name, fmt::format("{} {}", name, what)};
}

}  // namespace

ClinicalRecord ClinicalRecord::with(const Texts& values, const ClinicalVariables& known) const {
  const ClinicalVariables& all = known.declared().empty() ? variables_ : known;
  RecordBuilder builder(options_of(*this, reading_.at, reading_.code_map, all));
  const ClinicalOptions as_read = options_of(*this, reading_.at, reading_.code_map, variables_);
  for (ClinicalWarning& warning : warnings_of_reading(*this, as_read)) {
    if (!values.contains(warning.variable)) builder.warn(std::move(warning));
  }
  add_given(*this, values, all, builder);
  for (const auto& [name, text] : values) {
    const Variable& variable = variable_of(name, all);
    auto member = member_of_text(variable, text, site_codes(reading_.code_map));
    builder.warn(set_by_hand(name, member.has_value(), given_.contains(name)));
    if (member) builder.add(variable, *member);
  }
  return builder.build().record;
}

}  // namespace aicovid
