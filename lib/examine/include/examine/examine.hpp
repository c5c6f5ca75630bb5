#pragma once

#include "bundle/bundle.hpp"

#include <aicovid/examination.hpp>

namespace aicovid {

/// Does all that needs the image: gate, lungs, severity.
///
/// @param force  go on where the gate refuses
/// @throws Error{invalid_argument} if the radiograph has no pixels and is not refused;
///         Error{bad_bundle} if a network fails
Examination examine(const Bundle& bundle, const Radiograph& radiograph, const Device& device,
                    bool force);

}  // namespace aicovid
