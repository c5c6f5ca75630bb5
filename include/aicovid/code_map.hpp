#pragma once

#include <aicovid/clinical_variables.hpp>
#include <aicovid/export.hpp>

#include <memory>
#include <string_view>

namespace aicovid {

struct SiteCodes;  // the library's own

/// What a site's own codes, columns and words mean (docs/clinical-tables.md#code-map). Immutable;
/// copies share what they hold.
class AICOVID_EXPORT CodeMap {
 public:
  /// A map without entries.
  CodeMap() = default;

  /// Reads a code map (docs/schemas/code-map.json). It adds to what the library reads and changes
  /// nothing of it: an entry for a code, a column or a word that the library knows is an error.
  ///
  /// @param known  the variables that the entries may name
  /// @throws Error{invalid_argument} naming the entry, and what was expected
  static CodeMap parse_json(std::string_view json, const ClinicalVariables& known = {});

 private:
  friend const SiteCodes& site_codes(const CodeMap& map);
  std::shared_ptr<const SiteCodes> codes_;  ///< null: none
};

}  // namespace aicovid
