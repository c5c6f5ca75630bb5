#pragma once

#include "fusion/curve.hpp"

#include "core/log_odds.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/outcome.hpp>

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace aicovid {

/// An outcome of the manifest with `"model": "isaric_4c_deterioration"`.
struct DeteriorationConfig {
  std::string name = "deterioration";
  /// What a missing urea, crp or lymphocytes is integrated out over.
  std::map<std::string, ValueDistribution> missing;
  LogitLine site;  ///< site_recalibration
  /// The bundle reads no infiltrates: without a clinician's reading nothing is computed.
  bool infiltrates_by_clinician = false;
};

/// Reads an entry of the manifest's `outcomes`, which its JSON Schema has checked.
/// @throws Error{bad_bundle} naming the member and what was expected
DeteriorationConfig read_deterioration_config(const nlohmann::json& json);

/// The risk of deterioration with the image's probability of infiltrates, or why there is none.
///
/// @param infiltrates  q of the image; a clinician's `radiographic_infiltrates` in the record
/// overrides it
Outcome assess_deterioration(const DeteriorationConfig& config, const ClinicalRecord& record,
                             const std::optional<double>& infiltrates);

}  // namespace aicovid
