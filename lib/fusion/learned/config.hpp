#pragma once

#include "learned_model.hpp"

namespace aicovid {

/// Reads an entry of the manifest's `outcomes` with `"model"` logistic, xgboost, network or
/// ensemble, and the files it names.
/// @throws Error{bad_bundle} naming the member, or the file, and what was expected
LearnedModel parse_learned_model(std::string_view json, const OutcomeFiles& files,
                                 const ClinicalVariables& variables);

}  // namespace aicovid
