#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/export.hpp>
#include <aicovid/findings.hpp>
#include <aicovid/gate.hpp>
#include <aicovid/outcome.hpp>
#include <aicovid/provenance.hpp>
#include <aicovid/radiograph.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace aicovid {

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
/// A radiograph that was decoded at a coarser scale than the report's is decoded again.
///
/// @throws Error{invalid_argument} if the report has no findings (a refusal) or is another image's,
///         or the radiograph has no pixels, or was decoded at a finer scale; Error{unsupported} if
///         the module that draws or its OpenCV is not installed; Error{io} if the file cannot be
///         written; std::bad_alloc
AICOVID_EXPORT void write_heat_map(const Radiograph& radiograph, const RiskReport& report,
                                   const std::filesystem::path& file);

/// Writes the cleaned lung mask as an 8-bit grey PNG with the file's rows and columns, also where
/// it was decoded at a part of its resolution: 0 outside, 1 the patient's right lung, 2 the left.
///
/// @throws as `write_heat_map`
AICOVID_EXPORT void write_lung_mask(const Radiograph& radiograph, const RiskReport& report,
                                    const std::filesystem::path& file);

}  // namespace aicovid
