#include "score_records.hpp"
#include "scores/scores.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::score_test;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

const nlohmann::json& with_comparator(nlohmann::json& patient, const std::string& variable,
                                      double value, const std::string& comparator) {
  patient[variable] = quantity(variable, value, comparator);
  return patient;
}

}  // namespace

TEST_CASE("Scores: a missing input leaves exactly its own points open", "[scores]") {
  struct Missing {
    Function score;
    std::string variable;
    double width;
    Strings missing;
  };
  for (const Missing& one :
       std::vector<Missing>{{mortality_4c, "age", 7, {"age"}},
                            {mortality_4c, "sex", 1, {"sex"}},
                            {mortality_4c, "respiratory_rate", 2, {"respiratory_rate"}},
                            {mortality_4c, "spo2", 2, {"spo2"}},
                            {mortality_4c, "consciousness", 2, {"gcs"}},
                            {mortality_4c, "urea", 3, {"urea"}},
                            {mortality_4c, "crp", 2, {"crp"}},
                            {mortality_4c, "diabetes", 1, {"diabetes"}},
                            {qcsi, "respiratory_rate", 2, {"respiratory_rate"}},
                            {qcsi, "spo2", 5, {"spo2"}},
                            {news2, "respiratory_rate", 3, {"respiratory_rate"}},
                            {news2, "spo2", 3, {"spo2"}},
                            {news2, "systolic_bp", 3, {"systolic_bp"}},
                            {news2, "heart_rate", 3, {"heart_rate"}},
                            {news2, "consciousness", 3, {"consciousness"}},
                            {news2, "temperature", 3, {"temperature"}},
                            {curb_65, "urea", 1, {"urea"}},
                            {curb_65, "diastolic_bp", 1, {"diastolic_bp"}},
                            {curb_65, "age", 1, {"age"}},
                            {call_score, "hypertension", 3, {"hypertension"}},
                            {call_score, "age", 2, {"age"}},
                            {call_score, "lymphocytes", 2, {"lymphocytes"}},
                            {call_score, "ldh", 2, {"ldh"}}}) {
    const Score whole = of(one.score, well_adult());
    const Score open = of(one.score, without(well_adult(), one.variable));
    INFO(whole.name << " without " << one.variable);
    CHECK(whole.status == ScoreStatus::ok);
    CHECK(open.status == ScoreStatus::incomplete);
    CHECK(open.points->min == whole.points->min);
    CHECK(open.points->max == whole.points->min + one.width);
    CHECK(open.missing == one.missing);
  }
}

TEST_CASE("Scores: bounds carry over to the risk and name the bands", "[scores]") {
  const Score score = of(mortality_4c, without(with(well_adult(), {{"crp", 120}}), "age"));
  CHECK(score.points == Bounds{2, 9});
  CHECK(score.probability == Bounds{.008, .192});
  CHECK(score.bands == Strings{"low", "intermediate", "high"});
}

TEST_CASE("Scores: a comparator counts where its whole range is in one band, else makes bounds",
          "[scores]") {
  auto patient = well_adult();
  CHECK(points(of(mortality_4c, with_comparator(patient, "crp", 5, "<")), "crp") == 0);
  CHECK(points(of(mortality_4c, with_comparator(patient, "crp", 50, "<")), "crp") == 0);
  Score score = of(mortality_4c, with_comparator(patient, "crp", 50, "<="));
  CHECK(item(score, "crp").points == Bounds{0, 1});
  CHECK(score.missing == Strings{"crp"});
  CHECK(item(score, "crp").from == Strings{"crp"});
  CHECK(points(of(mortality_4c, with_comparator(patient, "crp", 300, ">")), "crp") == 2);
  score = of(mortality_4c, with_comparator(patient, "crp", 60, ">"));
  CHECK(item(score, "crp").points == Bounds{1, 2});

  patient = well_adult();
  CHECK(points(of(news2, with_comparator(patient, "spo2", 92, "<")), "spo2") == 3);
  CHECK(item(of(news2, with_comparator(patient, "spo2", 92, "<=")), "spo2").points == Bounds{2, 3});
  CHECK(points(of(news2, with_comparator(patient, "spo2", 95, ">")), "spo2") == 0);
  patient = well_adult();
  CHECK(points(of(curb_65, with_comparator(patient, "urea", 7, ">")), "urea") == 1);
  CHECK(item(of(curb_65, with_comparator(patient, "urea", 7, ">=")), "urea").points ==
        Bounds{0, 1});
}

