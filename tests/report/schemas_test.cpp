#include "sample_report.hpp"
#include "schema.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <nlohmann/json.hpp>

using aicovid::testing::schema_violations;
using nlohmann::json;

namespace {

bool valid(std::string_view name, const json& document) {
  return schema_violations(name, document.dump()).empty();
}

}  // namespace

TEST_CASE("Schema report: refuses what the contract does not have", "[report]") {
  const json good = json::parse(aicovid::to_json(aicovid::testing::sample_report()));
  REQUIRE(valid("report", good));
  // A JSON Patch that breaks it.
  const std::string patch =
      GENERATE(R"({"op": "add", "path": "/patient_name", "value": "x"})",
               R"({"op": "add", "path": "/input/patient_id", "value": "x"})",
               R"({"op": "remove", "path": "/intended_use"})",
               R"({"op": "replace", "path": "/schema", "value": "aicovid.report/2"})",
               R"({"op": "replace", "path": "/status", "value": "refused"})",
               R"({"op": "replace", "path": "/gate/verdict", "value": "refused"})",
               R"({"op": "replace", "path": "/created", "value": "yesterday"})",
               R"({"op": "replace", "path": "/input/sop_instance_uid", "value": "DOE^JANE"})",
               R"({"op": "replace", "path": "/model/manifest_sha256", "value": "abc"})",
               R"({"op": "replace", "path": "/image/brixia/value", "value": 18.5})",
               R"({"op": "replace", "path": "/image/zones/left_upper/value", "value": -0.1})",
               R"({"op": "remove", "path": "/image/zones/left_upper"})",
               R"({"op": "remove", "path": "/image/brixia/low"})",
               R"({"op": "replace", "path": "/image/infiltrates", "value": null})",
               R"({"op": "add", "path": "/image/inverted", "value": "no"})",
               R"({"op": "replace", "path": "/outcomes/0/probability", "value": 1.01})",
               R"({"op": "replace", "path": "/outcomes/0/probability", "value": "0.3"})",
               R"({"op": "replace", "path": "/outcomes/0/kind", "value": "guess"})",
               R"({"op": "replace", "path": "/outcomes/0/evidence/level", "value": "some"})",
               R"({"op": "replace", "path": "/timing_ms/read", "value": -1})");
  CAPTURE(patch);
  CHECK(!valid("report", good.patch(json::array({json::parse(patch)}))));
}

TEST_CASE("Schema error: takes every code of the library and no other", "[report]") {
  using aicovid::ErrorCode;
  for (const auto code :
       {ErrorCode::usage, ErrorCode::invalid_argument, ErrorCode::refused, ErrorCode::not_found,
        ErrorCode::corrupt, ErrorCode::unsupported, ErrorCode::bad_bundle,
        ErrorCode::device_unavailable, ErrorCode::bad_clinical_input, ErrorCode::patient_mismatch,
        ErrorCode::cancelled, ErrorCode::io, ErrorCode::out_of_memory, ErrorCode::internal,
        ErrorCode::cuda}) {
    CHECK(valid("error", {{"error", {{"code", aicovid::to_string(code)}, {"message", "why"}}}}));
  }
  CHECK(!valid("error", {{"error", {{"code", "oops"}, {"message", "why"}}}}));
  CHECK(!valid("error", {{"error", {{"code", "usage"}, {"message", ""}}}}));
  CHECK(!valid("error", {{"error", {{"code", "usage"}}}}));
  CHECK(!valid("error", {{"code", "usage"}, {"message", "why"}}));
}

TEST_CASE("Schema scores: a score is computed, incomplete or not applicable", "[report]") {
  const auto with = [](const std::string& score) {
    return json{{"schema", "aicovid.scores/1"},
                {"scores", json::array({json::parse(score)})},
                {"warnings", json::array()}};
  };
  CHECK(valid("scores", with(R"({"name": "4c_deterioration", "probability": 0.127})")));
  CHECK(valid(
      "scores",
      with(R"({"name": "4c_mortality", "points": 9, "probability": 0.192, "band": "high"})")));
  CHECK(valid(
      "scores",
      with(R"({"name": "qcsi", "points_min": 2, "points_max": 7, "missing": ["oxygen_flow"]})")));
  CHECK(valid("scores",
              with(R"({"name": "qcsi", "status": "not_applicable", "reason": "on high flow"})")));
  CHECK(!valid("scores", with(R"({"name": "qcsi"})")));
  CHECK(!valid(
      "scores",
      with(
          R"({"name": "qcsi", "points": 4, "points_min": 2, "points_max": 7, "missing": ["x"]})")));
  CHECK(!valid("scores",
               with(R"({"name": "qcsi", "points_min": 2, "points_max": 7, "missing": []})")));
  CHECK(!valid("scores", with(R"({"name": "4c_deterioration", "probability": 12.7})")));
}

TEST_CASE("Schema validation: a text that is no JSON, and an unknown schema, are told",
          "[report]") {
  CHECK(schema_violations("error", "{") == std::vector<std::string>{"not a JSON text"});
  CHECK_THROWS(schema_violations("no_such_schema", "{}"));
}
