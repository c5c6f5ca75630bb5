#pragma once

#include "set_aside.hpp"

#include "record/timestamp.hpp"

#include <aicovid/clinical_record.hpp>

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// Whether a code is read as a statement of oxygen or air, or as what stands against either.
bool is_code_of_oxygen(std::string_view system, std::string_view code);

/// What an Observation, or a component of one, says of supplemental oxygen.
struct OxygenFact {
  enum class Kind { saturation, flow, fraction, ventilator, statement };
  enum class Says { nothing, air, not_air, oxygen };

  Kind kind = Kind::saturation;
  Says says = Says::nothing;
  bool can_close = true;  ///< whether it may prove room air
  bool is_trial = false;  ///< of a saturation on room air, which says nothing of before and after
  bool is_high_flow = false;
  bool is_doubtful = false;       ///< its codes are of two variables, or it has a modifier
  std::optional<double> value;    ///< of a number, canonical unit
  bool is_on_air = false;         ///< a saturation that was measured on room air
  bool has_quantity = false;      ///< a statement that has a flow or a fraction as its value
  bool is_of_saturation = false;  ///< by the code of such a saturation, whatever its value
  std::string time;               ///< exact; empty where only a day is told, or nothing
  Instant moment{};               ///< the same
  Instant first{};                ///< the first moment that it can be of
  Instant last{};
  bool is_of_period = false;  ///< from the first to the last, and not at one of them
  FhirEntry place;
};

/// What the Observation and its components say of oxygen, room air and saturation.
std::vector<OxygenFact> oxygen_facts(const nlohmann::json& observation, const FhirEntry& place,
                                     const ClinicalOptions& options);

/// Whether the Observation, or a component of it, is PaO2, PaCO2 or pH.
bool has_blood_gas(const nlohmann::json& observation, const ClinicalOptions& options);

}  // namespace aicovid
