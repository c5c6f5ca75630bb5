#pragma once

#include <aicovid/export.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace aicovid {

/// One value as it was given. Exactly one of `number`, `text` and `flag` is set.
struct ClinicalValue {
  std::optional<double> number;
  std::optional<std::string> text;  ///< a term of the variable's list
  std::optional<bool> flag;
  std::string unit;        ///< UCUM code; empty for what has none
  std::string comparator;  ///< "", "<", "<=", ">" or ">="
  std::string time;        ///< ISO 8601 with zone, as given; empty if absent

  bool operator==(const ClinicalValue&) const = default;
};

/// The clinical values taken at admission, with units. Missing values are no error: an absent
/// boolean is missing, never false.
class AICOVID_EXPORT ClinicalRecord {
 public:
  ClinicalRecord() = default;

  /// Reads `{"age": {"value": 63, "unit": "a"}, "sex": "male", "crp": {"value": 12, "unit":
  /// "mg/dL"}, "on_oxygen": true}`.
  ///
  /// @throws Error{bad_clinical_input} naming the field, the value and what was expected, for text
  /// that is no
  ///         JSON object, a name, unit or term unknown to the variable, an impossible value, or
  ///         values of oxygen that contradict one another
  static ClinicalRecord parse_json(std::string_view json);

  /// The values as given, by name.
  const std::map<std::string, ClinicalValue>& given() const noexcept { return given_; }
  /// The numbers in canonical units, by name.
  const std::map<std::string, double>& canonical() const noexcept { return canonical_; }

  /// In the canonical unit; nothing if missing.
  std::optional<double> number(std::string_view name) const;
  std::optional<bool> flag(std::string_view name) const;
  std::optional<std::string> text(std::string_view name) const;
  /// The canonical UCUM unit of a variable; empty for what has none.
  static std::string canonical_unit(std::string_view name);
  /// "" or the comparator the value came with.
  std::string comparator(std::string_view name) const;

  bool empty() const noexcept { return given_.empty(); }

 private:
  std::map<std::string, ClinicalValue> given_;
  std::map<std::string, double> canonical_;
};

}  // namespace aicovid
