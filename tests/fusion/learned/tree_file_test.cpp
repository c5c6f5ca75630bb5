#include "learned_outcomes.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using namespace aicovid::fusion_test;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

json tree_outcome() {
  json outcome = entry(trees());
  outcome["inputs"] = tree_inputs();
  return outcome;
}

std::string fault(const std::string& file, const json& outcome = tree_outcome()) {
  try {
    read_outcome(outcome, {{"trees.json", file}});
  } catch (const Error& error) {
    CHECK((error.code() == ErrorCode::bad_bundle || error.code() == ErrorCode::unsupported));
    return error.what();
  }
  return "no error";
}

}  // namespace

#if AICOVID_WITH_XGBOOST

TEST_CASE("Tree file: another model than a binary one of these features is rejected", "[fusion]") {
  CHECK(fault(golden_file("trees.json")) == "no error");
  CHECK_THAT(fault(golden_file("regression.json")),
             ContainsSubstring("outcome worse: file: expected an XGBoost model whose objective is "
                               "binary:logistic"));
  json fewer = tree_outcome();
  fewer["features"] = {"age", "sex"};
  CHECK_THAT(fault(golden_file("trees.json"), fewer),
             ContainsSubstring("whose number of features is 2"));
  json swapped = tree_outcome();
  swapped["features"] = {"sex", "age", "diabetes", "crp", "ldh", "brixia"};
  CHECK_THAT(fault(golden_file("trees.json"), swapped), ContainsSubstring("in this order"));
}

TEST_CASE("Tree file: a broken tree is found before XGBoost walks it", "[fusion]") {
  const json whole = json::parse(golden_file("trees.json"));
  const json::json_pointer trees("/learner/gradient_booster/model/trees");
  const auto [path, value, named] = GENERATE(table<const char*, json, const char*>(
      {{"/0/left_children/0", 99, "children exist"},
       {"/0/left_children/0", -7, "children exist"},
       {"/0/right_children/1", 0, "without circles"},
       {"/0/right_children/0", 1, "without circles"},
       {"/1/split_indices/0", 6, "splits on the features"},
       {"/1/split_indices/0", -1, "splits on the features"},
       {"/1/split_type/0", 1, "numerical splits"},
       {"/2/split_conditions", json::array(), "one number for each node"},
       {"/2/base_weights", {1.5}, "one number for each node"},
       {"/2/default_left", nullptr, "one number for each node"},
       {"/2/left_children", json::array(), "trees with nodes"},
       {"/2/tree_param/num_nodes", "9999", "as many nodes as they say"}}));
  json broken = whole;
  broken.at(trees)[json::json_pointer(path)] = value;
  INFO(path);
  CHECK_THAT(fault(broken.dump()), ContainsSubstring(named));
}

TEST_CASE("Tree file: text that is no model, and a model cut short, are rejected", "[fusion]") {
  const std::string ubj = golden_file("trees.ubj");
  const std::string text = golden_file("trees.json");
  const std::string file =
      GENERATE_COPY(std::string(), std::string("{}"), std::string("[1]"), std::string("{\"a\":"),
                    text.substr(0, text.size() / 2), ubj.substr(0, ubj.size() / 2),
                    ubj.substr(0, 3), std::string(1000, '\0'));
  CHECK_THAT(fault(file), ContainsSubstring("outcome worse: file: expected"));
}

TEST_CASE("Tree file: values for missing inputs are not for trees alone", "[fusion]") {
  CHECK_THAT(fault(golden_file("trees.json"), entry(trees())),
             ContainsSubstring("no missing/value of diabetes"));
}

#else

TEST_CASE("Tree file: a build without XGBoost says so", "[fusion]") {
  CHECK_THAT(fault(golden_file("trees.json")), ContainsSubstring("no XGBoost"));
}

#endif
