#include "learned/gathered_inputs.hpp"

#include "assumption.hpp"

#include "clinical/bedside_state.hpp"
#include "clinical/plain_name.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <limits>

namespace aicovid {

namespace {

/// Values of a bound that the interval looks at, from the bound to the end of the range.
constexpr int kBoundSteps = 4;

std::string with_unit(double value, const LearnedInput& input) {
  return input.unit.empty() ? fmt::format("{}", value) : fmt::format("{} {}", value, input.unit);
}

class Gatherer {
 public:
  Gatherer(const std::vector<LearnedInput>& inputs, const ClinicalRecord& record,
           const ImageFindings* findings, bool has_trees)
      : inputs_(inputs), record_(record), findings_(findings), has_trees_(has_trees) {}

  GatheredInputs gather() && {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const auto value = inputs_[i].finding != nullptr ? finding(i) : clinical(i);
      all_.row.values.push_back(
          value.value_or(inputs_[i].imputed.value_or(std::numeric_limits<double>::quiet_NaN())));
      all_.row.missing.push_back(!value);
      if (!value) add_missing(i);
    }
    add_reason("missing_required", missing_, "The model needs them");
    add_reason("missing_image", missing_findings_, "The model needs them from a radiograph");
    return std::move(all_);
  }

 private:
  std::optional<double> finding(std::size_t index) {
    const auto found = findings_ ? inputs_[index].finding->of(*findings_) : std::nullopt;
    if (!found) return std::nullopt;
    all_.uses_image = true;
    if (found->interval) all_.uncertain_findings.push_back(index);
    return found->value;
  }

  std::optional<double> clinical(std::size_t index) {
    const LearnedInput& input = inputs_[index];
    if (input.range) return number(index);
    if (input.is.empty()) {
      const auto flag = input.variable == "on_oxygen" ? oxygen() : record_.flag(input.variable);
      return flag ? std::optional(*flag ? 1. : 0.) : std::nullopt;
    }
    const auto term = record_.text(input.variable);
    if (!term) return std::nullopt;
    return std::ranges::count(input.is, *term) > 0 ? 1. : 0.;
  }

  std::optional<bool> oxygen() {
    if (auto derived = derived_oxygen(record_)) all_.assumed.push_back(std::move(*derived));
    return receives_oxygen(record_).answer;
  }

  std::optional<double> number(std::size_t index) {
    const LearnedInput& input = inputs_[index];
    const auto span = record_.range(input.variable);
    if (!span) return std::nullopt;
    const double value = *record_.number(input.variable);
    const std::string comparator = record_.comparator(input.variable);
    const ClinicalRange& range = *input.range;
    if (value < range.low || value > range.high || span->lies_below(range.low) ||
        span->lies_above(range.high)) {
      all_.reasons.push_back(
          {"outside_valid_range",
           fmt::format("{} {}{}: the model is valid from {} to {}.", plain_name(input.variable),
                       comparator, with_unit(value, input), range.low,
                       with_unit(range.high, input))});
    } else if (!comparator.empty()) {
      add_bound(index, {std::max(span->low, range.low), std::min(span->high, range.high)});
    }
    return value;
  }

  void add_bound(std::size_t index, const ClinicalRange& span) {
    GatheredInputs::Open open{index, {}};
    for (int i = 0; i <= kBoundSteps; ++i) {
      open.values.push_back(span.low + (span.high - span.low) * i / kBoundSteps);
    }
    all_.open.push_back(std::move(open));
    const LearnedInput& input = inputs_[index];
    all_.assumed.push_back(computed_at_bound(record_, input.variable, span, input.unit));
  }

  void add_missing(std::size_t index) {
    const LearnedInput& input = inputs_[index];
    if (!input.may_be_missing) {
      (input.finding != nullptr ? missing_findings_ : missing_).push_back(input.variable);
      return;
    }
    const bool flag = !input.range;
    Assumption assumed{.variable = input.variable, .handling = Handling::left_to_trees};
    if (input.imputed) {
      assumed.handling = flag ? Handling::imputed_flag : Handling::imputed;
      assumed.value = *input.imputed;
      assumed.unit = input.unit;
      assumed.trees_branch = has_trees_;
    }
    if (flag) {
      all_.open.push_back({index, {0, 1}});
      assumed.interval = Spanned::both_answers;
    } else if (input.distribution) {
      all_.distributed.push_back(index);
      assumed.interval = Spanned::distribution;
      assumed.source = input.distribution->note;
    } else {
      all_.without_distribution.push_back(input.variable);
    }
    all_.assumed.push_back(std::move(assumed));
  }

  void add_reason(const char* code, const std::vector<std::string>& missing,
                  std::string_view needs) {
    if (missing.empty()) return;
    all_.reasons.push_back({code, fmt::format("Missing: {}. {}.", plain_names(missing), needs)});
  }

  const std::vector<LearnedInput>& inputs_;
  const ClinicalRecord& record_;
  const ImageFindings* findings_;
  bool has_trees_;
  GatheredInputs all_;
  std::vector<std::string> missing_;
  std::vector<std::string> missing_findings_;
};

}  // namespace

GatheredInputs gather_inputs(const std::vector<LearnedInput>& inputs, const ClinicalRecord& record,
                             const ImageFindings* findings, bool has_trees) {
  return Gatherer(inputs, record, findings, has_trees).gather();
}

}  // namespace aicovid
