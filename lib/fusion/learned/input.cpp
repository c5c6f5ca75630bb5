#include "learned/input.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace aicovid {

namespace {

using nlohmann::json;

/// What a learned model may take of an image by this name; null if there is nothing. An index has
/// no scale that another bundle's would share.
const ImageFinding* input_finding(std::string_view name) {
  const ImageFinding* found = find_finding(name);
  return found != nullptr && found->kind != FindingKind::index ? found : nullptr;
}

ValueDistribution read_distribution(const ConfigValue& entry, const ClinicalRange& range) {
  entry.require_only({"probabilities", "values", "note"});
  const ConfigValue probabilities = entry.at("probabilities", "cumulative probabilities");
  const ConfigValue values = entry.at("values", "a value for each probability");
  ValueDistribution read{.probabilities = probabilities.ascending(2),
                         .values = values.ascending(2),
                         .note = entry.at("note", "a note on the source of the values").text()};
  if (read.probabilities.front() < 0 || read.probabilities.back() > 1) {
    probabilities.reject("numbers from 0 to 1");
  }
  if (read.values.size() != read.probabilities.size()) values.reject("one for each probability");
  if (read.values.front() < range.low || read.values.back() > range.high) {
    values.reject(fmt::format("values from {} to {}", range.low, range.high));
  }
  return read;
}

/// A boolean or a term is 0 or 1; a missing one is one or the other.
ClinicalRange values_of(const LearnedInput& input) {
  return input.range.value_or(ClinicalRange{0, 1});
}

void read_missing(const ConfigValue& entry, LearnedInput& input) {
  entry.require_only({"value", "distribution"});
  const ClinicalRange range = values_of(input);
  input.may_be_missing = true;
  if (const auto value = entry.find("value")) {
    input.imputed = value->number_from_to(range.low, range.high);
  }
  if (const auto distribution = entry.find("distribution")) {
    if (!input.range) distribution->reject("none: a missing flag is yes or no");
    input.distribution = read_distribution(*distribution, range);
  }
}

/// Checks that a record can hold what the input asks for, and reads its range.
void read_clinical(const ConfigValue& entry, const ClinicalVariables& variables,
                   LearnedInput& input) {
  entry.require_only({"variable", "unit", "range", "is", "reference", "missing"});
  if (const auto terms = entry.find("is")) {
    input.is = terms->texts();
    for (const std::string& term : input.is)
      require_possible(input.variable, term, variables, *terms);
    return;
  }
  const auto unit = entry.find("unit");
  const auto range = entry.find("range");
  if (!unit && !range) return require_possible(input.variable, true, variables, entry);
  if (!range) entry.reject("range", "the least and the greatest value that the model is for");
  const std::vector<double> ends = range->ascending(2);
  if (ends.size() != 2) range->reject("two numbers");
  const std::string canonical = variables.canonical_unit(input.variable);
  input.unit = unit ? unit->text() : "";
  if (input.unit != canonical) {
    entry.reject("unit", canonical.empty() ? "no unit" : fmt::format("\"{}\"", canonical));
  }
  for (const double end : ends) {
    json value = end;
    if (!canonical.empty()) value = {{"value", end}, {"unit", canonical}};
    require_possible(input.variable, value, variables, *range);
  }
  input.range = ClinicalRange{ends[0], ends[1]};
}

LearnedInput read_input(const ConfigValue& entry, const ClinicalVariables& variables) {
  LearnedInput input;
  input.variable = entry.at("variable", "the name of a variable").text();
  input.finding = input_finding(input.variable);
  if (input.finding != nullptr) {
    input.range = ClinicalRange{0, input.finding->maximum};
    if (std::ranges::count(variables.declared(), input.variable) > 0) {
      entry.reject("variable", "one whose name is no finding of the image");
    }
    entry.require_only({"variable", "reference", "missing"});
  } else {
    read_clinical(entry, variables, input);
  }
  if (const auto reference = entry.find("reference")) {
    input.reference = reference->number_from_to(values_of(input).low, values_of(input).high);
  } else if (input.range) {
    entry.reject("reference", "the value where the contribution is 0");
  }
  if (const auto missing = entry.find("missing")) read_missing(*missing, input);
  return input;
}

}  // namespace

void require_possible(const std::string& variable, const nlohmann::json& value,
                      const ClinicalVariables& variables, const ConfigValue& where) {
  try {
    ClinicalRecord::parse_json(nlohmann::json{{variable, value}}.dump(), {.variables = variables});
  } catch (const Error& error) {
    where.reject(fmt::format("what a clinical record can hold: {}", error.what()));
  }
}

std::vector<LearnedInput> read_inputs(const ConfigValue& list, const ClinicalVariables& variables) {
  std::vector<LearnedInput> inputs;
  for (const auto& [index, entry] : list.members("a list of inputs")) {
    LearnedInput input = read_input(entry, variables);
    if (std::ranges::find(inputs, input.variable, &LearnedInput::variable) != inputs.end()) {
      entry.reject("variable", "another than those before it");
    }
    inputs.push_back(std::move(input));
  }
  if (inputs.empty()) list.reject("at least one input");
  return inputs;
}

std::size_t input_named(const std::vector<LearnedInput>& inputs, const std::string& name,
                        const ConfigValue& where) {
  const auto found = std::ranges::find(inputs, name, &LearnedInput::variable);
  if (found == inputs.end()) where.reject("a variable of inputs");
  return static_cast<std::size_t>(found - inputs.begin());
}

}  // namespace aicovid
