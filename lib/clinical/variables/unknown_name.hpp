#pragma once

#include <aicovid/clinical_variables.hpp>

#include <string>
#include <string_view>

namespace aicovid {

// These functions give what an error may say of a name that the caller wrote. Names of variables
// and of their members are repeated, and names that are made of clinical words alone. Any other may
// be a person's.

/// A variable's name as it is; of any other, its place: "member 3: (unlisted name)".
std::string printable_name(std::string_view place, std::string_view name);

/// `value`, `unit`, `comparator`, `time`, or "(unlisted name)".
std::string printable_member(std::string_view name);

/// Names the variable that the writer may have meant, where one is near.
///
/// @param place  "member 3"
/// @throws Error{bad_clinical_input}, always
[[noreturn]] void reject_unknown_name(std::string_view place, std::string_view name,
                                      const ClinicalVariables& known);

}  // namespace aicovid
