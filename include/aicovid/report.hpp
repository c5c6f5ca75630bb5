#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/export.hpp>
#include <aicovid/findings.hpp>
#include <aicovid/gate.hpp>
#include <aicovid/provenance.hpp>
#include <aicovid/radiograph.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aicovid {

/// An interval and what its width stands for.
struct RiskInterval {
  double low = 0;
  double high = 0;
  double level = 0.9;
  std::vector<std::string> covers;  ///< "missing_values", "image"

  bool operator==(const RiskInterval&) const = default;
};

enum class OutcomeKind : std::uint8_t { prognosis, concurrent_state };
enum class OutcomeStatus : std::uint8_t { ok, indeterminate, not_applicable, not_computed };

AICOVID_EXPORT std::string_view to_string(OutcomeKind kind) noexcept;
AICOVID_EXPORT std::string_view to_string(OutcomeStatus status) noexcept;

/// What stands behind an outcome.
struct Evidence {
  std::string level;  ///< "external", "internal" or "none"
  std::optional<int> patients;
  std::string result;     ///< "C .77"
  std::string reference;  ///< a DOI
  std::string caveat;
};

/// How a variable moved the logit, against its reference value.
struct Contribution {
  std::string variable;
  double logit = 0;
};

/// A value that was missing, and what was done about it.
struct Assumption {
  std::string variable;
  std::string handling;
};

struct ImageEffect {
  double without_infiltrates = 0;  ///< probability if there were none
  double with_infiltrates = 0;     ///< probability if there were
};

struct OutcomeReason {
  std::string code;
  std::string message;
};

/// The risk of one outcome, or why there is none.
struct Outcome {
  std::string name;
  std::string definition;
  OutcomeKind kind = OutcomeKind::prognosis;
  OutcomeStatus status = OutcomeStatus::not_computed;
  std::vector<OutcomeReason> reasons;
  std::optional<double> probability;
  std::optional<RiskInterval> interval;
  std::string band;         ///< empty where the bundle has no bands with a source
  std::string band_source;  ///< who defines the bands
  /// Of a concurrent state: the model's own scale from 0 to 1, no probability of this patient's.
  std::optional<double> index;
  std::optional<double> index_percentile;  ///< percent of `index_population` with a lower index
  std::string index_population;
  Evidence evidence;
  std::optional<ImageEffect> image_effect;  ///< where infiltrates was read from the image
  std::optional<double> reference_logit;
  /// Each given value, then `infiltrates`, `(missing)`, `(calibration)`; of learned models also
  /// `(network)`, `(ensemble)`. `reference_logit` plus their sum is logit(probability); where there
  /// is an index alone, logit(index).
  std::vector<Contribution> contributions;
  std::vector<Assumption> assumed;
};

/// The answer for one patient. A refusal is a report too: `refused()`, with the gate's reasons and
/// no outcome.
struct RiskReport {
  std::string created;  ///< ISO 8601, UTC
  ModelInfo model;
  ComputeInfo compute;
  ImageHeader input;
  std::string pixel_sha256;  ///< of the decoded stored values, row-major, little endian; empty
                             ///< without pixels
  Verdict verdict = Verdict::accepted;
  std::vector<GateReason> gate_reasons;
  ClinicalRecord clinical;
  std::optional<ImageFindings> findings;
  std::vector<Outcome> outcomes;
  std::vector<Warning> warnings;
  Timing timing_ms;

  bool refused() const noexcept { return verdict == Verdict::refused; }
};

/// The report as JSON, schema `aicovid.report/1` (docs/schemas/report.json), on one line unless
/// `indent` >= 0.
///
/// @throws Error{internal} naming the member that is not a finite number
AICOVID_EXPORT std::string to_json(const RiskReport& report, int indent = -1);

/// The report for people, UTF-8, at most 100 columns, no newline at its end: a refusal or flags
/// first, then severity, then each outcome with its interval, evidence and reasons.
AICOVID_EXPORT std::string to_text(const RiskReport& report);

/// Draws the heat map into a PNG file: the radiograph in its own resolution, what the network
/// looked at, colour bar, lung outline, zones with their scores, side markers, and "Research use
/// only". The picture is larger than the radiograph by strips above and below it and a panel at its
/// right; a side of more than 8192 pixels is scaled down to that.
///
/// @throws Error{invalid_argument} if the report has no findings (a refusal) or is another image's,
///         or the radiograph has no pixels; Error{io} if the file cannot be written
AICOVID_EXPORT void write_heat_map(const Radiograph& radiograph, const RiskReport& report,
                                   const std::filesystem::path& file);

/// Writes the cleaned lung mask as an 8-bit grey PNG with the file's rows and columns, also where
/// it was decoded at a part of its resolution: 0 outside, 1 the patient's right lung, 2 the left.
///
/// @throws as `write_heat_map`
AICOVID_EXPORT void write_lung_mask(const Radiograph& radiograph, const RiskReport& report,
                                    const std::filesystem::path& file);

}  // namespace aicovid
