#pragma once

#include <aicovid/export.hpp>
#include <aicovid/findings.hpp>
#include <aicovid/gate.hpp>
#include <aicovid/provenance.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/tensor.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// What was seen of one radiograph: all that `Assessor::judge` needs of it, but no pixels.
///
/// It is as sensitive as a clinical record: it holds the patient's sex and age and the time of the
/// image, which no report does, and a picture of the lungs.
struct AICOVID_EXPORT Examination {
  std::string created;  ///< ISO 8601, UTC
  ModelInfo model;
  ComputeInfo compute;
  ImageHeader input;
  std::string pixel_sha256;  ///< of the decoded stored values, row-major, little endian; empty
                             ///< without pixels
  Verdict verdict = Verdict::accepted;  ///< `forced`: examined although the gate refuses it
  std::vector<GateReason> gate_reasons;
  std::vector<Warning> warnings;          ///< about the image, whatever the record says
  std::optional<ImageFindings> findings;  ///< nothing of a refused image
  std::optional<Tensor> embedding;  ///< [1,n] of the severity network, where it has this output
  /// Outputs of the severity network that the bundle's fusion network takes, by name.
  std::map<std::string, Tensor> kept_outputs;
  /// Whether what the fusion network takes of the image is kept in `kept_outputs`, so that it can
  /// be judged again after it was written and read. False where the network takes the picture
  /// itself.
  bool rejudge = true;
  /// Where `rejudge` is false, the fusion network's inputs in its order, those of a record empty;
  /// in memory alone.
  std::vector<Tensor> fusion_inputs;
  Timing timing_ms;

  bool refused() const noexcept { return verdict == Verdict::refused; }

  /// Equal in all but `created`, `timing_ms` and what is in memory alone.
  bool operator==(const Examination& other) const;
};

/// The examination as JSON, schema `aicovid.examination/1` (docs/schemas/examination.json), on one
/// line unless `indent` >= 0. `parse_examination` makes an equal one of it.
///
/// @throws Error{internal} naming the member that is not a finite number
AICOVID_EXPORT std::string to_json(const Examination& examination, int indent = -1);

/// @throws Error{corrupt} naming the JSON path, what is there and what was expected
AICOVID_EXPORT Examination parse_examination(std::string_view json);

}  // namespace aicovid
