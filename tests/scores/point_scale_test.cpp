#include "point_scale.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

using namespace aicovid;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

ClinicalRange below(double x) { return {0, x, true, false}; }
ClinicalRange over(double x) { return {x, kInfinity, false, false}; }

}  // namespace

TEST_CASE("Point scale: a step from an edge holds at the edge, one above it does not", "[scores]") {
  const PointScale scale{0, {from(7, 1), above(14, 3)}};
  CHECK(points_of(scale, std::nextafter(7., 0.)) == 0);
  CHECK(points_of(scale, 7) == 1);
  CHECK(points_of(scale, 14) == 1);
  CHECK(points_of(scale, std::nextafter(14., 15.)) == 3);
  CHECK(points_of(scale, -1e300) == 0);
  CHECK(points_of(scale, 1e300) == 3);
}

TEST_CASE("Point scale: a range has the points of all that it holds", "[scores]") {
  const PointScale scale{0, {from(7, 1), above(14, 3)}};
  CHECK(points_of(scale, below(7)) == Bounds{0, 0});
  CHECK(points_of(scale, ClinicalRange{0, 7}) == Bounds{0, 1});
  CHECK(points_of(scale, over(14)) == Bounds{3, 3});
  CHECK(points_of(scale, ClinicalRange{14, kInfinity, true, false}) == Bounds{1, 3});
  CHECK(points_of(scale, ClinicalRange{7, 14}) == Bounds{1, 1});
  CHECK(points_of(scale, over(1)) == Bounds{0, 3});
  CHECK(all_points(scale) == Bounds{0, 3});
}

TEST_CASE("Point scale: bounds of a scale that falls and rises hold its middle", "[scores]") {
  const PointScale scale{3, {from(9, 1), from(12, 0), from(21, 2)}, Grain::whole};
  CHECK(points_of(scale, ClinicalRange{9, 21}) == Bounds{0, 2});
  CHECK(points_of(scale, ClinicalRange{0, 21}) == Bounds{0, 3});
  CHECK(all_points(scale) == Bounds{0, 3});
}

TEST_CASE("Point scale: a table of whole numbers is read at the nearest one", "[scores]") {
  const PointScale saturation{3, {from(92, 2), from(94, 1), from(96, 0)}, Grain::whole};
  CHECK(points_of(saturation, 91.4) == 3);
  CHECK(points_of(saturation, 91.6) == 2);
  CHECK(points_of(saturation, 92.5) == 2);
  CHECK(points_of(saturation, 93.4) == 2);
  CHECK(points_of(saturation, 93.6) == 1);
  const PointScale rate{0, {from(21, 2)}, Grain::whole};
  CHECK(points_of(rate, 20.4) == 0);
  CHECK(points_of(rate, 20.6) == 2);
}

TEST_CASE("Point scale: a value halfway between two bands counts as the one that scores more",
          "[scores]") {
  CHECK(points_of({3, {from(92, 2)}, Grain::whole}, 91.5) == 3);
  CHECK(points_of({0, {from(21, 2)}, Grain::whole}, 20.5) == 2);
  // 38.05 is no binary fraction: it lies a little below.
  CHECK(points_of({0, {above(38, 1)}, Grain::tenths}, 38.05) == 1);
  CHECK(points_of({3, {above(35, 1)}, Grain::tenths}, 35.05) == 3);
}

TEST_CASE("Point scale: a table of tenths takes what a conversion of units adds", "[scores]") {
  const PointScale temperature{0, {above(38, 1)}, Grain::tenths};
  CHECK(points_of(temperature, 100.4 * 5 / 9 - 160. / 9) == 0);  // 100.4 degF is 38.0
  CHECK(points_of(temperature, 38.04) == 0);
  CHECK(points_of(temperature, 38.06) == 1);
}

TEST_CASE("Point scale: a bound of a whole number is the next one inside it", "[scores]") {
  const PointScale saturation{3, {from(92, 2), from(94, 1), from(96, 0)}, Grain::whole};
  CHECK(points_of(saturation, below(92)) == Bounds{3, 3});
  CHECK(points_of(saturation, ClinicalRange{0, 92}) == Bounds{2, 3});
  CHECK(points_of(saturation, over(95)) == Bounds{0, 0});
  CHECK(points_of(saturation, ClinicalRange{95, kInfinity, true, false}) == Bounds{0, 1});
  const PointScale temperature{3, {above(35, 1), above(36, 0)}, Grain::tenths};
  CHECK(points_of(temperature, ClinicalRange{0, 35.1, true, false}) == Bounds{3, 3});
  CHECK(points_of(temperature, over(36)) == Bounds{0, 0});
}
