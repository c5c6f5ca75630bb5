#include "learned_outcomes.hpp"

#include "clinical/declared_variables.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using namespace aicovid::fusion_test;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

/// The message of the Error{bad_bundle} that reading ends with.
std::string fault(const json& outcome, const OutcomeFiles& files = golden_files()) {
  try {
    read_outcome(outcome, files);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_bundle);
    return error.what();
  }
  return "no error";
}

/// The logistic outcome after a JSON patch (RFC 6902).
json patched(const char* operation, const char* path, const json& value = nullptr) {
  return entry(logistic()).patch({{{"op", operation}, {"path", path}, {"value", value}}});
}

}  // namespace

TEST_CASE("Learned config: a declared variable is an input, in its own unit, under its own name",
          "[fusion]") {
  const ClinicalVariables declared = read_declared_variables(json::parse(R"([
    {"name": "interleukin_6", "meaning": "interleukin 6", "kind": "quantity",
     "units": [{"code": "pg/mL"}], "range": [0, 1000], "source": "a test"}])"));
  const auto reading = [&](const json& input, const ClinicalVariables& variables) {
    json outcome = entry(trees());
    outcome["inputs"] = tree_inputs();
    outcome["features"] = {"age", "sex", "diabetes", "crp", "ldh", "brixia"};
    outcome["inputs"].push_back(input);
    try {
      read_outcome(outcome, golden_files(), variables);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_bundle);
      return std::string(error.what());
    }
    return std::string();
  };
  const json input = {
      {"variable", "interleukin_6"}, {"unit", "pg/mL"}, {"range", {0, 500}}, {"reference", 10}};
  CHECK_THAT(reading(input, {}), ContainsSubstring("expected"));
  json wrong = input;
  wrong["unit"] = "ng/mL";
  CHECK_THAT(reading(wrong, declared), ContainsSubstring("\"pg/mL\""));
  wrong = input;
  wrong["range"] = {0, 5000};
  CHECK_THAT(reading(wrong, declared), ContainsSubstring("what a clinical record can hold"));
  const ClinicalVariables shadow = read_declared_variables(json::parse(R"([
    {"name": "brixia", "meaning": "not the image's", "kind": "number", "range": [0, 5],
     "source": "a test"}])"));
  try {
    read_outcome(entry(logistic()), golden_files(), shadow);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), ContainsSubstring("no finding of the image"));
  }
}

TEST_CASE("Learned config: the golden outcomes are read", "[fusion]") {
  const OutcomeConfig config = outcome_of(entry(logistic()));
  const auto& outcome = std::get<LearnedOutcome>(config.model);
  CHECK(outcome.name() == "worse");
  CHECK(outcome.input_count() == 6);
  CHECK_FALSE(outcome.needs_network());
  const OutcomeConfig joint = outcome_of(entry({{"model", "network"}, {"reference_logit", 0}}));
  CHECK(std::get<LearnedOutcome>(joint.model).needs_network());
}

