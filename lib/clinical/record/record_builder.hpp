#pragma once

#include "timestamp.hpp"
#include "variables/variables.hpp"

#include <aicovid/clinical_record.hpp>

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

namespace aicovid {

/// Makes a record of what a format's parser found: chooses among several values of a variable,
/// checks each and all together, derives canonical values and warnings.
class RecordBuilder {
 public:
  /// @throws Error{invalid_argument} if `options.at` is no time
  explicit RecordBuilder(const ClinicalOptions& options);

  /// Adds a value in the form of a JSON record's member.
  void add(const Variable& variable, nlohmann::json member);
  /// Says that a measured value was taken at a time that is known to lie between the two only.
  void note_time(Instant earliest, Instant latest);
  /// Adds a warning of the parser's own.
  void warn(ClinicalWarning warning);

  /// @throws Error{bad_clinical_input}
  ClinicalRecord build() const;

 private:
  struct Candidate {
    const Variable* variable;
    nlohmann::json member;
  };
  /// Chooses the value that the record takes among those of one variable; null where none is of the
  /// right time.
  const nlohmann::json* choose(const std::vector<const Candidate*>& candidates,
                               std::vector<ClinicalWarning>& warnings) const;

  /// Puts the value that was chosen of a variable into the record; false where there is none.
  bool set(const Variable& variable, ClinicalRecord& record) const;

  /// @throws Error{bad_clinical_input} without `at`, if values were surely measured more than a day
  ///         apart
  void require_one_day() const;

  struct TimeSpan {
    Instant earliest;
    Instant latest;
  };

  ClinicalVariables known_;
  std::optional<Instant> at_;
  std::vector<TimeSpan> spans_;
  std::vector<Candidate> candidates_;
  std::vector<ClinicalWarning> warnings_;
};

}  // namespace aicovid
