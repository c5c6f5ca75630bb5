#include "clinical/bedside_state.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

using aicovid::ClinicalRecord;
using aicovid::Error;
using aicovid::ErrorCode;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("Oxygen: data that contradict one another are an error that names both", "[clinical]") {
  struct Contradiction {
    const char* record;
    const char* other;
  };
  const auto [record, other] = GENERATE(Catch::Generators::values<Contradiction>({
      {R"({"on_oxygen": false, "respiratory_support": "oxygen"})", "respiratory_support is oxygen"},
      {R"({"on_oxygen": false, "respiratory_support": "hfnc"})", "respiratory_support is hfnc"},
      {R"({"on_oxygen": false, "respiratory_support": "niv"})", "respiratory_support is niv"},
      {R"({"on_oxygen": false, "respiratory_support": "imv"})", "respiratory_support is imv"},
      {R"({"on_oxygen": false, "respiratory_support": "ecmo"})", "respiratory_support is ecmo"},
      {R"({"on_oxygen": true, "respiratory_support": "none"})", "respiratory_support is none"},
      {R"({"on_oxygen": false, "oxygen_flow": {"value": 2, "unit": "L/min"}})",
       "oxygen_flow is 2 L/min"},
      {R"({"on_oxygen": false, "oxygen_flow": {"value": 0, "unit": "L/min", "comparator": ">"}})",
       "oxygen_flow is >0 L/min"},
      {R"({"on_oxygen": false, "fio2": {"value": 28, "unit": "%"}})", "fio2 is 28 %"},
      {R"({"on_oxygen": false, "fio2": {"value": 21, "unit": "%", "comparator": ">"}})",
       "fio2 is >21 %"},
      {R"({"respiratory_support": "none", "oxygen_flow": {"value": 2, "unit": "L/min"}})",
       "oxygen_flow is 2 L/min"},
      {R"({"respiratory_support": "none", "fio2": {"value": 28, "unit": "%"}})", "fio2 is 28 %"},
      {R"({"on_oxygen": true, "oxygen_flow": {"value": 0, "unit": "L/min"}})",
       "oxygen_flow is 0 L/min"},
      {R"({"respiratory_support": "oxygen", "oxygen_flow": {"value": 0, "unit": "L/min"}})",
       "oxygen_flow is 0 L/min"},
      {R"({"on_oxygen": true, "oxygen_flow": {"value": 0, "unit": "L/min"},
           "fio2": {"value": 60, "unit": "%"}})",
       "oxygen_flow is 0 L/min"},
      {R"({"on_oxygen": true, "fio2": {"value": 21, "unit": "%"}})", "fio2 is 21 %"},
      {R"({"respiratory_support": "oxygen", "fio2": {"value": 21, "unit": "%", "comparator": "<"}})",
       "fio2 is <21 %"},
  }));
  INFO(record);
  try {
    ClinicalRecord::parse_json(record);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_clinical_input);
    CHECK_THAT(error.what(), (ContainsSubstring("on_oxygen is ") ||
                              ContainsSubstring("respiratory_support is ")) &&
                                 ContainsSubstring(other) && ContainsSubstring("expected"));
  }
}

