// Which conditions count in a score's comorbidity, and what those that are not given leave open.

#include "score_records.hpp"
#include "scores/scores.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::score_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

Strings joined(Strings first, const Strings& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

TEST_CASE("4C Mortality: comorbidities are counted by its own list", "[scores]") {
  const auto counted = [](std::initializer_list<std::pair<std::string, nlohmann::json>> given) {
    return item(of(mortality_4c, with(well_adult(), given)), "comorbidities");
  };
  CHECK(counted({}).points == Bounds{0, 0});
  CHECK(counted({{"hypertension", true}}).points == Bounds{0, 0});
  CHECK(counted({{"asthma", true}}).points == Bounds{0, 0});
  for (const char* condition :
       {"coronary_disease", "heart_failure", "copd", "liver_disease", "dementia",
        "chronic_neurological_disease", "connective_tissue_disease", "diabetes", "hiv", "cancer",
        "obesity"}) {
    INFO(condition);
    CHECK(counted({{condition, true}}).points == Bounds{1, 1});
    CHECK(counted({{condition, true}}).from == Strings{condition});
  }
  // One disease of the heart, whatever its forms.
  CHECK(counted({{"coronary_disease", true}, {"heart_failure", true}}).points == Bounds{1, 1});
  CHECK(counted({{"copd", true}, {"diabetes", true}}).points == Bounds{2, 2});
  CHECK(counted({{"copd", true}, {"diabetes", true}, {"hiv", true}}).points == Bounds{2, 2});
  // Whether atrial fibrillation alone counts is not published.
  CHECK(counted({{"atrial_fibrillation", true}}).points == Bounds{0, 1});
  CHECK(counted({{"atrial_fibrillation", true}}).missing == Strings{"atrial_fibrillation"});
  CHECK(counted({{"atrial_fibrillation", true}, {"heart_failure", true}}).points == Bounds{1, 1});
  // Nor whether a stroke does.
  CHECK(counted({{"stroke", true}}).points == Bounds{0, 1});
  CHECK(counted({{"stroke", true}}).missing == Strings{"stroke"});
  CHECK(counted({{"stroke", true}, {"chronic_neurological_disease", true}}).points == Bounds{1, 1});
}

TEST_CASE("Comorbidity: a score names the diseases whose absence is assumed and used", "[scores]") {
  const nlohmann::json absent = {{"value", false}, {"assumed", true}};
  const auto assumed = [&](const auto& score,
                           std::initializer_list<std::pair<std::string, nlohmann::json>> more) {
    auto given = with(well_adult(), {{"dementia", absent}, {"asthma", absent}, {"copd", absent}});
    return of(score, with(given, more)).assumed;
  };
  CHECK(assumed(mortality_4c, {}) == Strings{"copd", "dementia"});
  CHECK(assumed(mortality_4c, {{"diabetes", true}}) == Strings{"copd", "dementia"});
  CHECK(assumed(mortality_4c, {{"diabetes", true}, {"hiv", true}}).empty());
  CHECK(assumed(mortality_4c, {{"comorbidity_count_4c", 0}}).empty());
  CHECK(assumed(call_score, {}) == Strings{"copd", "asthma"});
  CHECK(assumed(call_score, {{"hypertension", true}}).empty());
  CHECK(assumed(news2, {}).empty());
  CHECK(assumed(news2, {{"on_oxygen", absent}}) == Strings{"on_oxygen"});
  CHECK(assumed(deterioration_4c, {{"on_oxygen", absent}}) == Strings{"on_oxygen"});
}

TEST_CASE("4C Mortality: kidney disease is one from an eGFR of 30 down, which no flag tells",
          "[scores]") {
  const auto present = with(well_adult(), {{"chronic_kidney_disease", true}});
  CHECK(item(of(mortality_4c, present), "comorbidities").points == Bounds{0, 1});
  CHECK(of(mortality_4c, present).missing == Strings{"chronic_kidney_disease"});
  const auto absent = without(well_adult(), "chronic_kidney_disease");
  CHECK(item(of(mortality_4c, absent), "comorbidities").points == Bounds{0, 1});
  CHECK(of(mortality_4c, absent).missing == Strings{"chronic_kidney_disease"});
  CHECK(points(of(mortality_4c, with(present, {{"comorbidity_count_4c", 1}})), "comorbidities") ==
        1);
  CHECK(points(of(mortality_4c, with(present, {{"comorbidity_count_4c", 0}})), "comorbidities") ==
        0);
}

TEST_CASE("Scores: a condition that is not given leaves open what true or false would settle",
          "[scores]") {
  struct List {
    Function score;
    std::string item;
    Bounds none;
    Bounds open;
    Strings counted;  // each opens the item while it is missing
    Strings others;   // of no meaning for the score
  };
  const Strings both = {"diabetes",
                        "coronary_disease",
                        "heart_failure",
                        "atrial_fibrillation",
                        "stroke",
                        "copd",
                        "chronic_kidney_disease",
                        "liver_disease",
                        "cancer",
                        "hiv"};
  const Strings of_4c = {"dementia", "obesity", "connective_tissue_disease",
                         "chronic_neurological_disease"};
  const Strings of_call = {"hypertension", "asthma"};
  for (const List& list : std::vector<List>{
           {mortality_4c, "comorbidities", {0, 0}, {0, 1}, joined(both, of_4c), of_call},
           {call_score, "comorbidity", {1, 1}, {1, 4}, joined(both, of_call), of_4c}}) {
    for (const std::string& condition : list.counted) {
      INFO(list.item << " without " << condition);
      CHECK(item(of(list.score, well_adult()), list.item).points == list.none);
      const Score score = of(list.score, without(well_adult(), condition));
      CHECK(item(score, list.item).points == list.open);
      CHECK(score.missing == Strings{condition});
      CHECK(score.status == ScoreStatus::incomplete);
      // Whatever it turns out to be lies within.
      const auto given = item(of(list.score, with(well_adult(), {{condition, true}})), list.item);
      CHECK((given.points.min >= list.open.min && given.points.max <= list.open.max));
    }
    for (const std::string& condition : list.others) {
      INFO(list.item << " without " << condition);
      CHECK(of(list.score, without(well_adult(), condition)).status == ScoreStatus::ok);
    }
  }
}

TEST_CASE("Scores: an unclear condition is of no matter beside a disease that counts", "[scores]") {
  const auto heart = with(without(well_adult(), "atrial_fibrillation"), {{"heart_failure", true}});
  CHECK(points(of(mortality_4c, heart), "comorbidities") == 1);
  const auto brain =
      with(without(well_adult(), "stroke"), {{"chronic_neurological_disease", true}});
  CHECK(points(of(mortality_4c, brain), "comorbidities") == 1);
  const auto pressure = with(without(well_adult(), "asthma"), {{"hypertension", true}});
  CHECK(points(of(call_score, pressure), "comorbidity") == 4);
}

TEST_CASE("4C Mortality: absent conditions leave bounds, unless two are present already",
          "[scores]") {
  auto patient = without(without(well_adult(), "hiv"), "obesity");
  CHECK(item(of(mortality_4c, patient), "comorbidities").points == Bounds{0, 2});
  CHECK(item(of(mortality_4c, patient), "comorbidities").missing == Strings{"hiv", "obesity"});
  patient = with(patient, {{"copd", true}});
  CHECK(item(of(mortality_4c, patient), "comorbidities").points == Bounds{1, 2});
  patient = with(patient, {{"diabetes", true}});
  CHECK(item(of(mortality_4c, patient), "comorbidities").points == Bounds{2, 2});
  CHECK(of(mortality_4c, patient).status == ScoreStatus::ok);
}

TEST_CASE("4C Mortality: the count is used as given, and must agree with the conditions",
          "[scores]") {
  const auto patient = without(well_adult(), "hiv");
  CHECK(points(of(mortality_4c, with(patient, {{"comorbidity_count_4c", 0}})), "comorbidities") ==
        0);
  CHECK(points(of(mortality_4c, with(patient, {{"comorbidity_count_4c", 1}})), "comorbidities") ==
        1);
  CHECK_THROWS_MATCHES(of(mortality_4c, with(patient, {{"comorbidity_count_4c", 2}})), Error,
                       MessageMatches(ContainsSubstring(
                           "comorbidity_count_4c is 2 and the conditions given make 0 to 1")));
  CHECK_THROWS_AS(of(mortality_4c, with(patient, {{"comorbidity_count_4c", 0}, {"copd", true}})),
                  Error);
  const auto two = with(patient, {{"copd", true}, {"diabetes", true}});
  CHECK(points(of(mortality_4c, with(two, {{"comorbidity_count_4c", 2}})), "comorbidities") == 2);
  CHECK_THROWS_AS(of(mortality_4c, with(two, {{"comorbidity_count_4c", 1}})), Error);
}

TEST_CASE("CALL: its comorbidity is its own, and open where its list is not known", "[scores]") {
  const auto comorbidity = [](const char* condition) {
    return item(of(call_score, with(well_adult(), {{condition, true}})), "comorbidity").points;
  };
  for (const char* condition : {"hypertension", "diabetes", "coronary_disease", "heart_failure",
                                "atrial_fibrillation", "copd", "hiv"}) {
    CHECK(comorbidity(condition) == Bounds{4, 4});
  }
  for (const char* condition :
       {"asthma", "cancer", "chronic_kidney_disease", "liver_disease", "stroke"}) {
    CHECK(comorbidity(condition) == Bounds{1, 4});
  }
  CHECK(comorbidity("obesity") == Bounds{1, 1});
}
