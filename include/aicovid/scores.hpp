#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/export.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// What a number can be: `min` equals `max` where everything that it needs is known.
struct Bounds {
  double min = 0;
  double max = 0;

  bool exact() const noexcept { return min == max; }
  bool operator==(const Bounds&) const = default;
};

enum class ScoreStatus : std::uint8_t {
  ok,
  incomplete,      ///< inputs are missing, or known as bounds that do not settle the score
  not_applicable,  ///< the patient does not belong to the score's population
};

AICOVID_EXPORT std::string_view to_string(ScoreStatus status) noexcept;

/// One row of a score's table.
struct ScoreItem {
  std::string name;  ///< a clinical variable, or what several of them make
  Bounds points;
  std::vector<std::string> from;     ///< the variables that were scored
  std::vector<std::string> missing;  ///< the variables that leave the points open
};

/// A published score of one patient. Nothing is guessed: what is not known makes bounds.
struct Score {
  std::string name;        ///< stable: "4c_mortality"
  std::string title;       ///< "4C Mortality"
  std::string outcome;     ///< what it tells of
  std::string population;  ///< whom it was made for, where and when
  std::string reference;   ///< a DOI, or the report's citation where it has none
  ScoreStatus status = ScoreStatus::ok;
  std::string reason;  ///< why it is not applicable
  std::optional<Bounds> points;
  std::optional<int> maximum_points;
  std::optional<Bounds> value;           ///< of an index without points: ROX, SpO2/FiO2
  std::optional<Bounds> probability;     ///< where a risk is published
  std::vector<std::string> bands;        ///< those that it can be in, lowest first
  bool bands_are_points = false;         ///< the bands' names say their points and no more
  std::map<std::string, bool> triggers;  ///< `single_parameter_3` of NEWS2; absent while open
  std::vector<std::string> missing;      ///< the variables that leave it open
  /// Not given: the patient is taken to be eligible by them; or given as assumed in the record, and
  /// used so.
  std::vector<std::string> assumed;
  std::vector<ScoreItem> items;
  std::vector<std::string> notes;
};

struct ScoreReport {
  ClinicalRecord clinical;  ///< with its warnings
  std::vector<Score> scores;
  /// What the scores show of the values: `sent_score_differs`, where a NEWS2 total was sent along
  /// with values of the same hour that make another.
  std::vector<ClinicalWarning> warnings;
};

/// ISARIC 4C Deterioration and 4C Mortality, qCSI, NEWS2, CURB-65, CALL, ROX and SpO2/FiO2, in this
/// order; docs/scores.md has their tables, sources and rules.
///
/// @throws Error{bad_clinical_input} if values contradict one another: consciousness and gcs,
/// `comorbidity_count_4c` and the conditions
AICOVID_EXPORT ScoreReport published_scores(const ClinicalRecord& record);

/// The scores as JSON, schema `aicovid.scores/1` (docs/schemas/scores.json), on one line unless
/// `indent` >= 0.
AICOVID_EXPORT std::string to_json(const ScoreReport& report, int indent = -1);

/// The scores for people, UTF-8, at most 100 columns, no newline at its end: a table of all, then
/// each with its items.
AICOVID_EXPORT std::string to_text(const ScoreReport& report);

}  // namespace aicovid
