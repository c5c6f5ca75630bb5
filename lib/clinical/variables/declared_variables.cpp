#include "clinical/declared_variables.hpp"

#include "variables.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace aicovid {

namespace {

using Json = nlohmann::json;

const std::map<std::string, VariableKind, std::less<>>& kinds() {
  static const std::map<std::string, VariableKind, std::less<>> by_name = {
      {"quantity", VariableKind::quantity},
      {"number", VariableKind::bare_number},
      {"boolean", VariableKind::boolean},
      {"term", VariableKind::term}};
  return by_name;
}

class Reader {
 public:
  void read(const Json& entry) {
    where_ = fmt::format("/clinical/{}", declared_.list.size());
    Variable variable{.name = own(entry.at("name")),
                      .meaning = own(entry.at("meaning")),
                      .kind = kinds().at(entry.at("kind").get_ref<const std::string&>()),
                      .range_source = own(entry.at("source")),
                      .whole = entry.value("whole", false),
                      .lasting = entry.value("lasting", false)};
    check_name(variable.name);
    const bool numeric =
        variable.kind == VariableKind::quantity || variable.kind == VariableKind::bare_number;
    allow(entry, "units", variable.kind == VariableKind::quantity, true);
    allow(entry, "range", numeric, true);
    allow(entry, "terms", variable.kind == VariableKind::term, true);
    allow(entry, "whole", numeric, false);
    allow(entry, "loinc", numeric, false);
    if (numeric) read_range(entry.at("range"), variable);
    if (entry.contains("units")) read_units(entry.at("units"), variable);
    if (entry.contains("terms")) read_terms(entry.at("terms"), variable);
    if (entry.contains("loinc")) read_loinc(entry.at("loinc"), variable);
    declared_.list.push_back(std::move(variable));
  }

  ClinicalVariables finish() && {
    return ClinicalVariables(std::make_shared<const DeclaredVariables>(std::move(declared_)));
  }

 private:
  [[noreturn]] void reject(std::string_view member, std::string_view expected) const {
    throw Error(ErrorCode::bad_bundle,
                fmt::format("manifest.json: {}/{}: expected {}", where_, member, expected));
  }

  std::string_view own(const Json& text) {
    return declared_.texts.emplace_back(text.get<std::string>());
  }

  bool is_declared(std::string_view name) const {
    return std::ranges::count(declared_.list, name, &Variable::name) > 0;
  }

  void check_name(std::string_view name) const {
    // A table's column `time` holds the time of its values.
    if (find_variable(name) || name == "time") {
      reject("name", "a name that is not taken by a variable of every record");
    }
    if (is_declared(name)) reject("name", "another name than those before it");
  }

  void allow(const Json& entry, const char* member, bool allowed, bool needed) const {
    if (entry.contains(member) && !allowed) reject(member, "none: this kind has no such member");
    if (!entry.contains(member) && allowed && needed) reject(member, "it: this kind needs one");
  }

  void read_range(const Json& range, Variable& variable) const {
    variable.low = range.at(0);
    variable.high = range.at(1);
    if (variable.low >= variable.high) reject("range", "the least and the greatest possible value");
  }

  void read_units(const Json& list, Variable& variable) {
    for (const Json& entry : list) {
      const AcceptedUnit unit{.code = own(entry.at("code")),
                              .factor = entry.value("factor", 1.),
                              .offset = entry.value("offset", 0.),
                              .source = variable.range_source};
      if (variable.units.empty() && (unit.factor != 1 || unit.offset != 0)) {
        reject("units/0", "the canonical unit, without factor and offset");
      }
      if (std::ranges::count(variable.units, unit.code, &AcceptedUnit::code) > 0) {
        reject("units", "each unit once");
      }
      variable.units.push_back(unit);
    }
  }

  void read_terms(const Json& list, Variable& variable) {
    for (const Json& entry : list) {
      const std::string_view term = own(entry);
      if (std::ranges::count(variable.terms, term) > 0) reject("terms", "each term once");
      variable.terms.push_back(term);
    }
  }

  void read_loinc(const Json& list, Variable& variable) {
    for (const Json& entry : list) {
      const std::string_view code = own(entry);
      const auto has_code = [&](const Variable& other) {
        return std::ranges::count(other.loinc, code, &LoincCode::code) > 0;
      };
      if (variable_of_loinc(code) || std::ranges::any_of(declared_.list, has_code)) {
        reject("loinc", "codes that are no other variable's");
      }
      variable.loinc.push_back({code, variable.range_source});
    }
  }

  DeclaredVariables declared_;
  std::string where_;
};

}  // namespace

ClinicalVariables read_declared_variables(const Json& section) {
  if (section.empty()) return {};
  Reader reader;
  for (const Json& entry : section) reader.read(entry);
  return std::move(reader).finish();
}

}  // namespace aicovid
