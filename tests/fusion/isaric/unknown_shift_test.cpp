#include "isaric/unknown_shift.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <numeric>

using namespace aicovid;
using Catch::Approx;

namespace {

const ValueDistribution kDistribution = {{.05, .35, .65, .95}, {1, 2, 4, 10}, "a note"};

double mean(const UnknownShift& shift) {
  const auto& shifts = shift.shifts();
  return std::accumulate(shifts.begin(), shifts.end(), 0.) / double(shifts.size());
}

UnknownShift::Missing value_itself() {
  return {kDistribution, [](double x) { return x; }};
}

}  // namespace

TEST_CASE("Value distribution: linear between the points, constant beyond", "[fusion]") {
  CHECK(kDistribution.quantile(0) == 1);
  CHECK(kDistribution.quantile(.05) == 1);
  CHECK(kDistribution.quantile(.2) == Approx(1.5));
  CHECK(kDistribution.quantile(.35) == Approx(2));
  CHECK(kDistribution.quantile(.8) == Approx(7));
  CHECK(kDistribution.quantile(.95) == Approx(10));
  CHECK(kDistribution.quantile(1) == 10);
}

TEST_CASE("Unknown shift: means are those of the piecewise-linear distribution", "[fusion]") {
  // .05 * 1 + .3 * 1.5 + .3 * 3 + .3 * 7 + .05 * 10
  const double expected = 4.0;
  CHECK(UnknownShift({}).shifts() == std::vector<double>{0});
  CHECK(mean(UnknownShift({value_itself()})) == Approx(expected));
  CHECK(mean(UnknownShift({value_itself(), value_itself()})) == Approx(2 * expected));
  CHECK(mean(UnknownShift({value_itself(), value_itself(), value_itself()})) ==
        Approx(3 * expected));
  CHECK_THROWS_AS(UnknownShift({value_itself(), value_itself(), value_itself(), value_itself()}),
                  Error);
}

TEST_CASE("Unknown shift: percentiles of one missing value are its quantiles", "[fusion]") {
  const UnknownShift shift({value_itself()});
  CHECK(shift.quantile(.05, {}) == Approx(1));
  CHECK(shift.quantile(.35, {}) == Approx(2).margin(.01));
  CHECK(shift.quantile(.65, {}) == Approx(4).margin(.01));
  CHECK(shift.quantile(.95, {}) == Approx(10).margin(.02));
}

TEST_CASE("Unknown shift: a binary shift alone jumps at one less its probability", "[fusion]") {
  const UnknownShift none({});
  CHECK(none.quantile(.05, {.325, .94}) == 0);
  CHECK(none.quantile(.05, {.325, .95}) == 0);
  CHECK(none.quantile(.05, {.325, .96}) == .325);
  CHECK(none.quantile(.95, {.325, .05}) == 0);
  CHECK(none.quantile(.95, {.325, .06}) == .325);
  CHECK(none.quantile(.05, {.325, 1}) == .325);
  CHECK(none.quantile(.95, {.325, 0}) == 0);
}

TEST_CASE("Unknown shift: both branches of the binary shift are merged in order", "[fusion]") {
  const UnknownShift shift({value_itself()});
  // Half at x, half at x + 100: the median is the top of the first half, percentiles beyond lie in
  // the second.
  CHECK(shift.quantile(.5, {100, .5}) == Approx(10));
  CHECK(shift.quantile(.501, {100, .5}) == Approx(101));
  CHECK(shift.quantile(1, {100, .5}) == Approx(110));
  CHECK(shift.quantile(.175, {100, .5}) == Approx(2).margin(.01));
}
