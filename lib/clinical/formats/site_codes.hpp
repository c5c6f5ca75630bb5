#pragma once

#include "variables/variables.hpp"

#include <aicovid/code_map.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace aicovid {

/// What a column of a site's tables holds.
struct SiteColumn {
  std::string variable;  ///< or "time"
  std::string unit;      ///< empty for what has none
};

/// The entries of a code map.
struct SiteCodes {
  /// The names of variables by system and code.
  std::map<std::pair<std::string, std::string>, std::string> codes;
  /// By the whole header.
  std::map<std::string, SiteColumn, std::less<>> columns;
  /// Words of tables, by the letters as they are.
  std::map<std::string, bool, std::less<>> booleans;
  std::map<std::string, std::string, std::less<>> sexes;  ///< the terms of the variable `sex`
  std::set<std::string, std::less<>> missing;
};

const SiteCodes& site_codes(const CodeMap& map);

/// The variable of a site's own code; null for a code that the map does not have.
const Variable* variable_of_site_code(const std::string& system, const std::string& code,
                                      const CodeMap& map, const ClinicalVariables& known);

}  // namespace aicovid
