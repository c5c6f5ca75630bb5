#include "json_record.hpp"

#include "nccid.hpp"
#include "record/record_builder.hpp"
#include "variables/unknown_name.hpp"
#include "variables/variables.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace aicovid {

namespace {

/// A patient's entries of the National COVID-19 Chest Imaging Database, as cells.
std::vector<CsvCell> cells_of(const nlohmann::json& document) {
  std::vector<CsvCell> cells;
  for (const auto& [name, value] : document.items()) {
    if (value.is_string()) cells.push_back({.header = name, .text = value.get<std::string>()});
    if (value.is_number()) cells.push_back({.header = name, .text = value.dump()});
    if (value.is_boolean())
      cells.push_back({.header = name, .text = value.get<bool>() ? "1" : "0"});
    if (value.is_structured()) cells.push_back({.header = name, .text = "(no single value)"});
  }
  return cells;
}

}  // namespace

nlohmann::json member_of_value(const ClinicalValue& value) {
  nlohmann::json member = nlohmann::json::object();
  if (value.number) member["value"] = *value.number;
  if (value.text) member["value"] = *value.text;
  if (value.flag) member["value"] = *value.flag;
  if (!value.unit.empty()) member["unit"] = value.unit;
  if (!value.comparator.empty()) member["comparator"] = value.comparator;
  if (!value.time.empty()) member["time"] = value.time;
  if (value.assumed) member["assumed"] = true;
  if (member.size() == 1) return member["value"];
  return member;
}

void require_no_row(const ClinicalOptions& options) {
  if (options.row.empty() && options.id_column.empty()) return;
  throw Error(ErrorCode::invalid_argument,
              "row and id_column are for tables; the clinical values are JSON");
}

void require_no_problem_list(const ClinicalOptions& options) {
  if (options.problem_list == ProblemList::unsaid) return;
  throw Error(ErrorCode::invalid_argument, "problem_list is for FHIR Bundles");
}

ClinicalExplanation explain_json(const JsonObject& object, const ClinicalOptions& options) {
  require_no_row(options);
  require_no_problem_list(options);
  if (options.clean == Cleaning::nccid) return explain_nccid(cells_of(object.document), options);
  RecordBuilder builder(options);
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    const std::string& name = object.names[i];
    const Variable* variable = find_variable(name, options.variables);
    if (!variable) reject_unknown_name(fmt::format("member {}", i + 1), name, options.variables);
    builder.add(*variable, object.document.at(name), {.place = fmt::format("member {}", i + 1)});
  }
  return builder.build();
}

ClinicalRecord ClinicalRecord::parse_json(std::string_view json, const ClinicalOptions& options) {
  return explain_json(parse_json_object(json), options).record;
}

std::string ClinicalRecord::to_json() const {
  nlohmann::json document = nlohmann::json::object();
  for (const auto& [name, value] : given_) document[name] = member_of_value(value);
  return document.dump();
}

}  // namespace aicovid
