#include "patient_records.hpp"
#include "scores/scores.hpp"

#include <aicovid/error.hpp>
#include <aicovid/scores.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <map>
#include <string>

using namespace aicovid;
using namespace aicovid::testing;
using Catch::Approx;
using nlohmann::json;

namespace {

json without_infiltrates() {
  json patient = complete_patient();
  patient["radiographic_infiltrates"] = false;
  return patient;
}

void check_bounds(const Bounds& found, double min, double max, double margin) {
  CHECK(found.min == Approx(min).margin(margin).epsilon(0));
  CHECK(found.max == Approx(max).margin(margin).epsilon(0));
}

void check_index(const Score& score, const json& expected) {
  if (expected == "open") {
    CHECK(score.status == ScoreStatus::incomplete);
    return;
  }
  REQUIRE(score.value);
  CHECK(score.status == ScoreStatus::ok);
  check_bounds(*score.value, expected, expected, 1e-9);
}

void check_points(const Score& score, const json& expected) {
  REQUIRE(score.points);
  check_bounds(*score.points, expected[0], expected[1], 0);
  CHECK((score.status == ScoreStatus::ok) == (expected[0] == expected[1]));
  CHECK(score.missing.empty() == (expected[0] == expected[1]));
  if (score.name == "news2") {
    const bool surely = expected[2];
    const bool possibly = expected[3];
    CHECK(score.triggers.contains("single_parameter_3") == (surely == possibly));
    if (surely == possibly) CHECK(score.triggers.at("single_parameter_3") == surely);
  } else if (score.probability) {
    check_bounds(*score.probability, expected[2], expected[3], 1e-12);
  }
}

}  // namespace

TEST_CASE("Published scores: 360 random patients agree with NumPy", "[scores][golden]") {
  std::ifstream file(AICOVID_SOURCE_DIR "/tests/scores/golden/scores.json");
  REQUIRE(file);
  const json patients = json::parse(file)["patients"];
  REQUIRE(patients.size() == 360);
  for (const json& patient : patients) {
    const ScoreReport report = published_scores(record_of(patient["record"]));
    REQUIRE(report.scores.size() == 8);
    for (const Score& score : report.scores) {
      INFO(score.name << " " << patient["record"].dump());
      for (const auto& bounds : {score.points, score.value, score.probability}) {
        if (bounds) CHECK(bounds->min <= bounds->max);
      }
      for (const ScoreItem& item : score.items) CHECK(item.points.min <= item.points.max);
      const json& expected = patient["expected"][score.name];
      if (expected.is_null()) {
        CHECK(score.status == ScoreStatus::not_applicable);
        CHECK(!score.reason.empty());
        CHECK((!score.points && !score.value && !score.probability));
      } else if (score.name == "4c_deterioration") {
        REQUIRE(score.probability);
        check_bounds(*score.probability, expected[0], expected[1], 2e-5);
      } else if (score.maximum_points) {
        check_points(score, expected);
      } else {
        check_index(score, expected);
      }
    }
  }
}

TEST_CASE("4C Deterioration score: women scored by another implementation", "[scores]") {
  // JuneYaooo/clinical-calculator, isaric_4c_deterioration_probability, in per cent; the first is
  // its own test, "official calculator reference case". Women not infected in hospital, as it has
  // the terms of male and nosocomial the other way round (docs/fusion.md).
  struct Patient {
    double age, rate, saturation, urea, crp, lymphocytes;
    bool infiltrates, oxygen, drowsy;
    double percent;
  };
  for (const Patient& one :
       std::vector<Patient>{{50, 20, 95, 5, 50, 1, false, false, false, 12.7289},
                            {78, 28, 91, 12, 160, .6, true, true, true, 86.5804},
                            {34, 18, 98, 3.4, 12, 1.9, true, false, false, 7.1380}}) {
    json patient = without_infiltrates();
    patient.update({{"age", quantity(one.age, "a")},
                    {"sex", "female"},
                    {"nosocomial", false},
                    {"radiographic_infiltrates", one.infiltrates},
                    {"respiratory_rate", quantity(one.rate, "/min")},
                    {"spo2", quantity(one.saturation, "%")},
                    {"urea", quantity(one.urea, "mmol/L")},
                    {"crp", quantity(one.crp, "mg/L")},
                    {"lymphocytes", quantity(one.lymphocytes, "10*9/L")},
                    {"on_oxygen", one.oxygen},
                    {"respiratory_support", one.oxygen ? "oxygen" : "none"},
                    {"gcs", one.drowsy ? 14 : 15}});
    const Score score = deterioration_4c(record_of(patient));
    REQUIRE(score.status == ScoreStatus::ok);
    CHECK(100 * score.probability->min == Approx(one.percent).margin(5e-5).epsilon(0));
  }
}

