#pragma once

#include "timestamp.hpp"
#include "variables/variables.hpp"

#include <aicovid/clinical_explanation.hpp>
#include <aicovid/clinical_record.hpp>

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aicovid {

/// What becomes of values that contradict one another.
enum class Conflicts : std::uint8_t {
  refuse,  ///< an error: whoever wrote a record or a table can mend it
  open,    ///< both are left missing, with a warning: a hospital's entries cannot be mended here
};

/// Where a value was found.
struct ValueSource {
  std::string place;  ///< "entry[3] (Observation)"; empty where the variable's name says enough
  std::string code;   ///< the listed code that says what it is; empty for a name
};

/// Makes a record of what a format's parser found: chooses among several values of a variable,
/// checks each and all together, derives canonical values and warnings.
class RecordBuilder {
 public:
  /// @throws Error{invalid_argument} if `options.at` is no time, or its limits are no hours
  explicit RecordBuilder(const ClinicalOptions& options, Conflicts conflicts = Conflicts::refuse);

  /// Adds a value in the form of a JSON record's member.
  ///
  /// @throws Error{bad_clinical_input} if it is no value of the variable, unless it is of a time
  ///         that is not asked for: then it is not looked at
  void add(const Variable& variable, const nlohmann::json& member, const ValueSource& source = {});
  /// Notes a value by its time alone, if that is outside the hours that are asked for; returns
  /// whether it is.
  bool note_outside(const Variable& variable, const std::string& time, const ValueSource& source);
  /// Says that a value was there and is left out: unreadable or conflicting.
  void add_left_out(const Variable& variable, const ValueSource& source, EvidenceFate fate,
                    const std::string& reason);
  /// When the latest of the variable's values was measured that were read so far; nothing where
  /// none has a time.
  std::optional<Instant> latest(std::string_view variable) const;
  /// Says that a measured value was taken at a time that is known to lie between the two only.
  void note_time(Instant earliest, Instant latest);
  /// Adds a warning of the parser's own, each once. Of those of one code and variable the first ten
  /// are kept; the others are counted.
  void warn(ClinicalWarning warning);

  /// @throws Error{bad_clinical_input}
  ClinicalExplanation build() const;

 private:
  struct Candidate {
    const Variable* variable;
    ValueSource source;
    ClinicalValue value;
    std::optional<Instant> time;
    double canonical = 0;  ///< of a number
    double rounding = 0;   ///< half a unit of the last digit that was given, canonical unit
    EvidenceFate fate = EvidenceFate::earlier;
    std::string reason;
  };
  using Candidates = std::vector<Candidate*>;

  /// The hours before `at` that a value may be of; nothing for what lasts.
  std::optional<std::chrono::hours> hours_of(const Variable& variable) const;
  bool is_in_hours(const Variable& variable, const std::optional<Instant>& time) const;
  /// Chooses the value that the record takes among those of one variable; null where there is none.
  Candidate* choose(const Variable& variable, const Candidates& candidates,
                    std::vector<ClinicalWarning>& warnings) const;
  Candidate* one_of_moment(const Candidates& candidates,
                           std::vector<ClinicalWarning>& warnings) const;
  /// Whether two of them differ, so that none was chosen.
  static bool is_contradicted(const Candidates& candidates);
  /// Puts the values that were chosen into the record.
  void set(const Variable& variable, std::vector<Candidate>& all, ClinicalRecord& record) const;
  /// Compares the values of the record, and opens or refuses what contradicts itself.
  void settle_conflicts(std::vector<Candidate>& all, ClinicalRecord& record) const;
  static ClinicalEvidence to_evidence(const Candidate& candidate);
  /// @throws Error{bad_clinical_input} without `at`, if values were surely measured too long apart
  void require_one_moment() const;

  struct TimeSpan {
    Instant earliest;
    Instant latest;
  };

  ClinicalVariables known_;
  std::string reading_at_;  ///< the options' `at`
  CodeMap code_map_;
  Conflicts conflicts_;
  std::optional<Instant> at_;
  std::chrono::hours bedside_hours_;
  std::chrono::hours laboratory_hours_;
  std::vector<TimeSpan> spans_;
  std::vector<Candidate> candidates_;
  std::vector<ClinicalWarning> warnings_;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> messages_;
};

}  // namespace aicovid
