#include <aicovid/outcome.hpp>

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace aicovid;

TEST_CASE("Assumption: each kind has its words", "[core]") {
  const auto words = [](const Assumption& assumption) { return to_string(assumption); };
  CHECK(words({.handling = Handling::taken_as_eligible}) == "assumed eligible");
  CHECK(words({.handling = Handling::marginalised}) == "marginalised");
  CHECK(words({.handling = Handling::derived, .value = 1, .source = "oxygen_flow 2 L/min"}) ==
        "taken as true from oxygen_flow 2 L/min");
  CHECK(words({.handling = Handling::derived, .source = "respiratory_support none"}) ==
        "taken as false from respiratory_support none");
  CHECK(words({.handling = Handling::computed_as_false, .interval = Spanned::both_answers}) ==
        "computed as false; interval spans true too");
  CHECK(words({.handling = Handling::computed_as_gcs_15, .interval = Spanned::both_answers}) ==
        "computed as 15; interval spans below 15 too");
  CHECK(words({.handling = Handling::computed_at_bound,
               .value = 30,
               .unit = "mg/L",
               .interval = Spanned::range,
               .low = 0,
               .high = 30}) == "computed at the bound 30 mg/L; interval spans 0 to 30 mg/L");
}

TEST_CASE("Assumption: what stands for a missing value, with trees and without", "[core]") {
  Assumption assumption{.handling = Handling::imputed, .value = 7.5};
  CHECK(to_string(assumption) == "computed with 7.5");
  assumption.unit = "mmol/L";
  assumption.trees_branch = true;
  CHECK(to_string(assumption) ==
        "computed with 7.5 mmol/L, by trees with their branch for missing values");
  assumption.interval = Spanned::distribution;
  assumption.source = "a note";
  CHECK(to_string(assumption) ==
        "computed with 7.5 mmol/L, by trees with their branch for missing values; interval over a "
        "distribution: a note");
  CHECK(to_string(Assumption{
            .handling = Handling::imputed_flag, .value = .25, .interval = Spanned::both_answers}) ==
        "computed with 0.25 (0 is no, 1 is yes); interval spans yes and no");
  CHECK(to_string(Assumption{.handling = Handling::left_to_trees}) ==
        "left to the trees' branch for missing values");
}

TEST_CASE("Contribution: a step has a name that no variable has", "[core]") {
  CHECK(to_string(Contribution{.variable = "crp", .logit = 1}) == "crp");
  CHECK(to_string(Contribution{.kind = ContributionKind::missing_values}) == "(missing)");
  CHECK(to_string(Contribution{.kind = ContributionKind::network}) == "(network)");
  CHECK(to_string(Contribution{.kind = ContributionKind::ensemble}) == "(ensemble)");
  CHECK(to_string(Contribution{.kind = ContributionKind::calibration}) == "(calibration)");
}
