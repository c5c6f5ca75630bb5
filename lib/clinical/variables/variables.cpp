#include "variables.hpp"

#include "variable_tables.hpp"

#include <algorithm>
#include <utility>

namespace aicovid {

const std::vector<Variable>& variables() {
  static const std::vector<Variable> all = [] {
    std::vector<Variable> joined = bedside_variables();
    for (const auto table : {&laboratory_variables, &condition_variables}) {
      for (Variable& variable : table()) joined.push_back(std::move(variable));
    }
    return joined;
  }();
  return all;
}

namespace {

const Variable* find_in(const std::vector<Variable>& list, std::string_view name) {
  const auto found = std::ranges::find(list, name, &Variable::name);
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const Variable* find_variable(std::string_view name) { return find_in(variables(), name); }

const Variable* find_variable(std::string_view name, const ClinicalVariables& known) {
  const Variable* variable = find_variable(name);
  return variable ? variable : find_in(declarations(known).list, name);
}

ClinicalVariables::ClinicalVariables(std::shared_ptr<const DeclaredVariables> declared)
    : declared_(std::move(declared)) {}

const DeclaredVariables& declarations(const ClinicalVariables& variables) {
  static const DeclaredVariables none;
  return variables.declared_ ? *variables.declared_ : none;
}

const Variable* variable_of_loinc(std::string_view code, const ClinicalVariables& known) {
  for (const auto* list : {&variables(), &declarations(known).list}) {
    for (const Variable& variable : *list) {
      if (std::ranges::count(variable.loinc, code, &LoincCode::code) > 0) return &variable;
    }
  }
  return nullptr;
}

std::string_view unit_annotation_of_loinc(std::string_view code) {
  if (code == "48065-7" || code == "48067-3" || code == "71427-9") return "{FEU}";
  if (code == "48066-5" || code == "48058-2" || code == "91556-1") return "{DDU}";
  return {};
}

std::vector<std::string> ClinicalVariables::declared() const {
  std::vector<std::string> names;
  for (const Variable& variable : declarations(*this).list) names.emplace_back(variable.name);
  return names;
}

std::string ClinicalVariables::canonical_unit(std::string_view name) const {
  const Variable* variable = find_variable(name, *this);
  if (!variable || variable->units.empty()) return {};
  return std::string(variable->units.front().code);
}

bool ClinicalVariables::operator==(const ClinicalVariables& other) const {
  return declarations(*this).list == declarations(other).list;
}

}  // namespace aicovid
