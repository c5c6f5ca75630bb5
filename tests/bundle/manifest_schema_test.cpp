#include "manifest.hpp"

#include "small_bundle.hpp"

#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using aicovid::testing::SmallBundle;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

std::string fault_of(const std::string& text) {
  try {
    parse_checked(text, {.file = "manifest.json"});
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_bundle);
    CHECK(std::string_view(error.what()).find('\n') == std::string_view::npos);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("Manifest schema: a syntax error is told with its line and column", "[bundle]") {
  CHECK_THAT(fault_of("{\n  \"schema\": nonsense}"),
             StartsWith("manifest.json: parse error at line 2, column 14"));
  CHECK_THAT(fault_of(""), StartsWith("manifest.json: parse error at line 1, column 1"));
  CHECK_THAT(fault_of("{\"schema\": \"\xff\"}"),
             StartsWith("manifest.json: parse error at line 1"));
  CHECK_THAT(fault_of("{\"schema\": 1e999}"), StartsWith("manifest.json: "));
}

TEST_CASE("Manifest schema: every required member is asked for by its path", "[bundle]") {
  SmallBundle small;
  const std::string parent_and_member = GENERATE(
      "/schema", "/name", "/version", "/licence", "/intended_use", "/not_for", "/accepts", "/plans",
      "/networks", "/accepts/modality", "/accepts/views", "/networks/1/role", "/networks/1/files",
      "/networks/0/inputs", "/networks/1/outputs", "/files/0/path", "/files/1/sha256",
      "/plans/mask_in/0/op", "/findings/brixia/from", "/findings/opacity/slope",
      "/findings/infiltrates/calibration", "/findings/infiltrates/target_prevalence",
      "/outcomes/0/model", "/golden/0/expected", "/findings/brixia/error/low");
  const auto split = parent_and_member.rfind('/');
  small.at(parent_and_member.substr(0, split)).erase(parent_and_member.substr(split + 1));
  CHECK_THAT(small.fault(),
             StartsWith("manifest.json: " + parent_and_member + " is missing; expected "));
}

TEST_CASE("Manifest schema: a wrong value is told with path, value and what was expected",
          "[bundle]") {
  SmallBundle small;
  struct Case {
    std::string path;
    OrderedJson value;
    std::string message;
  };
  const auto [path, value, message] = GENERATE(
      Case{"/schema", "aicovid.bundle/2", "is \"aicovid.bundle/2\"; expected \"aicovid.bundle/1\""},
      Case{"/name", 7, "is 7; expected the bundle's name: a-z, 0-9, _ and -"},
      Case{"/version", "one", "is \"one\"; expected a version such as \"1.0.0\""},
      Case{"/licence", "", "is \"\"; expected a text that is not empty"},
      Case{"/networks", OrderedJson::array(),
           "is a list of 0; expected a list of one to three networks"},
      Case{"/networks/0/role", "heart",
           "is \"heart\"; expected \"lungs\", \"severity\" or \"fusion\""},
      Case{"/networks/0/outputs/mask", "big",
           "is \"big\"; expected a shape: a list of whole numbers of at least 1"},
      Case{"/networks/0/outputs/mask/1", 0, "is 0; expected a whole number from 1 to 65536"},
      Case{"/networks/0/outputs/mask/3", 1.5, "is 1.5; expected a whole number from 1 to 65536"},
      Case{"/networks/0/outputs/mask/3", "16",
           "is \"16\"; expected a whole number from 1 to 65536"},
      Case{"/networks/1/inputs/1", "mask:severity",
           "is \"mask:severity\"; expected \"plan:NAME\", \"mask:lungs\", \"severity:OUTPUT\", "
           "\"record:values\" or \"record:missing\""},
      Case{"/networks/0/files/torchscript/sha256", "ABC",
           "is \"ABC\"; expected the file's SHA-256 as 64 lower-case hexadecimal digits"},
      Case{"/findings/brixia/from", "mean(zones)", "is \"mean(zones)\"; expected \"sum(zones)\""},
      Case{"/findings/zones/error", 3,
           "is 3; expected an object with low and high, or a list of six such objects"},
      Case{"/findings/infiltrates/target_prevalence", 1, "is 1; expected a number between 0 and 1"},
      Case{"/gate/minimum_lung_fraction", true, "is true; expected a number from 0 to 1"},
      Case{"/golden/0/expected/zones",
           {1, 2},
           "is a list of 2; expected a list of six numbers from 0 to 3"},
      Case{"/golden/0/record", OrderedJson::object(),
           "is an object; expected a clinical record: an object"},
      Case{"/golden/0/expected/outcomes", 3,
           "is 3; expected probabilities, or indices, by the outcome's name"},
      Case{"/outcomes/0/model", "magic",
           "is \"magic\"; expected \"isaric_4c_deterioration\", \"logistic\", \"xgboost\", "
           "\"network\" or \"ensemble\""},
      Case{"/clinical", "none",
           "is \"none\"; expected a list of clinical variables beside those of every record"},
      Case{"/clinical/0", 3,
           "is 3; expected a clinical variable: an object with name, meaning, kind, source, and "
           "what "
           "its kind has"},
      Case{"/clinical/0/name", "Interleukin 6",
           "is \"Interleukin 6\"; expected the variable's name: a-z, 0-9 and _, at most 40"},
      Case{"/clinical/0/kind", "text",
           "is \"text\"; expected \"quantity\", \"number\", \"boolean\" or \"term\""},
      Case{"/clinical/0/units/0/factor", 0, "is 0; expected a number above 0"},
      Case{"/clinical/0/range",
           {1},
           "is a list of 1; expected the least and the greatest possible value, in the canonical "
           "unit"},
      Case{"/clinical/0/loinc/0", "26881", "is \"26881\"; expected a LOINC code"},
      Case{"/golden/0/tolerance", 0,
           "is 0; expected a number above 0, or an object: for each engine one by precision"},
      Case{"/outcomes/0", nullptr,
           "is null; expected an outcome: an object with name, model, and what the model takes"});
  small.manifest[OrderedJson::json_pointer(path)] = value;
  CHECK(small.fault() == "manifest.json: " + path + " " + message);
}

TEST_CASE("Manifest schema: a member that nobody reads is an error, not ignored", "[bundle]") {
  SmallBundle small;
  SECTION("at the top") {
    small.manifest["licences"] = "MIT";
    CHECK(small.fault() ==
          "manifest.json: /licences is unknown; expected the manifest of a model bundle "
          "(docs/bundle.md)");
  }
  SECTION("inside") {
    small.at("/findings/brixia")["erorr"] = 1;
    CHECK(small.fault() ==
          "manifest.json: /findings/brixia/erorr is unknown; expected an object with from, and "
          "perhaps error");
  }
  SECTION("a name that is none") {
    small.at("/plans")["Mask In"] = small.at("/plans/mask_in");
    CHECK_THAT(small.fault(), StartsWith("manifest.json: /plans/Mask In is unknown; expected "));
  }
}

TEST_CASE("Manifest schema: the example in docs/bundle.md is valid", "[bundle]") {
  const auto bytes = read_file(std::filesystem::path(AICOVID_SOURCE_DIR) / "docs" / "bundle.md");
  const std::string page(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::string fence = "```json\n";
  const auto start = page.find(fence);
  REQUIRE(start != std::string::npos);
  const auto begin = start + fence.size();
  CHECK(fault_of(page.substr(begin, page.find("```", begin) - begin)) == "no error");
}

TEST_CASE("Manifest schema: a text that is no object", "[bundle]") {
  CHECK(fault_of("[1, 2]") ==
        "manifest.json: the text is a list of 2; expected the manifest of a model bundle "
        "(docs/bundle.md)");
}

TEST_CASE("Manifest schema: hostile depth and length end in an error, not in a crash", "[bundle]") {
  CHECK(fault_of(std::string(1'000'000, '[')) == "manifest.json: values are nested deeper than 32");
  SmallBundle small;
  small.at("/networks/0/inputs/0") = "plan:" + std::string(1'000'000, 'a');
  CHECK(small.fault() == "manifest.json: a text is longer than 2048 bytes");
  // As long as may be, and matched by the regular expression to its end.
  small.at("/networks/0/inputs/0") = "plan:" + std::string(2000, 'a');
  CHECK_THAT(small.fault(), StartsWith("manifest.json: /networks/0/inputs/0 is \"plan:aaaa"));
  small.at("/networks/0/inputs/0") = "plan:" + std::string(2000, 'A');
  CHECK_THAT(small.fault(), StartsWith("manifest.json: /networks/0/inputs/0 is \"plan:AAAA") &&
                                ContainsSubstring("...; expected"));
}