TEST_CASE("4C Deterioration score: the published checks", "[scores]") {
  const auto risk = [](const json& patient) {
    const Score score = deterioration_4c(record_of(patient));
    REQUIRE(score.status == ScoreStatus::ok);
    REQUIRE(score.probability->exact());
    return score.probability->min;
  };
  json patient = without_infiltrates();
  CHECK(risk(patient) == Approx(.1273).margin(5e-5));
  patient["sex"] = "male";
  CHECK(risk(patient) == Approx(.1569).margin(5e-5));
  patient["sex"] = "female";
  patient["nosocomial"] = true;
  CHECK(risk(patient) == Approx(.1603).margin(5e-5));

  patient = without_infiltrates();
  patient.update({{"age", quantity(41, "a")},
                  {"sex", "male"},
                  {"radiographic_infiltrates", true},
                  {"respiratory_rate", quantity(21, "/min")},
                  {"spo2", quantity(98, "%")},
                  {"crp", quantity(31, "mg/L")},
                  {"lymphocytes", quantity(.8, "10*9/L")}});
  CHECK(risk(patient) == Approx(.1579).margin(5e-5));

  // The test of the R package resplab/ISARIC4C: 97.9 %.
  patient.update({{"age", quantity(23, "a")},
                  {"nosocomial", true},
                  {"on_oxygen", true},
                  {"respiratory_support", "oxygen"},
                  {"respiratory_rate", quantity(50, "/min")},
                  {"spo2", quantity(51, "%")},
                  {"urea", quantity(21, "mmol/L")},
                  {"crp", quantity(32, "mg/L")},
                  {"lymphocytes", quantity(32, "10*9/L")}});
  CHECK(risk(patient) == Approx(.979).margin(5e-4));
}

TEST_CASE("4C Deterioration score: what a clinician did not read makes bounds, no guess",
          "[scores]") {
  const Score score = deterioration_4c(record_of(complete_patient()));
  CHECK(score.status == ScoreStatus::incomplete);
  CHECK(score.missing == std::vector<std::string>{"radiographic_infiltrates"});
  json patient = without_infiltrates();
  CHECK(score.probability->min == deterioration_4c(record_of(patient)).probability->min);
  patient["radiographic_infiltrates"] = true;
  CHECK(score.probability->max == deterioration_4c(record_of(patient)).probability->max);
}

TEST_CASE("4C Deterioration score: every patient that bounds leave open lies within them",
          "[scores]") {
  json patient = without_infiltrates();
  patient.erase("urea");
  patient["crp"] = quantity(10, "mg/L", ">");
  const Bounds bounds = *deterioration_4c(record_of(patient)).probability;
  for (double urea = 0; urea <= 100; urea += .7) {
    for (double crp = 10.5; crp <= 750; crp += 9.3) {
      patient["urea"] = quantity(urea, "mmol/L");
      patient["crp"] = quantity(crp, "mg/L");
      const double risk = deterioration_4c(record_of(patient)).probability->min;
      REQUIRE((bounds.min <= risk && risk <= bounds.max));
    }
  }
}

TEST_CASE("4C Deterioration score: whom it is not for", "[scores]") {
  const auto reason = [](const char* variable, const json& value) {
    json patient = without_infiltrates();
    patient.erase("on_oxygen");
    patient[variable] = value;
    const Score score = deterioration_4c(record_of(patient));
    CHECK(score.status == ScoreStatus::not_applicable);
    CHECK(score.missing.empty());
    CHECK(!score.probability);
    return score.reason;
  };
  CHECK(reason("age", quantity(17.9, "a")) == "a child: the score is for 18 years and older");
  CHECK(reason("age", quantity(20, "a", "<")) == "age <20: cannot be told from a child's");
  CHECK(reason("age", quantity(111, "a")) == "age 111 a: published for 18 to 110");
  CHECK(reason("spo2", quantity(49, "%")) == "SpO₂ 49 %: published for 50 to 100");
  CHECK(reason("crp", quantity(751, "mg/L")) == "CRP 751 mg/L: published for 0 to 750");
  CHECK(reason("lymphocytes", quantity(40, "10*9/L", ">")) ==
        "lymphocytes >40 10*9/L: published for 0 to 40");
  CHECK(reason("sars_cov_2", "negative") == "SARS-CoV-2 negative: the score is for COVID-19");
  for (const char* support : {"niv", "imv", "ecmo"}) {
    CHECK(reason("respiratory_support", support).ends_with("before such support"));
  }
  for (const char* location : {"hdu", "icu"}) {
    CHECK(reason("care_location", location).ends_with("before critical care"));
  }
}

TEST_CASE("Published scores: an empty record leaves every score open, and none is a guess",
          "[scores]") {
  for (const Score& score : published_scores({}).scores) {
    INFO(score.name);
    CHECK(score.status == ScoreStatus::incomplete);
    CHECK(!score.missing.empty());
    if (score.points) CHECK(!score.points->exact());
    if (score.maximum_points) CHECK(score.points->max == *score.maximum_points);
    CHECK(!score.reference.empty());
    CHECK(!score.population.empty());
  }
}

TEST_CASE("Published scores: one more value never widens a score", "[scores]") {
  json patient = without_infiltrates();
  patient.update({{"heart_rate", quantity(95, "/min")},
                  {"temperature", quantity(38.2, "Cel")},
                  {"systolic_bp", quantity(105, "mm[Hg]")},
                  {"diastolic_bp", quantity(70, "mm[Hg]")},
                  {"ldh", quantity(300, "U/L")},
                  {"hypertension", true},
                  {"diabetes", true},
                  {"copd", true}});
  std::map<std::string, Bounds> before;
  json given = json::object();
  for (const auto& [name, value] : patient.items()) {
    given[name] = value;
    for (const Score& score : published_scores(record_of(given)).scores) {
      if (!score.points) continue;
      INFO(score.name << " after " << name);
      if (const auto last = before.find(score.name); last != before.end()) {
        CHECK(score.points->min >= last->second.min);
        CHECK(score.points->max <= last->second.max);
      }
      before[score.name] = *score.points;
    }
  }
}
