#pragma once

#include <aicovid/clinical_record.hpp>

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "timestamp.hpp"
#include "variables.hpp"

namespace aicovid {

/// Makes a record of what a format's parser found: chooses among several values of a variable,
/// checks each and all together, derives canonical values and warnings.
class RecordBuilder {
 public:
  /// @throws Error{invalid_argument} if `options.at` is no time
  explicit RecordBuilder(const ClinicalOptions& options);

  /// Adds a value in the form of a JSON record's member.
  void add(const Variable& variable, nlohmann::json member);
  /// Adds a warning of the parser's own.
  void warn(ClinicalWarning warning);

  /// @throws Error{bad_clinical_input}
  ClinicalRecord build() const;

 private:
  struct Candidate {
    const Variable* variable;
    nlohmann::json member;
  };
  /// Those of a variable, to the one that the record takes; null where none is of the right time.
  const nlohmann::json* choose(const std::vector<const Candidate*>& candidates,
                               std::vector<ClinicalWarning>& warnings) const;

  std::optional<Instant> at_;
  std::vector<Candidate> candidates_;
  std::vector<ClinicalWarning> warnings_;
};

}  // namespace aicovid
