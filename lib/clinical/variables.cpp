#include "variables.hpp"

#include <algorithm>
#include <utility>

#include "variable_tables.hpp"

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

const Variable* find_variable(std::string_view name) {
  const auto& all = variables();
  const auto found = std::ranges::find(all, name, &Variable::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace aicovid
