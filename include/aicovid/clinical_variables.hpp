#pragma once

#include <aicovid/export.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

struct DeclaredVariables;  // the library's own

/// The clinical variables that a record may hold: those of docs/clinical-variables.md, and those
/// that a bundle's manifest declares beside them (docs/bundle.md). Immutable; copies share what
/// they hold.
class AICOVID_EXPORT ClinicalVariables {
 public:
  /// Those of docs/clinical-variables.md alone. `Assessor::clinical_variables` has a bundle's.
  ClinicalVariables() = default;
  /// For the library, which reads them from a manifest.
  explicit ClinicalVariables(std::shared_ptr<const DeclaredVariables> declared);

  /// The names of those that a bundle declares, in its order.
  std::vector<std::string> declared() const;
  /// The canonical UCUM unit of a variable; empty for what has none, and for an unknown name.
  std::string canonical_unit(std::string_view name) const;

  /// Whether the same variables are declared, equal in all that is said of them.
  bool operator==(const ClinicalVariables& other) const;

 private:
  friend const DeclaredVariables& declarations(const ClinicalVariables& variables);
  std::shared_ptr<const DeclaredVariables> declared_;  ///< null: none
};

}  // namespace aicovid
