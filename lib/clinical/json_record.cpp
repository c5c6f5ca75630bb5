#include "json_record.hpp"

#include <aicovid/error.hpp>

#include <nlohmann/json.hpp>
#include <string>

#include <fmt/format.h>

#include "given_value.hpp"
#include "json_object.hpp"
#include "record_builder.hpp"
#include "variables.hpp"

namespace aicovid {

namespace {

nlohmann::json member_of(const ClinicalValue& value) {
  nlohmann::json member = nlohmann::json::object();
  if (value.number) member["value"] = *value.number;
  if (value.text) member["value"] = *value.text;
  if (value.flag) member["value"] = *value.flag;
  if (!value.unit.empty()) member["unit"] = value.unit;
  if (!value.comparator.empty()) member["comparator"] = value.comparator;
  if (!value.time.empty()) member["time"] = value.time;
  if (member.size() == 1) return member["value"];
  return member;
}

}  // namespace

void require_no_row(const ClinicalOptions& options) {
  if (options.row.empty() && options.id_column.empty()) return;
  throw Error(ErrorCode::invalid_argument,
              "row and id_column are for tables; the clinical values are JSON");
}

ClinicalRecord record_of_json(const nlohmann::json& document, const ClinicalOptions& options) {
  require_no_row(options);
  RecordBuilder builder(options);
  for (const auto& [name, member] : document.items()) {
    const Variable* variable = find_variable(name);
    if (!variable) {
      throw Error(ErrorCode::bad_clinical_input,
                  fmt::format("{} is no clinical variable; expected a name listed in "
                              "clinical-variables.md",
                              printable_name(name)));
    }
    builder.add(*variable, member);
  }
  return builder.build();
}

ClinicalRecord ClinicalRecord::parse_json(std::string_view json, const ClinicalOptions& options) {
  return record_of_json(parse_json_object(json), options);
}

std::string ClinicalRecord::to_json() const {
  nlohmann::json document = nlohmann::json::object();
  for (const auto& [name, value] : given_) document[name] = member_of(value);
  return document.dump();
}

ClinicalRecord parse_clinical(std::string_view text, const ClinicalOptions& options) {
  return ClinicalRecord::parse_json(text, options);
}

}  // namespace aicovid
