#pragma once

#include "fusion/curve.hpp"
#include "fusion/learned.hpp"

#include "core/config_value.hpp"
#include "findings/finding_table.hpp"

#include <aicovid/clinical_variables.hpp>

#include <optional>
#include <string>
#include <vector>

namespace aicovid {

/// One input of a learned model: a clinical variable, or a finding of the image, as a number. The
/// finding `infiltrates` is the image's own, whatever a clinician says.
struct LearnedInput {
  std::string variable;
  const ImageFinding* finding = nullptr;  ///< of the image; null of a clinical variable
  std::vector<std::string> is;            ///< of a term: those that count as 1
  std::string unit;                       ///< of a quantity, canonical
  std::optional<ClinicalRange> range;     ///< that it was made for, ends included; of a number only
  double reference = 0;                   ///< where its contribution is 0
  bool may_be_missing = false;
  std::optional<double> imputed;                  ///< put where it is missing, but for trees
  std::optional<ValueDistribution> distribution;  ///< for the interval where it is missing
};

/// Holds a bundle to what a clinical record can hold: a variable that no record has would be
/// missing in each.
///
/// @param value  as a record writes it
/// @throws Error{bad_bundle} at `where` with what the record expects
void require_possible(const std::string& variable, const nlohmann::json& value,
                      const ClinicalVariables& variables, const ConfigValue& where);

/// The member `inputs` of an outcome. Each clinical variable, unit, term and range is one that a
/// clinical record can hold.
/// @throws Error{bad_bundle} naming the member and what was expected
std::vector<LearnedInput> read_inputs(const ConfigValue& list, const ClinicalVariables& variables);

/// The position of an input of that name. @throws Error{bad_bundle} at `where`
std::size_t input_named(const std::vector<LearnedInput>& inputs, const std::string& name,
                        const ConfigValue& where);

}  // namespace aicovid