TEST_CASE("4C Mortality: SpO2 is on room air, or missing", "[scores]") {
  auto patient = with(well_adult(), {{"on_oxygen", true}, {"respiratory_support", "oxygen"}});
  CHECK(item(of(mortality_4c, patient), "spo2_room_air").points == Bounds{0, 2});
  CHECK(of(mortality_4c, patient).missing == Strings{"spo2_room_air"});
  CHECK(points(of(mortality_4c, with(patient, {{"spo2_room_air", 88}})), "spo2_room_air") == 2);
  patient = without(without(well_adult(), "on_oxygen"), "respiratory_support");
  CHECK(of(mortality_4c, patient).missing == Strings{"spo2_room_air"});
  patient["respiratory_support"] = "none";
  CHECK(points(of(mortality_4c, patient), "spo2") == 0);
}

TEST_CASE("Scores: oxygen that respiratory support tells of is named as such", "[scores]") {
  const auto patient = without(with(well_adult(), {{"respiratory_support", "none"}}), "on_oxygen");
  for (const Function score : {mortality_4c, spo2_fio2}) {
    const auto said = [&](const nlohmann::json& record) {
      return std::ranges::count(of(score, record).notes,
                                "on_oxygen taken as false from respiratory_support none");
    };
    CHECK(said(with(patient, {{"spo2", 95}})) == 1);
    CHECK(said(with(patient, {{"spo2", 95}, {"on_oxygen", false}})) == 0);
  }
  CHECK(item(of(news2, patient), "on_oxygen").from == Strings{"respiratory_support"});
  CHECK(item(of(qcsi, patient), "oxygen_flow").from == Strings{"respiratory_support"});
}

TEST_CASE("Scores: consciousness stands in for gcs, and must agree with it", "[scores]") {
  const auto patient = without(well_adult(), "consciousness");
  for (const char* term : {"C", "V", "P", "U"}) {
    CHECK(points(of(mortality_4c, with(patient, {{"consciousness", term}})), "gcs") == 2);
    for (const Function score : {mortality_4c, news2, curb_65}) {
      CHECK_THROWS_AS(of(score, with(patient, {{"consciousness", term}, {"gcs", 15}})), Error);
    }
  }
  for (const Function score : {mortality_4c, news2, curb_65}) {
    CHECK_THROWS_MATCHES(of(score, with(patient, {{"consciousness", "A"}, {"gcs", 10}})), Error,
                         MessageMatches(ContainsSubstring("gcs is 10 and consciousness is A")));
  }
  // Who was confused of old is alert, and below 15.
  const auto confused = with(patient, {{"consciousness", "A"}, {"gcs", 14}});
  CHECK(points(of(mortality_4c, confused), "gcs") == 2);
  CHECK(points(of(news2, confused), "consciousness") == 0);
}

TEST_CASE("NEWS2 and CURB-65: gcs 15 is alert and oriented; a lower one leaves it open",
          "[scores]") {
  const auto patient = without(well_adult(), "consciousness");
  CHECK(points(of(news2, with(patient, {{"gcs", 15}})), "consciousness") == 0);
  CHECK(points(of(curb_65, with(patient, {{"gcs", 15}})), "confusion") == 0);
  CHECK(item(of(news2, with(patient, {{"gcs", 13}})), "consciousness").points == Bounds{0, 3});
  CHECK(item(of(curb_65, with(patient, {{"gcs", 13}})), "confusion").points == Bounds{0, 1});
  CHECK(of(curb_65, with(patient, {{"gcs", 13}})).missing == Strings{"consciousness"});
}

