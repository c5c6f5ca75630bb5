#include "fusion/deterioration.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

json entry() {
  return json::parse(R"({"name": "deterioration", "model": "isaric_4c_deterioration",
    "missing": {"crp": {"probabilities": [0.05, 0.35, 0.65, 0.95], "values": [5, 45, 113, 297],
                        "note": "approximate, inferred from the published knots"}},
    "site_recalibration": {"intercept": -0.5, "slope": 1.25}})");
}

}  // namespace

TEST_CASE("Deterioration config: an entry is read", "[fusion]") {
  const DeteriorationConfig config = read_deterioration_config(entry());
  CHECK(config.name == "deterioration");
  CHECK(config.missing.size() == 1);
  CHECK(config.missing.at("crp").probabilities == std::vector<double>{.05, .35, .65, .95});
  CHECK(config.missing.at("crp").values == std::vector<double>{5, 45, 113, 297});
  CHECK(config.missing.at("crp").note == "approximate, inferred from the published knots");
  CHECK(config.site.intercept == -.5);
  CHECK(config.site.slope == 1.25);
}

TEST_CASE("Deterioration config: without site recalibration the logit stays", "[fusion]") {
  json given = entry();
  given.erase("site_recalibration");
  const DeteriorationConfig config = read_deterioration_config(given);
  CHECK(config.site.intercept == 0);
  CHECK(config.site.slope == 1);
}

TEST_CASE("Deterioration config: infiltrates may be a clinician's alone", "[fusion]") {
  json given = entry();
  CHECK(!read_deterioration_config(given).infiltrates_by_clinician);
  given["infiltrates"] = "clinician";
  CHECK(read_deterioration_config(given).infiltrates_by_clinician);
}

TEST_CASE("Deterioration config: each wrong member is named", "[fusion]") {
  struct Wrong {
    const char* patch;  // RFC 7386 merge patch
    const char* named;
  };
  const Wrong wrong = GENERATE(values<Wrong>(
      {{R"({"model": "other"})", "model: expected one of isaric_4c_deterioration"},
       {R"({"model": null})", "model: expected"},
       {R"({"name": ""})", "name: expected"},
       {R"({"name": null})", "name: expected"},
       {R"({"infiltrates": "image"})", "infiltrates: expected one of clinician"},
       {R"({"missing": null})", "missing: expected"},
       {R"({"missing": []})", "missing: expected"},
       {R"({"missing": {"ldh": {}}})", "missing/ldh: expected"},
       {R"({"missing": {"crp": {"note": null}}})", "missing/crp/note: expected"},
       {R"({"missing": {"crp": {"values": null}}})", "missing/crp/values: expected"},
       {R"({"missing": {"crp": {"values": [5, 45, 113]}}})", "missing/crp/values"},
       {R"({"missing": {"crp": {"values": [5, 45, 45, 297]}}})", "ascending"},
       {R"({"missing": {"crp": {"values": [5, 45, 113, 751]}}})", "from 0 to 750"},
       {R"({"missing": {"crp": {"values": [5, 45, 113, "x"]}}})", "finite number"},
       {R"({"missing": {"crp": {"probabilities": [0.05, 0.35, 0.65, 1.5]}}})",
        "missing/crp/probabilities: expected four ascending numbers from 0 to 1"},
       {R"({"site_recalibration": {"slope": 0}})", "slope: expected a number above 0"},
       {R"({"intervall": 1})", "intervall: expected no other members than name"},
       {R"({"site_recalibration": {"slope": null}})", "site_recalibration/slope"},
       {R"({"site_recalibration": {"intercept": "a"}})", "site_recalibration/intercept"},
       {R"({"site_recalibration": 1})", "site_recalibration: expected an object"}}));
  json given = entry();
  given.merge_patch(json::parse(wrong.patch));
  INFO(wrong.patch);
  try {
    read_deterioration_config(given);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_bundle);
    CHECK_THAT(error.what(), ContainsSubstring(wrong.named));
  }
}

TEST_CASE("Deterioration config: JSON that is no object is rejected", "[fusion]") {
  const json other = GENERATE(json(""), json::array(), json(3), json());
  CHECK_THROWS_AS(read_deterioration_config(other), Error);
}
