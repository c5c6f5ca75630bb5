#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

namespace aicovid {

/// The diseases that a complete problem list without them says to be absent. Not so obesity, which
/// clinicians see and do not list, nor symptoms and infection, which come and go.
std::span<const std::string_view> diseases_of_problem_lists();

/// Whether a FHIR List is a problem list that is empty because nothing is known after a reasonable
/// search (nilknown), as of `at`, which may be empty. One that is kept up to date (working) counts
/// from its date on; a snapshot says what was known at that time, and counts on its day alone.
bool is_nil_known(const nlohmann::json& list, const std::string& at);

/// Whether the resource is a current List of problems.
bool is_list_of_problems(const nlohmann::json& resource);

/// Whether a FHIR List of problems says that there are some, or not what there is.
bool has_or_hides_problems(const nlohmann::json& list);

/// Whether a Bundle, or one within it, is one page of several, or has fewer matches than its search
/// found.
bool has_more_pages(const nlohmann::json& bundle);

}  // namespace aicovid