TEST_CASE("Learned config: the example in docs/bundle.md is read", "[fusion]") {
  std::ifstream file(AICOVID_SOURCE_DIR "/docs/bundle.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::size_t start = page.find("{\"name\": \"icu_stay\"");
  REQUIRE(start != std::string::npos);
  json example = json::parse(page.substr(start, page.find("```", start) - start));
  OutcomeFiles files = golden_files();
  files["icu_platt.json"] = files.at("platt.json");
  files["icu_trees_beta.json"] = files.at("beta.json");
  files["icu_logistic.json"] =
      R"({"intercept": 0, "terms": [{"input": "age", "coefficients": [1]}]})";
  CHECK_THAT(fault(example, files), ContainsSubstring("icu_trees.json") ||
                                        ContainsSubstring("members/1/file: expected a file"));
  // Trees of these four features would be a file of their own: in their place, a network.
  example["members"][1] = {{"weight", .6},
                           {"model", "network"},
                           {"reference_logit", 0},
                           {"calibration", "icu_trees_beta.json"}};
  CHECK(fault(example, files) == "no error");
}

TEST_CASE("Learned config: each missing member is named", "[fusion]") {
  const std::string member =
      GENERATE("definition", "kind", "evidence", "population", "inputs", "file", "model", "name");
  json outcome = entry(logistic());
  outcome.erase(member);
  CHECK_THAT(fault(outcome), ContainsSubstring(member + ": expected "));
}

TEST_CASE("Learned config: each wrong member is named", "[fusion]") {
  const auto [operation, path, value, named] =
      GENERATE(table<const char*, const char*, json, const char*>(
          {{"add", "/modle", 1, "outcome worse: modle: expected no other members than name"},
           {"replace", "/model", "magic", "model: expected one of isaric_4c_deterioration"},
           {"replace", "/kind", "fate", "kind: expected one of prognosis, concurrent_state"},
           {"replace", "/file", "absent.json", "file: expected a file that the manifest's files"},
           {"add", "/calibration", "no.json", "calibration: expected a file that the manifest's"},
           {"replace", "/evidence/level", "strong", "evidence/level: expected one of external"},
           {"remove", "/evidence/caveat", nullptr, "evidence/caveat: expected what a reader"},
           {"replace", "/population/age", {70, 18}, "population/age: expected ascending"},
           {"add", "/population/excluded/care_location/-", "moon",
            "population/excluded/care_location: expected what a clinical record can hold"},
           {"add", "/population/excluded/weather", {"rain"}, "population/excluded/weather"},
           {"replace", "/inputs", json::array(), "inputs: expected at least one"},
           {"replace", "/inputs/0/variable", "ages", "inputs/0"},
           {"replace", "/inputs/2/variable", "diabtes", "inputs/2: expected what a clinical"},
           {"replace", "/inputs/0/unit", "mo", "inputs/0/unit: expected \"a\""},
           {"remove", "/inputs/3/unit", nullptr, "inputs/3/unit: expected \"mg/L\""},
           {"remove", "/inputs/3/range", nullptr, "inputs/3/range: expected the least"},
           {"replace", "/inputs/0/range", {18, 300}, "inputs/0/range: expected what a clinical"},
           {"remove", "/inputs/0/reference", nullptr, "inputs/0/reference: expected the value"},
           {"replace", "/inputs/0/reference", 17, "inputs/0/reference: expected a number from 18"},
           {"replace", "/inputs/1/is", {"man"}, "inputs/1/is: expected what a clinical record"},
           {"replace", "/inputs/5/reference", 19, "inputs/5/reference: expected a number from 0"},
           {"add", "/inputs/5/unit", "1", "inputs/5/unit: expected no other members"},
           {"replace", "/inputs/4/variable", "crp", "inputs/4"},
           {"replace", "/inputs/3/missing/value", 501, "inputs/3/missing/value: expected a number"},
           {"remove", "/inputs/3/missing/value", nullptr, "terms/3/input: expected an input whose"},
           {"remove", "/inputs/3/missing", nullptr, "terms/3/missing: expected none"},
           {"replace",
            "/inputs/3/missing/distribution/values",
            {1, 2, 3},
            "distribution/values: expected one for each probability"},
           {"replace", "/inputs/3/missing/distribution/values/3", 900,
            "distribution/values: expected values from 0 to 500"},
           {"replace",
            "/inputs/3/missing/distribution/probabilities",
            {0, 0.5, 0.7, 1.1},
            "distribution/probabilities: expected numbers from 0 to 1"},
           {"remove", "/inputs/3/missing/distribution/note", nullptr, "distribution/note"},
           {"add", "/inputs/2/missing/distribution", json::object(),
            "inputs/2/missing/distribution: expected none"},
           {"add", "/members", json::array(), "members: expected none"},
           {"add", "/index", json::object(), "index: expected none"},
           {"add", "/prevalence", {{"fitted", 1}, {"local", 0.2}}, "prevalence/fitted: expected"},
           {"add",
            "/site_recalibration",
            {{"slope", 0}, {"intercept", 1}},
            "site_recalibration/slope: expected a number above 0"}}));
  INFO(operation << ' ' << path);
  CHECK_THAT(fault(patched(operation, path, value)), ContainsSubstring(named));
}

TEST_CASE("Learned config: each wrong member of a logistic file is named", "[fusion]") {
  const auto [path, value, named] = GENERATE(table<const char*, json, const char*>(
      {{"/intercept", "x", "intercept: expected a finite number"},
       {"/terms", json::array(), "terms: expected at least one"},
       {"/terms/0/input", "weather", "terms/0/input: expected a variable of inputs"},
       {"/terms/1/input", "age", "terms/1/input: expected one term for each input"},
       {"/terms/0/scale", 0, "terms/0/scale: expected a number above 0"},
       {"/terms/0/knots", {50, 40, 60, 70}, "terms/0/knots: expected ascending"},
       {"/terms/0/knots", {50, 60}, "terms/0/knots: expected a list of at least 3"},
       {"/terms/0/coefficients", {1, 2}, "terms/0/coefficients: expected 3 numbers"},
       {"/terms/1/coefficients", json::array(), "terms/1/coefficients: expected"},
       {"/terms/1/coef", 1, "terms/1/coef: expected no other members"}}));
  OutcomeFiles files = golden_files();
  json file = json::parse(files.at("logistic.json"));
  file[json::json_pointer(path)] = value;
  files["logistic.json"] = file.dump();
  INFO(path);
  CHECK_THAT(fault(entry(logistic()), files),
             ContainsSubstring("logistic model logistic.json: ") && ContainsSubstring(named));
}

TEST_CASE("Learned config: a concurrent state's index", "[fusion]") {
  json outcome = entry(logistic());
  outcome["kind"] = "concurrent_state";
  outcome["index"] = {{"of", "a cohort"}, {"percentiles", {0, 100}}, {"values", {0, 1}}};
  CHECK(fault(outcome) == "no error");
  json other = outcome;
  other["index"]["percentiles"] = {0, 101};
  CHECK_THAT(fault(other), ContainsSubstring("index/percentiles: expected numbers from 0 to 100"));
  other = outcome;
  other["index"]["values"] = {0, .5, 1};
  CHECK_THAT(fault(other), ContainsSubstring("index/values: expected one for each"));
}

TEST_CASE("Learned config: an ensemble's weights", "[fusion]") {
  json first = logistic();
  json second = {{"model", "network"}, {"reference_logit", 0}};
  const auto with_weights = [&](const json& a, const json& b) {
    first["weight"] = a;
    second["weight"] = b;
    return entry({{"model", "ensemble"}, {"members", {first, second}}});
  };
  CHECK(fault(with_weights(.3, .7)) == "no error");
  CHECK_THAT(fault(with_weights(.3, .6)), ContainsSubstring("members: expected weights whose sum"));
  CHECK_THAT(fault(with_weights(-.3, 1.3)), ContainsSubstring("members/0/weight: expected"));
  CHECK_THAT(fault(with_weights(nullptr, 1)), ContainsSubstring("members/0/weight: expected"));
  json alone = with_weights(1, 0);
  alone["members"].erase(1);
  CHECK_THAT(fault(alone), ContainsSubstring("members: expected at least two"));
}

TEST_CASE("Learned config: a network has no branch for a missing value", "[fusion]") {
  json outcome = entry({{"model", "network"}, {"reference_logit", 0}});
  outcome["inputs"][3]["missing"].erase("value");
  CHECK_THAT(fault(outcome), ContainsSubstring("missing/value of crp"));
}

TEST_CASE("Learned config: JSON that is no outcome is rejected", "[fusion]") {
  const json other = GENERATE(json(""), json::array(), json(3), json::object(), json());
  CHECK_THROWS_AS(read_outcome(other, {}), Error);
}
