#include "clinical_values.hpp"
#include "intended_use.hpp"
#include "text_layout.hpp"

#include "clinical/plain_name.hpp"
#include "core/log_odds.hpp"
#include "findings/finding_table.hpp"

#include <aicovid/report.hpp>
#include <aicovid/version.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <cctype>
#include <cmath>
#include <ranges>

namespace aicovid {
namespace {

/// Where the text of a labelled line begins.
constexpr int kColumn = 22;

std::string upper_case(std::string_view name) {
  std::string text(name);
  for (char& letter : text) {
    letter =
        letter == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return text;
}

std::string points(const Estimate& estimate) {
  if (!estimate.interval) return fmt::format("{:.1f}", estimate.value);
  return fmt::format("{:.1f} ({:.1f}–{:.1f})", estimate.value, estimate.interval->low,
                     estimate.interval->high);
}

std::string points_of(const Estimate& estimate, double maximum) {
  std::string text = fmt::format("{:.1f} of {:g}", estimate.value, maximum);
  if (estimate.interval) {
    text += fmt::format(", 90 % interval {:.1f} to {:.1f}", estimate.interval->low,
                        estimate.interval->high);
  }
  return text;
}

std::string title(const RiskReport& report) {
  const std::string left = fmt::format("aicovid {}  risk report", version());
  const std::string right = report.created;
  return pad_right(left, kTextWidth - display_width(right)) + right + '\n' + rule();
}

std::string gate_reasons(const RiskReport& report) {
  std::string text;
  for (const GateReason& reason : report.gate_reasons) {
    std::string what = std::string(gate_code(reason.code).meaning);
    if (!reason.found.empty()) {
      what += fmt::format(": {}{}", reason.tag.empty() ? "" : fmt::format("({}) is ", reason.tag),
                          reason.found);
    } else if (!reason.tag.empty()) {
      what += fmt::format(" ({})", reason.tag);
    }
    if (!reason.expected.empty()) what += fmt::format("; expected {}", reason.expected);
    text += hanging(reason.code, what, kColumn + 6);
  }
  return text;
}

bool has_gate_reason(const RiskReport& report, std::string_view code) {
  return std::ranges::find(report.gate_reasons, code, &GateReason::code) !=
         report.gate_reasons.end();
}

/// A lung that the mask missed has nothing to score, which looks like a healthy one.
std::string lung_caution(const RiskReport& report) {
  if (!has_gate_reason(report, "lung_field_uncertain")) return {};
  return "The zone scores of a lung that was not found are unreliable and may be too low\n";
}

/// What must be read before any number.
std::string verdict(const RiskReport& report) {
  switch (report.verdict) {
    case Verdict::refused:
      return "\nREFUSED: this image was not scored\n\n" + gate_reasons(report);
    case Verdict::forced:
      return "\nFORCED: this image would have been refused; its scores may mean nothing\n" +
             lung_caution(report) + '\n' + gate_reasons(report);
    case Verdict::flagged:
      return "\nFLAGGED: read the scores with care\n" + lung_caution(report) + '\n' +
             gate_reasons(report);
    case Verdict::accepted:
      break;
  }
  return {};
}

std::string zone_table(const std::array<Estimate, kZones>& zones) {
  constexpr int kCell = 18;
  constexpr std::array<std::string_view, 3> heights = {"upper", "middle", "lower"};
  std::string text =
      fmt::format("\n{}{}left lung\n", pad_right("", kColumn), pad_right("right lung", kCell));
  for (std::size_t i = 0; i < heights.size(); ++i) {
    text += pad_right(fmt::format("  {} zone", heights[i]), kColumn) +
            pad_right(points(zones[i]), kCell) + points(zones[i + heights.size()]) + '\n';
  }
  return text + '\n';
}

std::string sides(const RiskReport& report) {
  if (has_gate_reason(report, "mirrored")) {
    return "Patient Orientation says mirrored: right and left exchanged";
  }
  return report.findings->side_verified
             ? "confirmed by Patient Orientation"
             : "not verified: the file does not confirm which side is the patient's right";
}

std::string severity(const RiskReport& report) {
  const ImageFindings& findings = *report.findings;
  std::string text = "\nSEVERITY ON THE RADIOGRAPH\n\n";
  if (findings.brixia) {
    constexpr double kMaximum = maximum_of("brixia");
    text += pad_right("  Brixia score", kColumn) + points_of(*findings.brixia, kMaximum) + "   " +
            bar(findings.brixia->value / kMaximum, 36) + '\n';
  }
  if (findings.zones) text += zone_table(*findings.zones);
  if (findings.extent) {
    text +=
        hanging("Geographic extent", points_of(*findings.extent, maximum_of("extent")), kColumn);
  }
  if (findings.opacity) {
    text += hanging("Opacity", points_of(*findings.opacity, maximum_of("opacity")), kColumn);
  }
  if (findings.severity_index) {
    text += hanging("Severity index",
                    fmt::format("{:.2f}, not calibrated; {}", findings.severity_index->value,
                                findings.severity_index->scale),
                    kColumn);
  }
  if (findings.infiltrates) {
    text += hanging("Infiltrates", "probability " + percent(*findings.infiltrates), kColumn);
  }
  text +=
      hanging("Lung field",
              findings.lung_area_fraction ? percent(*findings.lung_area_fraction) + " of the image"
                                          : "not looked for: the model has no network of the lungs",
              kColumn);
  text += hanging("Sides", sides(report), kColumn);
  if (findings.inverted.value_or(false)) text += hanging("Grey scale", "looks inverted", kColumn);
  return text;
}

std::string interval(const RiskInterval& interval) {
  std::vector<std::string> covered;
  for (const Uncertainty one : interval.covers) {
    covered.emplace_back(one == Uncertainty::image ? "the reading of the image" : "missing values");
  }
  return fmt::format("{} to {}: {:.0f} % interval over {}", percent(interval.low),
                     percent(interval.high), 100 * interval.level, fmt::join(covered, " and "));
}

/// Missing flags are computed as false: then the probability is the least that the interval holds.
bool is_lower_end(const Outcome& outcome) {
  constexpr double kSame = 1e-9;  // both are sums of the same terms
  return outcome.probability && outcome.interval &&
         *outcome.probability <= outcome.interval->low + kSame &&
         percent(outcome.interval->low) != percent(outcome.interval->high);
}

std::string headline(const Outcome& outcome) {
  switch (outcome.status) {
    case OutcomeStatus::not_computed:
      return "not computed";
    case OutcomeStatus::not_applicable:
      return "not applicable to this patient";
    case OutcomeStatus::ok:
    case OutcomeStatus::indeterminate:
      break;
  }
  const bool unsure = outcome.status == OutcomeStatus::indeterminate;
  if (!outcome.probability) return unsure ? "INDETERMINATE" : "none, an index alone";
  const std::string_view nearly = is_lower_end(outcome) ? "at least " : unsure ? "about " : "";
  return fmt::format("{}{}{}", unsure ? "INDETERMINATE, " : "", nearly,
                     percent(*outcome.probability));
}

std::string band(const Outcome& outcome) {
  return outcome.band_source.empty()
             ? outcome.band
             : fmt::format("{}, as defined by {}", outcome.band, outcome.band_source);
}

std::string index(const Outcome& outcome) {
  std::string text = fmt::format("{:.2f} of 1", *outcome.index);
  if (outcome.index_percentile) {
    text += fmt::format(", higher than that of {:.0f} % of {}", *outcome.index_percentile,
                        outcome.index_population);
  }
  return text;
}

/// 74944 as "74,944".
std::string with_thousands(int number) {
  if (number < 1000) return std::to_string(number);
  return fmt::format("{},{:03}", with_thousands(number / 1000), number % 1000);
}

std::string evidence(const Evidence& evidence) {
  std::string text = evidence.level;
  if (!evidence.result.empty()) text += ", " + evidence.result;
  if (evidence.patients) text += fmt::format(", {} patients", with_thousands(*evidence.patients));
  if (!evidence.reference.empty()) text += ", doi:" + evidence.reference;
  return text;
}

/// The points of a finding that a learned model takes; empty for what is none.
std::string finding_for_people(const ImageFindings& findings, std::string_view name) {
  const ImageFinding* finding = find_finding(name);
  const auto found = finding != nullptr ? finding->of(findings) : std::nullopt;
  return found ? fmt::format("{:.1f} by the image", found->value) : std::string();
}

/// What a contribution's variable was for this patient; empty of a step.
std::string contributed_value(const Contribution& contribution, const RiskReport& report) {
  if (contribution.kind != ContributionKind::variable) return {};
  const std::string& variable = contribution.variable;
  const auto& given = report.clinical.given();
  const bool infiltrates = variable == "infiltrates";
  const auto value = given.find(infiltrates ? "radiographic_infiltrates" : variable);
  if (value != given.end()) return value_for_people(value->second);
  if (!report.clinical.derived_from(variable).empty()) {
    return value_for_people({.number = report.clinical.number(variable),
                             .unit = ClinicalRecord::canonical_unit(variable),
                             .comparator = report.clinical.comparator(variable)});
  }
  if (infiltrates && report.findings && report.findings->infiltrates) {
    return percent(*report.findings->infiltrates) + " by the image";
  }
  if (infiltrates) return "not read";
  return report.findings ? finding_for_people(*report.findings, variable) : std::string();
}

std::string contributed_name(const Contribution& contribution) {
  switch (contribution.kind) {
    case ContributionKind::variable:
      break;
    case ContributionKind::missing_values:
      return "missing values";
    case ContributionKind::network:
      return "joint network";
    case ContributionKind::ensemble:
      return "mixing of models";
    case ContributionKind::calibration:
      return "calibration";
  }
  if (contribution.variable == "brixia") return "Brixia score";
  return plain_name(contribution.variable);
}

/// What prints as zero, without the sign of a rounding error.
double unsigned_zero(double logit) { return std::abs(logit) < .005 ? 0 : logit; }

/// Largest effect first; the odds factor is what a logit means to a reader.
std::string contributions(const Outcome& outcome, const RiskReport& report) {
  if (outcome.contributions.empty()) return {};
  std::vector<Contribution> sorted = outcome.contributions;
  std::ranges::stable_sort(sorted, std::ranges::greater{},
                           [](const Contribution& one) { return std::abs(one.logit); });
  std::string text = "\n  What moved it";
  if (outcome.reference_logit) {
    const double reference = probability_of(*outcome.reference_logit);
    text += fmt::format(
        " away from the {} of the reference patient",
        outcome.probability ? percent(reference) : fmt::format("index {:.2f}", reference));
  }
  text += "\n\n";
  text += pad_right("", kColumn + 28) + "odds    logit\n";
  for (const Contribution& one : sorted) {
    const bool step = one.kind != ContributionKind::variable;
    if (step && std::abs(one.logit) < 0.005) continue;  // it did not apply
    text += pad_right("    " + contributed_name(one), kColumn + 6) +
            pad_right(contributed_value(one, report), 20) +
            fmt::format("× {:<6.2f}  {:+.2f}\n", std::exp(one.logit), unsigned_zero(one.logit));
  }
  return text;
}

/// How much of a computed risk came from the image; empty where nobody read infiltrates.
std::string part_of_image(const Outcome& outcome, const RiskReport& report) {
  if (!outcome.probability) return {};
  if (const auto reading = report.clinical.flag("radiographic_infiltrates")) {
    if (std::ranges::find(outcome.contributions, "infiltrates", &Contribution::variable) ==
        outcome.contributions.end()) {
      return {};  // no input of this outcome
    }
    const std::string_view found = *reading ? "infiltrates" : "no infiltrates";
    return report.findings && report.findings->infiltrates
               ? fmt::format("overridden by the clinician's reading: {}; the image says {}", found,
                             percent(*report.findings->infiltrates))
               : fmt::format("none; the clinician's reading: {}", found);
  }
  if (!outcome.image_effect) return {};
  return fmt::format("{} without infiltrates, {} with",
                     percent(outcome.image_effect->without_infiltrates),
                     percent(outcome.image_effect->with_infiltrates));
}

/// What was done about missing values; those taken as eligible in one line.
std::string assumptions(const Outcome& outcome) {
  std::string text;
  std::vector<std::string> eligible;
  for (const Assumption& one : outcome.assumed) {
    if (one.handling == Handling::taken_as_eligible) {
      eligible.push_back(one.variable);
      continue;
    }
    const std::string handling = one.handling == Handling::marginalised
                                     ? "averaged over the values it may have"
                                     : to_string(one);
    text += hanging(text.empty() ? "Assumed" : "",
                    fmt::format("{}: {}", plain_name(one.variable), handling), kColumn);
  }
  if (eligible.empty()) return text;
  return text +
         hanging("Taken as eligible", fmt::format("{} not given", plain_names(eligible)), kColumn);
}

std::string warnings(const RiskReport& report) {
  std::vector<std::string> messages;
  for (const Warning& warning : report.warnings) {
    if (std::ranges::find(messages, warning.message) == messages.end()) {
      messages.push_back(warning.message);
    }
  }
  std::string text = messages.empty() ? "" : "\nWARNINGS\n\n";
  for (const std::string& message : messages) text += hanging("-", message, 4);
  return text;
}

std::string outcome_section(const Outcome& outcome, const RiskReport& report) {
  const bool state = outcome.kind == OutcomeKind::concurrent_state;
  const bool computed =
      outcome.status == OutcomeStatus::ok || outcome.status == OutcomeStatus::indeterminate;
  std::string text =
      fmt::format("\n{}{}\n", state ? "STATE AT THE TIME OF THE IMAGE: " : "RISK OF ",
                  upper_case(outcome.name));
  text += hanging("", outcome.definition, 2) + '\n';
  text += hanging(state ? "Probability" : "Risk", headline(outcome), kColumn);
  if (outcome.interval) text += hanging("Range", interval(*outcome.interval), kColumn);
  if (!outcome.band.empty()) text += hanging("Band", band(outcome), kColumn);
  if (outcome.index) text += hanging("Index", index(outcome), kColumn);
  for (const OutcomeReason& reason : outcome.reasons) {
    const bool first = &reason == outcome.reasons.data();
    text += hanging(!first ? "" : computed ? "Note" : "Because", reason.message, kColumn);
  }
  const std::string part = part_of_image(outcome, report);
  if (!part.empty()) text += hanging("The image's part", part, kColumn);
  text += assumptions(outcome);
  text += hanging("Evidence", evidence(outcome.evidence), kColumn);
  if (!outcome.evidence.caveat.empty()) text += hanging("Caveat", outcome.evidence.caveat, kColumn);
  return text + contributions(outcome, report);
}

std::string provenance(const RiskReport& report) {
  std::string text = fmt::format("\n{}", rule());
  const ImageHeader& input = report.input;
  if (!input.source.empty()) {
    std::string image = fmt::format("{} × {} pixels", input.columns, input.rows);
    if (!input.view.empty()) image += ", " + input.view;
    if (!input.photometric_interpretation.empty()) image += ", " + input.photometric_interpretation;
    text += hanging("Image", image, kColumn);
    if (!input.sop_instance_uid.empty()) text += hanging("", input.sop_instance_uid, kColumn);
  }
  text += hanging("Model",
                  fmt::format("{} {}, licence {}; {}, {}, {}", report.model.name,
                              report.model.version, report.model.licence, report.compute.device,
                              report.compute.backend, report.compute.precision),
                  kColumn);
  return text + fmt::format("\n  {}", kIntendedUse);
}

}  // namespace

std::string to_text(const RiskReport& report) {
  std::string text = title(report) + verdict(report);
  if (report.findings) text += severity(report);
  for (const Outcome& outcome : report.outcomes) text += outcome_section(outcome, report);
  if (report.outcomes.empty() && report.verdict != Verdict::refused) {
    text += "\nNO RISK: this model computes no outcome\n";
  }
  return text + warnings(report) + provenance(report);
}

}  // namespace aicovid
