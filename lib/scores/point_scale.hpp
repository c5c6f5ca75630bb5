#pragma once

#include <aicovid/clinical_record.hpp>
#include <aicovid/scores.hpp>

#include <vector>

namespace aicovid {

/// Where a scale's points change.
struct Step {
  enum class Edge { from, above };  ///< value >= edge, value > edge

  Edge side;
  double edge;
  int points;
};

inline Step from(double edge, int points) { return {Step::Edge::from, edge, points}; }
inline Step above(double edge, int points) { return {Step::Edge::above, edge, points}; }

/// How finely a published table is written.
enum class Grain {
  continuous = 0,  ///< inequalities that leave no gap
  whole = 1,       ///< bands of whole numbers, as "89-92" after "<= 88"
  tenths = 10,     ///< bands of tenths, as "35.1-36.0" after "<= 35.0"
};

/// The points of one quantity by a published table.
struct PointScale {
  int first;                ///< points below the first step
  std::vector<Step> steps;  ///< ascending
  Grain grain = Grain::continuous;
};

/// The points of a value. A table with a grain is read at the value rounded to it; a value halfway
/// counts as the side that scores more, which is this project's rule: the charts know whole numbers
/// only.
int points_of(const PointScale& scale, double value);

/// The least and the most points of all values in a range. Where the table has a grain, the
/// values are those of its grain: "< 92" is 91 or less.
Bounds points_of(const PointScale& scale, const ClinicalRange& range);

/// The least and the most points of the whole table, which a missing value leaves open.
Bounds all_points(const PointScale& scale);

}  // namespace aicovid
