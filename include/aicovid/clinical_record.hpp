#pragma once

#include <aicovid/clinical_variables.hpp>
#include <aicovid/code_map.hpp>
#include <aicovid/export.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// One value as it was given. Exactly one of `number`, `text` and `flag` is set.
struct ClinicalValue {
  std::optional<double> number;
  std::optional<std::string> text;  ///< a term of the variable's list
  std::optional<bool> flag;
  std::string unit;        ///< UCUM code, or a listed alias as given; empty for what has none
  std::string comparator;  ///< "", "<", "<=", ">" or ">="
  std::string time;        ///< ISO 8601 with zone, as given; empty if absent
  /// Whether nobody said it: a disease is false because a complete problem list does not have it.
  bool assumed = false;

  bool operator==(const ClinicalValue&) const = default;
};

/// The numbers that a value can stand for, in the canonical unit: a single one unless the value
/// came with a comparator, which leaves open all up to the end of the variable's possible range.
struct ClinicalRange {
  double low = 0;
  double high = 0;
  bool low_closed = true;   ///< whether `low` itself is possible
  bool high_closed = true;  ///< whether `high` itself is possible

  bool exact() const noexcept { return low == high; }
  bool reaches_below(double x) const noexcept { return low < x; }
  bool reaches_above(double x) const noexcept { return high > x; }
  bool lies_below(double x) const noexcept { return high < x || (high == x && !high_closed); }
  bool lies_above(double x) const noexcept { return low > x || (low == x && !low_closed); }

  bool operator==(const ClinicalRange&) const = default;
};

/// What a reader of the record should know of a value that was accepted.
struct ClinicalWarning {
  std::string code;      ///< stable: "suspicious_value", "censored_value", ...
  std::string variable;  ///< empty where it is about the record as a whole
  std::string message;   ///< a sentence; begins with the variable's name, if any

  bool operator==(const ClinicalWarning&) const = default;
};

/// Rules that change values before they are read, only where they are asked for.
enum class Cleaning : std::uint8_t {
  none,
  nccid,  ///< column names, units and cleaning rules of the National COVID-19 Chest Imaging
          ///< Database
};

/// What is known of the problem list that the Conditions of a FHIR Bundle are.
enum class ProblemList {
  unsaid,    ///< a disease that it does not have is missing
  complete,  ///< a chronic disease that it does not have is absent
};

/// What a text of clinical values does not say itself.
struct ClinicalOptions {
  /// ISO 8601 with zone: the moment that the values are for. Of several values of a variable the
  /// latest of the hours up to it is taken, never a later one. Required where a variable has
  /// several values.
  std::string at;
  int bedside_hours = 12;     ///< how old vital signs and what is said of oxygen may be at `at`
  int laboratory_hours = 24;  ///< how old any other measured value may be at `at`
  /// FHIR: an entry that cannot be read, and values that contradict one another, are errors. Else
  /// they are left out with a warning.
  bool strict = false;
  std::string row;  ///< CSV: the row whose `id_column` holds this; needed if there are several
  std::string id_column;  ///< CSV
  Cleaning clean = Cleaning::none;
  /// FHIR: whether the Conditions are all that the patient has (docs/clinical-fhir.md).
  ProblemList problem_list = ProblemList::unsaid;
  ClinicalVariables variables;  ///< what values there may be; a bundle may declare further ones
  CodeMap code_map;  ///< what a site's own codes, columns and words mean; not for a JSON record
};

/// The clinical values of a patient at one moment, with units. Missing values are no error: an
/// absent boolean is missing, never false. The names, units, ranges and codes are listed in
/// docs/clinical-variables.md, the formats in docs/clinical-input.md.
///
/// All parsers work on the text alone, touch no file, and throw Error{bad_clinical_input}, naming
/// the field, the value and what was expected, for what is no such text, a name, unit or term
/// unknown to the variable, an impossible value, and values that contradict one another; and
/// Error{invalid_argument} for options that cannot be obeyed.
class AICOVID_EXPORT ClinicalRecord {
 public:
  ClinicalRecord() = default;

  /// Reads `{"age": {"value": 63, "unit": "a"}, "sex": "male", "crp": {"value": 12, "unit":
  /// "mg/dL"}, "on_oxygen": true}`.
  static ClinicalRecord parse_json(std::string_view json, const ClinicalOptions& options = {});

