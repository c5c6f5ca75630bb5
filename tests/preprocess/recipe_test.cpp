#include "recipe.hpp"

#include <aicovid/error.hpp>
#include <aicovid/plan.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("Recipe: the operations stand in their order with their members", "[preprocess]") {
  const Recipe recipe = parse_recipe(R"([
    {"op": "grey", "voi": false}, {"op": "percentile_clip", "low": 2, "high": 98.5},
    {"op": "rescale", "from": [0, 1], "to": [-1024, 1024]}, {"op": "lung_crop", "margin": 0.1, "square": true},
    {"op": "centre_crop"}, {"op": "pad_square", "value": 0.5}, {"op": "resize", "size": [320, 256], "method": "linear"},
    {"op": "normalize", "mean": 0.5, "std": 0.25}, {"op": "channels", "count": 3},
    {"op": "normalize", "mean": [1, 2, 3], "std": 2}])");
  REQUIRE(recipe.operations.size() == 10);
  const auto& list = recipe.operations;
  CHECK_FALSE(std::get<Grey>(list[0]).voi);
  CHECK(std::get<PercentileClip>(list[1]).high == 98.5);
  CHECK(std::get<Rescale>(list[2]).function(0.75) == 512);
  CHECK(std::get<LungCrop>(list[3]).margin == 0.1);
  CHECK(std::get<LungCrop>(list[3]).square);
  CHECK(std::get<PadSquare>(list[5]).value == 0.5);
  CHECK(std::get<Resize>(list[6]).method == Resize::Method::linear);
  CHECK(recipe.image.height == 320);
  CHECK(recipe.image.width == 256);
  CHECK(std::get<Normalize>(list[7]).functions.size() == 1);
  REQUIRE(std::get<Normalize>(list[9]).functions.size() == 3);
  CHECK(std::get<Normalize>(list[9]).functions[2](7.0) == 2.0);
  CHECK(recipe.image.channels == 3);
  CHECK(recipe.image.needs_lung_box);
}

