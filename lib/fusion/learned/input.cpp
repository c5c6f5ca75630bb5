#include "learned_input.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "piecewise_linear.hpp"
#include "possible_value.hpp"

namespace aicovid {

namespace {

using nlohmann::json;

/// What a finding of this name can be; nothing if there is none.
std::optional<ValueRange> finding_range(std::string_view name) {
  if (name == "brixia") return ValueRange{0, 18};
  if (name == "extent") return ValueRange{0, 8};
  if (name == "opacity") return ValueRange{0, 6};
  if (name == "infiltrates") return ValueRange{0, 1};
  if (std::ranges::find(kZoneNames, name) != kZoneNames.end()) return ValueRange{0, 3};
  return std::nullopt;
}

ValueDistribution read_distribution(const ConfigValue& entry, const ValueRange& range) {
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
ValueRange values_of(const LearnedInput& input) { return input.range.value_or(ValueRange{0, 1}); }

void read_missing(const ConfigValue& entry, LearnedInput& input) {
  entry.require_only({"value", "distribution"});
  const ValueRange range = values_of(input);
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
  input.range = ValueRange{ends[0], ends[1]};
}

LearnedInput read_input(const ConfigValue& entry, const ClinicalVariables& variables) {
  LearnedInput input;
  input.variable = entry.at("variable", "the name of a variable").text();
  input.range = finding_range(input.variable);
  input.of_image = input.range.has_value();
  if (input.of_image) {
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

double ValueDistribution::quantile(double u) const {
  return piecewise_linear({.x = probabilities, .y = values}, u);
}

std::optional<Estimate> image_finding(const ImageFindings& findings, std::string_view name) {
  if (name == "brixia") return findings.brixia;
  if (name == "extent") return findings.extent;
  if (name == "opacity") return findings.opacity;
  if (name == "infiltrates") {
    if (!findings.infiltrates) return std::nullopt;
    return Estimate{.value = *findings.infiltrates, .interval = {}};
  }
  const auto zone = std::ranges::find(kZoneNames, name);
  if (zone == kZoneNames.end() || !findings.zones) return std::nullopt;
  return (*findings.zones)[static_cast<std::size_t>(zone - kZoneNames.begin())];
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
