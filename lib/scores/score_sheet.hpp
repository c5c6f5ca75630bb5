#pragma once

#include "point_scale.hpp"

#include <aicovid/scores.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aicovid {

/// A band of points, from its least to the next band's.
struct Band {
  double from;
  std::string_view name;
};

/// Fills a score item by item.
class ScoreSheet {
 public:
  ScoreSheet(const ClinicalRecord& record, Score score)
      : record_(record), score_(std::move(score)) {}

  /// The points of a variable by its table.
  void add(std::string_view variable, const PointScale& scale);

  /// The points of a question: `yes` where it is answered by yes, else 0.
  ///
  /// @param from     the variables that answer it
  /// @param missing  the variables that would, if it is open
  void add(std::string_view name, std::optional<bool> answer, int yes,
           std::vector<std::string> from, std::vector<std::string> missing);

  void add(ScoreItem item);

  /// Adds the items up, names the bands that the sum can be in, and what is missing.
  Score total(const std::vector<Band>& bands) &&;

 private:
  const ClinicalRecord& record_;
  Score score_;
};

/// The bands that a number within the bounds can be in. `bands` ascend; the first begins lowest.
std::vector<std::string> bands_of(const std::vector<Band>& bands, const Bounds& bounds);

/// Names those of the variables that the record has as assumed in the score, each once.
void add_assumed(const std::vector<std::string>& variables, const ClinicalRecord& record,
                 Score& score);

/// Takes the missing variables of an item over into the score, each once.
void add_missing(const std::vector<std::string>& variables, Score& score);

}  // namespace aicovid