TEST_CASE("NEWS2: the single-parameter trigger is told only once it is settled", "[scores]") {
  CHECK(of(news2, well_adult()).triggers.at("single_parameter_3") == false);
  CHECK(of(news2, with(well_adult(), {{"heart_rate", 135}})).triggers.at("single_parameter_3"));
  // Two points of one item and one of another are no trigger.
  CHECK_FALSE(of(news2, with(well_adult(), {{"heart_rate", 120}, {"spo2", 95}}))
                  .triggers.at("single_parameter_3"));
  CHECK(!of(news2, without(well_adult(), "temperature")).triggers.contains("single_parameter_3"));
  CHECK(of(news2, without(with(well_adult(), {{"heart_rate", 135}}), "temperature"))
            .triggers.at("single_parameter_3"));
}

TEST_CASE("NEWS2: without a word on oxygen, scale 2 has the bounds of both", "[scores]") {
  auto patient = without(without(well_adult(), "on_oxygen"), "respiratory_support");
  patient = with(patient, {{"news2_spo2_scale", 2}, {"spo2", 98}});
  Score score = of(news2, patient);
  CHECK(item(score, "spo2").points == Bounds{0, 3});
  CHECK(item(score, "on_oxygen").points == Bounds{0, 2});
  CHECK(score.missing == Strings{"on_oxygen"});
  score = of(news2, with(patient, {{"spo2", 90}}));
  CHECK(points(score, "spo2") == 0);
  score = of(news2, without(patient, "spo2"));
  CHECK(has(score.missing, "spo2"));
}

TEST_CASE("NEWS2: a choice of the scale that is open has the bounds of both", "[scores]") {
  auto patient = with(well_adult(), {{"spo2", 96}});
  patient["on_oxygen"] = true;
  patient["respiratory_support"] = "oxygen";
  patient["news2_spo2_scale"] = quantity("news2_spo2_scale", 1, ">=");
  const Score score = of(news2, patient);
  CHECK(item(score, "spo2").points == Bounds{0, 2});
  CHECK(score.missing == Strings{"news2_spo2_scale"});
  CHECK(has(score.notes, "SpO2 scale 1 or 2, as the clinician's choice is open"));
  // 90 % without oxygen: 3 points by the first, none by the second.
  auto on_air = with(well_adult(), {{"spo2", 90}});
  on_air["news2_spo2_scale"] = quantity("news2_spo2_scale", 1, ">=");
  CHECK(item(of(news2, on_air), "spo2").points == Bounds{0, 3});
  // Both have none for it.
  on_air = with(well_adult(), {{"spo2", 97}});
  on_air["news2_spo2_scale"] = quantity("news2_spo2_scale", 1, ">=");
  CHECK(of(news2, on_air).missing.empty());
}

TEST_CASE("CURB-65: one low pressure settles the item, one normal does not", "[scores]") {
  const auto patient = without(well_adult(), "diastolic_bp");
  CHECK(points(of(curb_65, with(patient, {{"systolic_bp", 85}})), "blood_pressure") == 1);
  CHECK(item(of(curb_65, patient), "blood_pressure").missing == Strings{"diastolic_bp"});
  CHECK(points(of(curb_65, with(without(well_adult(), "systolic_bp"), {{"diastolic_bp", 55}})),
               "blood_pressure") == 1);
}

TEST_CASE("qCSI: no oxygen is a flow of 0", "[scores]") {
  CHECK(points(of(qcsi, well_adult()), "oxygen_flow") == 0);
  const auto open = with(well_adult(), {{"on_oxygen", true}, {"respiratory_support", "oxygen"}});
  CHECK(item(of(qcsi, open), "oxygen_flow").points == Bounds{0, 5});
  CHECK(of(qcsi, open).missing == Strings{"oxygen_flow"});
}