TEST_CASE("Recipe: an error names the operation, the member and what was expected",
          "[preprocess]") {
  struct Bad {
    std::string plan;
    std::vector<std::string> words;
  };
  const auto bad = GENERATE(values<Bad>({
      {"nonsense", {"no JSON", "list of operations"}},
      {"{}", {"list of operations"}},
      {"[]", {"empty"}},
      {R"(["grey"])", {"operation 0", "string", "object"}},
      {R"([{"voi": true}])", {"operation 0", "\"op\" is missing"}},
      {R"([{"op": "resize", "size": 2}])", {"operation 0", "\"resize\"", "\"grey\" first"}},
      {R"([{"op": "grey"}])", {"none is \"resize\""}},
      {R"([{"op": "grey", "voi": 1}, {"op": "resize", "size": 2}])",
       {"operation 0 ", "(grey)", "\"voi\" is 1", "true"}},
      {R"([{"op": "grey", "window": 1}])", {"\"window\" is 1", "only the members \"voi\""}},
      {R"([{"op": "grey"}, {"op": "blur"}])", {"operation 1", "\"blur\"", "percentile_clip"}},
      {R"([{"op": "grey"}, {"op": "grey"}])", {"operation 1", "first operation"}},
      {R"([{"op": "grey"}, {"op": "resize"}])", {"operation 1", "\"size\" is missing", "8192"}},
      {R"([{"op": "grey"}, {"op": "resize", "size": 0}])", {"\"size\" is 0"}},
      {R"([{"op": "grey"}, {"op": "resize", "size": 9000}])", {"\"size\" is 9000"}},
      {R"([{"op": "grey"}, {"op": "resize", "size": 2.5}])", {"\"size\" is 2.5"}},
      {R"([{"op": "grey"}, {"op": "resize", "size": [2]}])", {"\"size\" is an array"}},
      {R"([{"op": "grey"}, {"op": "resize", "size": 2, "method": "cubic"}])",
       {"\"cubic\"", "\"gaussian\""}},
      {R"([{"op": "grey"}, {"op": "percentile_clip", "low": 50, "high": 50}])",
       {"\"high\" is 50", "above"}},
      {R"([{"op": "grey"}, {"op": "percentile_clip", "low": -1}])", {"\"low\" is -1", "0 to 100"}},
      {R"([{"op": "grey"}, {"op": "rescale", "from": [1, 1], "to": [0, 1]}])",
       {"\"from\"", "differ"}},
      {R"([{"op": "grey"}, {"op": "rescale", "from": [0, 1]}])",
       {"\"to\" is missing", "two numbers"}},
      {R"([{"op": "grey"}, {"op": "lung_crop", "margin": "wide"}])",
       {"\"margin\" is \"wide\"", "a number"}},
      {R"([{"op": "grey"}, {"op": "centre_crop"}, {"op": "lung_crop"}])",
       {"operation 2", "before \"centre_crop\""}},
      {R"([{"op": "grey"}, {"op": "pad_square"}, {"op": "centre_crop"}])",
       {"operation 2", "before \"pad_square\""}},
      {R"([{"op": "grey"}, {"op": "pad_square"}, {"op": "pad_square"}])", {"operation 2", "once"}},
      {R"([{"op": "grey"}, {"op": "channels", "count": 3}])", {"operation 1", "after \"resize\""}},
      {R"([{"op": "grey"}, {"op": "resize", "size": 2}, {"op": "channels", "count": 0}])",
       {"\"count\" is 0", "64"}},
      {R"([{"op": "grey"}, {"op": "resize", "size": 2}, {"op": "centre_crop"}])",
       {"operation 2", "before \"resize\""}},
      {R"([{"op": "grey"}, {"op": "resize", "size": 2}, {"op": "percentile_clip", "of": "image"}])",
       {"operation 2", "\"region\" after"}},
      {R"([{"op": "grey"}, {"op": "lung_crop"}, {"op": "median"}, {"op": "percentile_clip", "of": "image"}, {"op": "resize", "size": 2}])",
       {"operation 3", "\"of\" is \"image\"", "\"region\" after", "crop"}},
      {R"([{"op": "grey"}, {"op": "centre_crop"}, {"op": "clahe"}, {"op": "pad_square"}, {"op": "percentile_clip", "of": "image"}, {"op": "resize", "size": 2}])",
       {"operation 4", "\"region\" after"}},
      // Members that float32 cannot hold, or that lead beyond it.
      {R"([{"op": "grey"}, {"op": "resize", "size": 2}, {"op": "normalize", "mean": 0, "std": 1e-46}])",
       {"\"std\" is 1e-46", "float32"}},
      {R"([{"op": "grey"}, {"op": "normalize", "mean": 1e300, "std": 1}])",
       {"\"mean\"", "float32"}},
      {R"([{"op": "grey"}, {"op": "normalize", "mean": 0, "std": 1e-40}])",
       {"\"op\"", "expected members that keep its numbers within 8.5e+37"}},
      {R"([{"op": "grey"}, {"op": "normalize", "mean": 0, "std": 1e-20}, {"op": "normalize", "mean": 0, "std": 1e-20}])",
       {"operation 2", "within"}},
      {R"([{"op": "grey"}, {"op": "rescale", "from": [0, 1e-46], "to": [0, 1]}])",
       {"\"from\"", "float32"}},
      {R"([{"op": "grey"}, {"op": "rescale", "from": [1024, 1024.00001], "to": [0, 1]}])",
       {"\"from\"", "differ in float32"}},
      {R"([{"op": "grey"}, {"op": "rescale", "from": [0, 1], "to": [-1e308, 1e308]}])",
       {"\"to\"", "float32"}},
      {R"([{"op": "grey"}, {"op": "rescale", "from": [0, 1], "to": [-3e38, 3e38]}])", {"within"}},
      {R"([{"op": "grey"}, {"op": "pad_square", "value": 1e300}])", {"\"value\"", "float32"}},
      {R"([{"op": "grey"}, {"op": "pad_square", "value": 3e38}])",
       {"operation 1", "expected numbers within 8.5e+37"}},
      // Values and names that are large, deep or no text.
      {R"([{"op": "grey"}, {"op": "resize", "size": )" + std::string(100'000, '[') +
           std::string(100'000, ']') + "}]",
       {"deeper than"}},
      {R"([{"op": ")" + std::string(1000, 'g') + R"("}])", {"ggg...\""}},
      {R"([{"op": "grey"}, {"op": "\u001b[31m"}])", {R"("\u001b[31m")"}},
      // A member that is given twice.
      {R"([{"op": "grey"}, {"op": "resize", "size": 8, "size": 16}])", {"\"size\" twice"}},
      {R"([{"op": "grey"}, {"op": "clahe", "op": "resize", "size": 16}])", {"\"op\" twice"}},
      {R"([{"op": "grey"}, {"op": "percentile_clip", "of": "lungs"}, {"op": "resize", "size": 2}])",
       {"\"of\" is \"lungs\"", "\"region\" or \"image\""}},
      {R"([{"op": "grey"}, {"op": "resize", "size": 2}, {"op": "channels", "count": 3}, {"op": "median"}])",
       {"operation 3", "before \"channels\""}},
      {R"([{"op": "grey"}, {"op": "median", "size": 5}, {"op": "resize", "size": 2}])",
       {"\"size\" is 5", "3"}},
      {R"([{"op": "grey"}, {"op": "rescale", "from": [0, 1], "to": [1, 0]}, {"op": "auto_invert"}, {"op": "resize", "size": 2}])",
       {"operation 2", "before"}},
      {R"([{"op": "grey"}, {"op": "auto_invert"}, {"op": "auto_invert"}, {"op": "resize", "size": 2}])",
       {"operation 2", "once"}},
      {R"([{"op": "grey"}, {"op": "clahe", "method": "matlab"}, {"op": "resize", "size": 2}])",
       {"\"method\" is \"matlab\"", "\"scikit_image\""}},
      {R"([{"op": "grey"}, {"op": "clahe", "method": "scikit_image", "clip_limit": 2}, {"op": "resize", "size": 2}])",
       {"\"clip_limit\" is 2", "0 to 1"}},
      {R"([{"op": "grey"}, {"op": "clahe", "tiles": [8, 65]}, {"op": "resize", "size": 2}])",
       {"\"tiles\"", "64"}},
      {R"([{"op": "grey"}, {"op": "resize", "size": 2}, {"op": "resize", "size": 2}])",
       {"operation 2"}},
      {R"([{"op": "grey"}, {"op": "normalize", "mean": 0, "std": 0}])",
       {"\"std\" is 0", "above 0"}},
      {R"([{"op": "grey"}, {"op": "resize", "size": 2}, {"op": "normalize", "mean": [1, 2, 3], "std": 1}])",
       {"\"mean\"", "after \"channels\""}},
      {R"([{"op": "grey"}, {"op": "resize", "size": 2}, {"op": "channels", "count": 2},
           {"op": "normalize", "mean": [1, 2, 3], "std": 1}])",
       {"operation 3", "a number or 2 numbers"}},
  }));
  CAPTURE(bad.plan);
  try {
    Plan::parse_json(bad.plan);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
    CHECK(std::string(error.what()).size() < 400);
    for (const auto& word : bad.words) CHECK_THAT(error.what(), ContainsSubstring(word));
  }
}