  /// Reads one row of a table with a header like `id,age [a],sex,crp [mg/L]` (RFC 4180). An empty
  /// cell is a missing value.
  static ClinicalRecord parse_csv(std::string_view csv, const ClinicalOptions& options = {});

  /// Reads an HL7 FHIR R4 Bundle of one patient: Patient, Observation and Condition.
  ///
  /// @throws Error{patient_mismatch} if its entries are of several patients, or of no patient
  static ClinicalRecord parse_fhir(std::string_view json, const ClinicalOptions& options = {});

  /// This record with values in the place of those that it has, by the names of their variables. A
  /// value is written as the member of a JSON record (`{"value": 12, "unit": "mg/L"}`), or as the
  /// cell of a table with the unit behind the number (`12 mg/L`, `<5 mg/L`, `false`, `male`). An
  /// empty text, and what a table has for a missing value, take the variable out. The whole is
  /// checked anew, and each of the variables is named in a warning `set_by_hand`.
  ///
  /// @param known  what values there may be; those of this record if none are declared
  /// @throws Error{bad_clinical_input} as the parsers, also for values that contradict those that
  ///         stay; Error{invalid_argument} if a value that stays is none of `known`
  ClinicalRecord with(const std::map<std::string, std::string>& values,
                      const ClinicalVariables& known = {}) const;

  /// The record as text that `parse_json` reads back into an equal one: the values as given.
  std::string to_json() const;

  /// The values as given, by name.
  const std::map<std::string, ClinicalValue>& given() const noexcept { return given_; }
  /// The numbers in canonical units, by name; a comparator's bound counts as its number. `urea` is
  /// here too where only `urea_nitrogen` was given.
  const std::map<std::string, double>& canonical() const noexcept { return canonical_; }
  /// What was accepted with a reservation, in the order of the variables.
  const std::vector<ClinicalWarning>& warnings() const noexcept { return warnings_; }

  /// In the canonical unit; nothing if missing.
  std::optional<double> number(std::string_view name) const;
  /// The numbers that the value can stand for; nothing if missing or no number.
  std::optional<ClinicalRange> range(std::string_view name) const;
  std::optional<bool> flag(std::string_view name) const;
  std::optional<std::string> text(std::string_view name) const;
  /// The variables that its values are of; those of a bundle only if it holds a value of one.
  const ClinicalVariables& variables() const noexcept { return variables_; }
  /// The canonical UCUM unit of a variable of docs/clinical-variables.md; empty for what has none.
  static std::string canonical_unit(std::string_view name);
  /// "" or the comparator the value came with.
  std::string comparator(std::string_view name) const;
  /// The name of the given value that this one was computed from: "urea_nitrogen" for `urea` where
  /// that alone was given; otherwise empty.
  std::string derived_from(std::string_view name) const;

  /// The names of the given values that nobody said (`ClinicalValue::assumed`).
  std::vector<std::string> assumed() const;

  bool empty() const noexcept { return given_.empty(); }

  bool operator==(const ClinicalRecord&) const = default;

 private:
  friend class RecordBuilder;

  /// How it was read, by which a value that is set is read too; no part of what it says.
  struct Reading {
    std::string at;
    CodeMap code_map;
    bool operator==(const Reading&) const { return true; }
  };

  Reading reading_;
  std::map<std::string, ClinicalValue> given_;
  std::map<std::string, double> canonical_;
  std::vector<ClinicalWarning> warnings_;
  ClinicalVariables variables_;
};

/// Reads clinical values of any of the formats, told from the text: a FHIR Bundle is a JSON object
/// with `"resourceType": "Bundle"`, a record any other JSON object, a table what is no JSON. NDJSON
/// is read if it is of one patient; `parse_clinical_patients` reads those of many. UTF-16 with its
/// byte order mark is read as UTF-8 is.
///
/// @throws as the parsers of `ClinicalRecord`; Error{unsupported} for what is a file of another
/// kind
///         or encoding: XML, HL7 version 2, gzip, ZIP, Excel, UTF-32
AICOVID_EXPORT ClinicalRecord parse_clinical(std::string_view text,
                                             const ClinicalOptions& options = {});

}  // namespace aicovid
