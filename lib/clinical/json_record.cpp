#include "json_record.hpp"

#include <aicovid/error.hpp>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "given_value.hpp"
#include "json_object.hpp"
#include "nccid.hpp"
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

/// A patient's entries of the National COVID-19 Chest Imaging Database, as cells.
std::vector<CsvCell> cells_of(const nlohmann::json& document) {
  std::vector<CsvCell> cells;
  for (const auto& [name, value] : document.items()) {
    if (value.is_string()) cells.push_back({name, value.get<std::string>()});
    if (value.is_number()) cells.push_back({name, value.dump()});
  }
  return cells;
}

}  // namespace

void require_no_row(const ClinicalOptions& options) {
  if (options.row.empty() && options.id_column.empty()) return;
  throw Error(ErrorCode::invalid_argument,
              "row and id_column are for tables; the clinical values are JSON");
}

ClinicalRecord record_of_json(const nlohmann::json& document, const ClinicalOptions& options) {
  require_no_row(options);
  if (options.clean == Cleaning::nccid) return record_of_nccid(cells_of(document), options);
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

}  // namespace aicovid
