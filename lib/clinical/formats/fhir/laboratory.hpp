#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace aicovid {

/// Whether an Observation is of the category "laboratory".
enum class OfLaboratory : std::uint8_t {
  no,
  maybe,  ///< a text or another system's code says so, which may mean anything
  yes,
};

OfLaboratory of_laboratory(const nlohmann::json& observation);

/// Whether an Observation is of a blood gas, or may be: it has a specimen, is of a panel or a
/// category of blood gases, or of a laboratory.
bool is_of_blood_gas(const nlohmann::json& observation);

}  // namespace aicovid
