#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/report.hpp>

#include <array>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace aicovid {

/// Quantiles from which a missing value is integrated out: values at these cumulative
/// probabilities, linear between.
struct MissingValueQuantiles {
  std::array<double, 4> probabilities{};
  std::array<double, 4> values{};
  std::string note;  ///< what the report says of their source
};

/// An outcome of the manifest with `"model": "isaric_4c_deterioration"`.
struct DeteriorationConfig {
  std::string name = "deterioration";
  std::map<std::string, MissingValueQuantiles> missing;  ///< of urea, crp, lymphocytes
  double site_intercept = 0;  ///< site_recalibration: logit' = intercept + slope * logit
  double site_slope = 1;
  /// The bundle reads no infiltrates: without a clinician's reading nothing is computed.
  bool infiltrates_by_clinician = false;
};

/// Reads an entry of the manifest's `outcomes`, which its JSON Schema has checked.
/// @throws Error{bad_bundle} naming the member and what was expected
DeteriorationConfig read_deterioration_config(const nlohmann::json& json);

/// The linear predictor of ISARIC 4C Deterioration; `infiltrates` is 0 or 1.
/// Source: Gupta et al. 2021, Lancet Respir Med 9:349, supplementary table 3.
struct DeteriorationInputs {
  double age_years;
  bool male;
  bool nosocomial;
  bool infiltrates;
  bool on_oxygen;
  bool gcs_below_15;
  double respiratory_rate;
  double spo2_percent;
  double urea_mmol_l;
  double crp_mg_l;
  double lymphocytes_10_9_l;
};
double deterioration_logit(const DeteriorationInputs& inputs);

/// The risk of deterioration with the image's probability of infiltrates, or why there is none.
///
/// @param infiltrates  q of the image; a clinician's `radiographic_infiltrates` in the record
/// overrides it
Outcome assess_deterioration(const DeteriorationConfig& config, const ClinicalRecord& record,
                             const std::optional<double>& infiltrates);

}  // namespace aicovid
