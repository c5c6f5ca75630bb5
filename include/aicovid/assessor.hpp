#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/device.hpp>
#include <aicovid/error.hpp>
#include <aicovid/export.hpp>
#include <aicovid/plan.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/report.hpp>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aicovid {

struct AssessorOptions {
  Device device;
  std::string backend = "torchscript";
};

struct AssessOptions {
  bool force = false;  ///< score what the gate refuses, and say so in the report
};

/// A radiograph and the values that go with it.
struct Case {
  Radiograph radiograph;
  ClinicalRecord record;
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
/// what else runs: all members but `created` and `timing_ms` are equal to the bit. (LibTorch's
/// thread count of the calling thread is set to one.)
class AICOVID_EXPORT Assessor {
 public:
  /// @param model  a bundle's directory or, where there is no such directory, the name of a bundle
  ///               installed beside the library
  /// @throws Error{not_found} if there is no such bundle; Error{bad_bundle} naming the JSON path,
  ///         or the file, and what is wrong; Error{device_unavailable}; Error{invalid_argument} for
  ///         an unknown backend
  static Assessor load(const std::filesystem::path& model = "severity",
                       const AssessorOptions& options = {});

  /// @throws Error{patient_mismatch} if the header's sex or age contradicts the record;
  ///         Error{invalid_argument} if the record has values that another bundle declares;
  ///         Error{bad_bundle} if a network fails on this input. A refusal is no error but a
  ///         report.
  RiskReport assess(const Radiograph& radiograph, const ClinicalRecord& record = {},
                    const AssessOptions& options = {}) const;

  /// The outcomes from clinical values alone, without an image: the report has no findings, and the
  /// infiltrates are unknown unless the record has a clinician's reading.
  RiskReport assess(const ClinicalRecord& record) const;

  /// One result a case, in their order; an error of one touches no other.
  std::vector<std::variant<RiskReport, Error>> assess_batch(
      std::span<const Case> cases, const AssessOptions& options = {}) const;

  /// Runs the bundle's golden cases through the whole chain.
  std::vector<Check> verify() const;

  /// What values a record for `assess` may hold; for `ClinicalOptions::variables`.
  const ClinicalVariables& clinical_variables() const noexcept;

  const ModelInfo& model() const noexcept;
  std::string intended_use() const;
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

/// The bundles beside the library, by name; a bundle whose manifest cannot be read is left out.
/// Nothing is checked or loaded.
AICOVID_EXPORT std::vector<ModelInfo> installed_models();

}  // namespace aicovid
