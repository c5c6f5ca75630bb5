#include "site_codes.hpp"

namespace aicovid {

const SiteCodes& site_codes(const CodeMap& map) {
  static const SiteCodes none;
  return map.codes_ ? *map.codes_ : none;
}

const Variable* variable_of_site_code(const std::string& system, const std::string& code,
                                      const CodeMap& map, const ClinicalVariables& known) {
  const SiteCodes& site = site_codes(map);
  const auto found = site.codes.find({system, code});
  return found == site.codes.end() ? nullptr : find_variable(found->second, known);
}

}  // namespace aicovid
