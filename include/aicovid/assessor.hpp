#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/device.hpp>
#include <aicovid/error.hpp>
#include <aicovid/examination.hpp>
#include <aicovid/export.hpp>
#include <aicovid/geometry.hpp>
#include <aicovid/plan.hpp>
#include <aicovid/precision.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/report.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aicovid {

/// Which networks of a bundle are loaded: `fusion` is what `judge` needs, `none` what checking
/// clinical values needs. With the shipped bundles neither opens an engine.
enum class Networks : std::uint8_t { all, fusion, none };

struct AssessorOptions {
  Device device;
  /// The engine that runs the networks: "torchscript", "openvino", or "auto" for the first of the
  /// bundle's preference that is installed and runs on the device.
  std::string backend = "auto";
  Networks networks = Networks::all;
  /// How many threads will examine at the same time. More are allowed; they may wait for one
  /// another. No result depends on it.
  unsigned workers = 1;
  /// How many images may share a forward pass, 1 to 256. It is for GPUs, and runs on the CPU too.
  unsigned batch = 1;
  /// What the networks of the image compute in; on the CPU fp32 alone.
  Precision precision = Precision::fp32;
};

/// A radiograph and the values that go with it.
struct Case {
  Radiograph radiograph;
  ClinicalRecord record;
};

struct AssessOptions {
  bool force = false;  ///< score what the gate refuses, and say so in the report
  /// False: no SHA-256 of the pixels, `pixel_sha256` stays empty. It takes about as long as reading
  /// an uncompressed file does.
  bool hash_pixels = true;
};

/// One line of `Assessor::verify`.
struct Check {
  std::string name;
  bool passed = false;
  std::string detail;
};

/// A loaded model bundle. Immutable after `load`: any number of threads may share one.
///
/// Every image is one forward pass with one intra-op thread, so that a report does not depend on
/// what else runs: all members but `created` and `timing_ms` are equal to the bit with one engine.
/// Only `assess_together` has images share a pass. (LibTorch's thread count of the calling thread
/// is set to one.)
class AICOVID_EXPORT Assessor {
 public:
  /// @param model  a bundle's directory or, where there is no such directory, the name of a bundle
  ///               installed beside the library
  /// @throws Error{not_found} if there is no such bundle; Error{bad_bundle} naming the JSON path,
  ///         or the file, and what is wrong; Error{device_unavailable}; Error{invalid_argument} for
  ///         an unknown backend, workers beyond 1 to 1024, a batch beyond 1 to 256, or another
  ///         precision than fp32 on the CPU; Error{unsupported} for a backend that is not
  ///         installed, or whose library is of another version than it was built with
  static Assessor load(const std::filesystem::path& model = "severity",
                       const AssessorOptions& options = {});

  /// What the networks see of a radiograph, without any clinical value. One that was decoded by
  /// `Decode::fit`, and whose lungs turn out smaller than expected, is decoded and examined again
  /// at the next finer scale.
  ///
  /// @throws Error{invalid_argument} if the networks were not loaded, or the radiograph was read
  ///         without its pixels and is not refused; Error{bad_bundle} if a network fails on it;
  ///         Error{corrupt} if finer data are damaged. A refusal is no error but an examination
  ///         without findings.
  Examination examine(const Radiograph& radiograph, const AssessOptions& options = {}) const;

  /// The risks that follow from an examination and a record. Runs no network of the image; a fusion
  /// network runs here.
  ///
  /// @throws Error{bad_bundle} if the examination is of another manifest;
  ///         Error{patient_mismatch} if the header's sex or age contradicts the record, without
  ///         `force`; Error{invalid_argument} if the record has values that another bundle
  ///         declares, the fusion network was not loaded, or `force` is to score what was examined
  ///         without it; Error{corrupt} if the examination lacks an output that the fusion network
  ///         takes; Error{unsupported} if that network takes the picture, which a written
  ///         examination does not hold
  RiskReport judge(const Examination& examination, const ClinicalRecord& record = {},
                   const AssessOptions& options = {}) const;

  /// `examine` and `judge`; what contradicts the record is found before the networks run.
  ///
  /// @throws as both. A refusal is no error but a report.
  RiskReport assess(const Radiograph& radiograph, const ClinicalRecord& record = {},
                    const AssessOptions& options = {}) const;

  /// `assess` of each case. Up to `AssessorOptions::batch` images share a forward pass of each
  /// network that can take several; their reports are then those of `assess` within a tolerance
  /// (docs/batch.md), and to the bit where an image is alone.
  ///
  /// @return  for each case, in their order, its report or its error, which touches no other
  std::vector<std::variant<RiskReport, Error>> assess_together(
      std::span<const Case> cases, const AssessOptions& options = {}) const;

  /// The outcomes from clinical values alone, without an image: the report has no findings, and the
  /// infiltrates are unknown unless the record has a clinician's reading.
  RiskReport assess(const ClinicalRecord& record) const;

  /// Runs the bundle's golden cases through the whole chain.
  std::vector<Check> verify() const;

  /// What values a record for `assess` may hold; for `ClinicalOptions::variables`.
  const ClinicalVariables& clinical_variables() const noexcept;

  const ModelInfo& model() const noexcept;
  std::string intended_use() const;
  /// What the networks run on; `decode` is empty, as it is of an image.
  ComputeInfo compute() const;
  /// What `ReadOptions::fit` must be for this bundle's networks: 2.5 times what they look at,
  /// after the crop to the lungs that is expected.
  RasterSize fit_size() const;
  /// How many threads it was loaded for (`AssessorOptions::workers`).
  unsigned workers() const noexcept;
  /// How many images may share a forward pass (`AssessorOptions::batch`).
  unsigned batch() const noexcept;
  /// The networks of the image that were loaded, in their order.
  std::vector<NetworkInfo> networks() const;
  /// The names of the outcomes that a report has, in their order.
  std::vector<std::string> outcome_names() const;
  /// A preprocessing plan of the bundle.
  /// @throws Error{invalid_argument} naming the plans there are
  const Plan& plan(std::string_view name) const;

 private:
  struct State;
  explicit Assessor(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// The clinical variables of a bundle, by its manifest alone: nothing else is checked or loaded.
///
/// @param model  as for `Assessor::load`
/// @throws Error{not_found, bad_bundle} as `Assessor::load`
AICOVID_EXPORT ClinicalVariables clinical_variables(const std::filesystem::path& model);

/// The bundles beside the library, by name; a bundle whose manifest is not valid is left out.
/// Nothing else is checked, and nothing is loaded.
AICOVID_EXPORT std::vector<ModelInfo> installed_models();

}  // namespace aicovid