TEST_CASE("Oxygen: data that agree, or leave both answers open, are taken", "[clinical]") {
  const std::string record = GENERATE(
      R"({"respiratory_support": "oxygen", "oxygen_flow": {"value": 2, "unit": "L/min"}})",
      R"({"on_oxygen": true, "respiratory_support": "hfnc", "fio2": {"value": 60, "unit": "%"}})",
      R"({"on_oxygen": true, "oxygen_flow": {"value": 2, "unit": "L/min"}})",
      R"({"on_oxygen": false, "respiratory_support": "none", "fio2": {"value": 21, "unit": "%"}})",
      R"({"on_oxygen": false, "oxygen_flow": {"value": 0, "unit": "L/min"}})",
      R"({"respiratory_support": "none", "oxygen_flow": {"value": 0, "unit": "L/min"}})",
      R"({"on_oxygen": false, "oxygen_flow": {"value": 2, "unit": "L/min", "comparator": "<"}})",
      R"({"on_oxygen": false, "fio2": {"value": 21, "unit": "%", "comparator": ">="}})",
      R"({"on_oxygen": true, "respiratory_support": "niv", "fio2": {"value": 21, "unit": "%"}})",
      R"({"respiratory_support": "imv", "oxygen_flow": {"value": 0, "unit": "L/min"}})",
      R"({"on_oxygen": true, "oxygen_flow": {"value": 2, "unit": "L/min", "comparator": "<"}})",
      R"({"on_oxygen": true, "spo2": {"value": 95, "unit": "%"},
          "spo2_room_air": {"value": 80, "unit": "%"}})",
      R"({"on_oxygen": false, "spo2": {"value": 95, "unit": "%"},
          "spo2_room_air": {"value": 91, "unit": "%"}})",
      R"({"on_oxygen": false, "spo2": {"value": 95, "unit": "%"},
          "spo2_room_air": {"value": 85, "unit": "%", "comparator": ">"}})",
      R"({"on_oxygen": false,
          "spo2": {"value": 95, "unit": "%", "time": "2020-04-01T10:00:00Z"},
          "spo2_room_air": {"value": 80, "unit": "%", "time": "2020-04-01T08:00:00Z"}})");
  INFO(record);
  CHECK_NOTHROW(ClinicalRecord::parse_json(record));
}

TEST_CASE("Oxygen: on room air two saturations far apart are an error", "[clinical]") {
  const std::string state =
      GENERATE(R"("on_oxygen": false)", R"("on_oxygen": false, "respiratory_support": "none")",
               R"("respiratory_support": "none")");
  try {
    ClinicalRecord::parse_json("{" + state + R"(, "spo2": {"value": 95, "unit": "%"},
                               "spo2_room_air": {"value": 80, "unit": "%"}})");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_clinical_input);
    CHECK_THAT(error.what(), ContainsSubstring("spo2 is 95 % and spo2_room_air is 80 %; expected"));
  }
}

TEST_CASE("Oxygen: a flow or a raised FiO2 says it where nothing else does", "[clinical]") {
  struct Derived {
    const char* record;
    const char* said;
  };
  const auto [text, said] = GENERATE(Catch::Generators::values<Derived>({
      {R"({"oxygen_flow": {"value": 2, "unit": "L/min"}})",
       "taken as true from oxygen_flow 2 L/min"},
      {R"({"oxygen_flow": {"value": 0, "unit": "L/min", "comparator": ">"}})",
       "taken as true from oxygen_flow >0 L/min"},
      {R"({"fio2": {"value": 40, "unit": "%"}})", "taken as true from fio2 40 %"},
      {R"({"respiratory_support": "none", "fio2": {"value": 21, "unit": "%"}})",
       "taken as false from respiratory_support none"},
  }));
  const auto record = ClinicalRecord::parse_json(text);
  CHECK(aicovid::receives_oxygen(record).answer.has_value());
  CHECK(aicovid::oxygen_derivation(record) == said);
}

TEST_CASE("Oxygen: no flow, FiO2 of air or a bound that reaches it leave it open", "[clinical]") {
  const std::string text =
      GENERATE(R"({})", R"({"oxygen_flow": {"value": 0, "unit": "L/min"}})",
               R"({"fio2": {"value": 21, "unit": "%"}})",
               R"({"fio2": {"value": 40, "unit": "%", "comparator": "<"}})",
               R"({"oxygen_flow": {"value": 5, "unit": "L/min", "comparator": "<="}})");
  INFO(text);
  const auto record = ClinicalRecord::parse_json(text);
  CHECK_FALSE(aicovid::receives_oxygen(record).answer.has_value());
  CHECK_FALSE(aicovid::oxygen_derivation(record).has_value());
}
