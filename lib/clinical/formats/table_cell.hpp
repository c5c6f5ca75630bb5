#pragma once

#include "site_codes.hpp"
#include "variables/variables.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace aicovid {

/// What the cells of a column hold: values of a variable, in a unit where it has one.
struct Column {
  const Variable* variable = nullptr;
  std::string unit;  ///< as the header has it; empty for what has none
};

/// Whether a cell says that there is no value, by pandas' words or the site's.
bool is_missing_cell(std::string_view text, const SiteCodes& site);

/// Reads a cell as the member of a record: a number may have a comparator before it, or a plus
/// behind it ("90+" is at least 90, as de-identified tables have ages).
///
/// @return nothing for a cell that says that the value is missing
/// @throws Error{bad_clinical_input} for a decimal comma. Other text that is no value is passed on,
///         for the record's own check to reject.
std::optional<nlohmann::json> member_of_cell(const Column& column, std::string_view text,
                                             const SiteCodes& site);

}  // namespace aicovid