TEST_CASE("qCSI: not above 6 L/min", "[scores]") {
  const auto oxygen = with(well_adult(), {{"on_oxygen", true}, {"respiratory_support", "oxygen"}});
  CHECK(of(qcsi, with(oxygen, {{"oxygen_flow", 6}})).status == ScoreStatus::ok);
  const Score score = of(qcsi, with(oxygen, {{"oxygen_flow", 6.1}}));
  CHECK(score.status == ScoreStatus::not_applicable);
  CHECK(score.reason == "oxygen above 6 L/min");
  auto patient = oxygen;
  CHECK(of(qcsi, with_comparator(patient, "oxygen_flow", 6, ">")).status ==
        ScoreStatus::not_applicable);
}

TEST_CASE("Scores: whom they are not for", "[scores]") {
  struct Rule {
    Function score;
    double from_age;
    bool covid_19;
    Strings support;
    Strings location;
  };
  const Strings all_support = {"none", "oxygen", "hfnc", "niv", "imv", "ecmo"};
  const Strings all_locations = {"ed", "ward", "hdu", "icu"};
  for (const Rule& rule :
       std::vector<Rule>{{mortality_4c, 18, true, {"niv", "imv", "ecmo"}, {"icu"}},
                         {qcsi, 18, true, {"hfnc", "niv", "imv", "ecmo"}, {"hdu", "icu"}},
                         {news2, 16, false, {"imv", "ecmo"}, {}},
                         {curb_65, 18, false, {"niv", "imv", "ecmo"}, {"icu"}},
                         {call_score, 18, true, {"hfnc", "niv", "imv", "ecmo"}, {"hdu", "icu"}}}) {
    const auto applies = [&](const nlohmann::json& patient) {
      const Score score = of(rule.score, patient);
      CHECK((score.status == ScoreStatus::not_applicable) == !score.reason.empty());
      if (!score.reason.empty())
        CHECK((!score.points && !score.probability && score.items.empty()));
      return score.reason.empty();
    };
    INFO(of(rule.score, well_adult()).name);
    CHECK(applies(with(well_adult(), {{"age", rule.from_age}})));
    CHECK(!applies(with(well_adult(), {{"age", rule.from_age - .1}})));
    auto patient = well_adult();
    CHECK(!applies(with_comparator(patient, "age", 30, "<")));
    CHECK(applies(with(well_adult(), {{"sars_cov_2", "suspected"}})));
    CHECK(applies(with(well_adult(), {{"sars_cov_2", "negative"}})) == !rule.covid_19);
    for (const std::string& support : all_support) {
      const auto supported =
          with(without(well_adult(), "on_oxygen"),
               {{"respiratory_support", support}, {"oxygen_flow", support == "none" ? 0 : 2}});
      CHECK(applies(supported) == !has(rule.support, support));
    }
    for (const std::string& location : all_locations) {
      CHECK(applies(with(well_adult(), {{"care_location", location}})) ==
            !has(rule.location, location));
    }
  }
  CHECK(of(curb_65, with(well_adult(), {{"nosocomial", true}})).status ==
        ScoreStatus::not_applicable);
}

TEST_CASE("Scores: what is not given is taken as eligible, and said", "[scores]") {
  auto patient = well_adult();
  for (const char* variable : {"sars_cov_2", "care_location", "respiratory_support"}) {
    patient.erase(variable);
  }
  const Score score = of(mortality_4c, patient);
  CHECK(score.status == ScoreStatus::ok);
  CHECK(score.assumed == Strings{"sars_cov_2", "respiratory_support", "care_location"});
  CHECK(of(qcsi, without(well_adult(), "age")).assumed == Strings{"age"});
  CHECK(of(mortality_4c, well_adult()).assumed.empty());
}

TEST_CASE("Scores: several reasons are all told", "[scores]") {
  const Score score = of(qcsi, with(well_adult(), {{"age", 10}, {"sars_cov_2", "negative"}}));
  CHECK_THAT(score.reason, ContainsSubstring("a child") && ContainsSubstring("negative"));
}

