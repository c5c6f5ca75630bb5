#include "learned/logistic.hpp"

#include "scores/spline_basis.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace aicovid {

namespace {

LogisticTerm read_term(const ConfigValue& entry, const std::vector<LearnedInput>& inputs) {
  entry.require_only({"input", "mean", "scale", "knots", "coefficients", "missing"});
  const ConfigValue name = entry.at("input", "a variable of inputs");
  LogisticTerm term{.input = input_named(inputs, name.text(), name)};
  const LearnedInput& input = inputs[term.input];
  if (const auto mean = entry.find("mean")) term.mean = mean->number();
  if (const auto scale = entry.find("scale")) term.scale = scale->number();
  if (term.scale <= 0) entry.reject("scale", "a number above 0");
  std::size_t wanted = 1;
  if (const auto knots = entry.find("knots")) {
    term.knots = knots->ascending(3);
    for (double& knot : term.knots) knot = (knot - term.mean) / term.scale;
    wanted = term.knots.size() - 1;
  }
  const ConfigValue coefficients = entry.at("coefficients", "a list of numbers");
  term.coefficients = coefficients.numbers(1);
  if (term.coefficients.size() != wanted) {
    coefficients.reject(fmt::format("{} numbers: one, or one less than knots", wanted));
  }
  if (const auto missing = entry.find("missing")) {
    if (!input.may_be_missing) missing->reject("none, as the input may not be missing");
    term.missing = missing->number();
  }
  if (input.may_be_missing && !input.imputed) {
    entry.reject("input", "an input whose missing/value says what stands for a missing one");
  }
  return term;
}

}  // namespace

double LogisticTerm::effect(double value) const {
  const double z = (value - mean) / scale;
  double sum = coefficients[0] * z;
  for (std::size_t i = 1; i < coefficients.size(); ++i) {
    sum += coefficients[i] * spline_basis(z, knots, i - 1);
  }
  return sum;
}

Explanation LogisticModel::explain(const InputRow& row,
                                   const std::vector<LearnedInput>& inputs) const {
  Explanation explanation{.reference_logit = intercept,
                          .by_input = std::vector<double>(inputs.size())};
  for (const LogisticTerm& term : terms) {
    const double reference = term.effect(inputs[term.input].reference);
    explanation.reference_logit += reference;
    explanation.by_input[term.input] = term.effect(row.values[term.input]) - reference +
                                       (row.missing[term.input] ? term.missing : 0);
  }
  return explanation;
}

LogisticModel read_logistic(const ConfigValue& file, const std::vector<LearnedInput>& inputs) {
  file.require_only({"intercept", "terms"});
  LogisticModel model{.intercept = file.at("intercept", "a number").number()};
  for (const auto& [index, entry] :
       file.at("terms", "a list of terms").members("a list of terms")) {
    LogisticTerm term = read_term(entry, inputs);
    if (std::ranges::find(model.terms, term.input, &LogisticTerm::input) != model.terms.end()) {
      entry.reject("input", "one term for each input");
    }
    model.terms.push_back(std::move(term));
  }
  if (model.terms.empty()) file.reject("terms", "at least one term");
  return model;
}

}  // namespace aicovid
