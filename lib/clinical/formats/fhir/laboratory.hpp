#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace aicovid {

/// Whether an Observation is of the category "laboratory".
enum class OfLaboratory : std::uint8_t {
  no,
  maybe,  ///< another system than HL7's has a code of that name, which may mean anything
  yes,
};

OfLaboratory of_laboratory(const nlohmann::json& observation);

}  // namespace aicovid