TEST_CASE("ROX: on high-flow oxygen only, and not without its inputs", "[scores]") {
  const auto hfnc = with(well_adult(), {{"on_oxygen", true},
                                        {"respiratory_support", "hfnc"},
                                        {"fio2", 60},
                                        {"respiratory_rate", 25},
                                        {"spo2", 93}});
  CHECK(of(rox, hfnc).status == ScoreStatus::ok);
  CHECK(of(rox, with(hfnc, {{"care_location", "icu"}})).status == ScoreStatus::ok);
  for (const char* support : {"oxygen", "niv", "imv", "ecmo"}) {
    CHECK(of(rox, with(hfnc, {{"respiratory_support", support}})).status ==
          ScoreStatus::not_applicable);
  }
  CHECK(of(rox, well_adult()).status == ScoreStatus::not_applicable);
  CHECK(of(rox, with(hfnc, {{"age", 17}})).status == ScoreStatus::not_applicable);
  Score score = of(rox, without(hfnc, "respiratory_support"));
  CHECK(score.status == ScoreStatus::incomplete);
  CHECK(score.missing == Strings{"respiratory_support"});
  CHECK(!score.value);
  score = of(rox, without(hfnc, "fio2"));
  CHECK(score.missing == Strings{"fio2"});
  CHECK(score.value->min == Approx(93. / 25));
  CHECK(score.value->max == Approx(93 / .21 / 25));
  score = of(rox, without(hfnc, "respiratory_rate"));
  CHECK(score.missing == Strings{"respiratory_rate"});
  CHECK(!score.value);
  CHECK(of(rox, with(hfnc, {{"respiratory_rate", 0}})).status == ScoreStatus::not_applicable);
}

TEST_CASE("SpO2/FiO2: for SpO2 of at most 97 %", "[scores]") {
  const auto patient = with(well_adult(), {{"spo2", 97}});
  CHECK(of(spo2_fio2, patient).status == ScoreStatus::ok);
  CHECK(of(spo2_fio2, with(patient, {{"spo2", 97.1}})).status == ScoreStatus::not_applicable);
  CHECK(of(spo2_fio2, with(patient, {{"age", 5}})).status == ScoreStatus::not_applicable);
  const auto oxygen = with(patient, {{"on_oxygen", true}, {"respiratory_support", "oxygen"}});
  const Score open = of(spo2_fio2, oxygen);
  CHECK(open.missing == Strings{"fio2"});
  CHECK(open.value->min == Approx(97));
}

TEST_CASE("SpO2/FiO2 and ROX: FiO2 of 20 to 21 % is room air, exactly", "[scores]") {
  const auto hfnc = with(well_adult(), {{"on_oxygen", true},
                                        {"respiratory_support", "hfnc"},
                                        {"respiratory_rate", 25},
                                        {"spo2", 95}});
  for (const double fio2 : {20., 20.9, 21.}) {
    INFO(fio2);
    const Score ratio = of(spo2_fio2, with(hfnc, {{"fio2", fio2}}));
    CHECK(ratio.status == ScoreStatus::ok);
    CHECK(ratio.missing.empty());
    REQUIRE(ratio.value);
    CHECK(ratio.value->min == Approx(95 / .21));
    CHECK(ratio.value->exact());
    const Score index = of(rox, with(hfnc, {{"fio2", fio2}}));
    CHECK(index.status == ScoreStatus::ok);
    REQUIRE(index.value);
    CHECK(index.value->min == Approx(95 / .21 / 25));
    CHECK(index.value->exact());
  }
  auto patient = hfnc;
  const Score below = of(spo2_fio2, with_comparator(patient, "fio2", 21, "<"));
  CHECK(below.status == ScoreStatus::ok);
  CHECK(below.value->exact());
}

TEST_CASE("SpO2/FiO2: an open SpO2 ends at 97 %, where the ratio does", "[scores]") {
  const Score missing = of(spo2_fio2, without(well_adult(), "spo2"));
  CHECK(missing.missing == Strings{"spo2"});
  CHECK(missing.value->max == Approx(97 / .21));
  auto patient = well_adult();
  const Score bound = of(spo2_fio2, with_comparator(patient, "spo2", 90, ">="));
  CHECK(bound.value->min == Approx(90 / .21));
  CHECK(bound.value->max == Approx(97 / .21));
}
