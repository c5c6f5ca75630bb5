#include "small_bundle.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using aicovid::testing::SmallBundle;
using Catch::Matchers::StartsWith;

TEST_CASE("Networks section: an input refers to a plan that is there", "[bundle]") {
  SmallBundle small;
  small.at("/networks/1/inputs/0") = "plan:severity";
  CHECK(small.fault() ==
        "manifest.json: /networks/1/inputs/0 is \"plan:severity\"; expected a plan of /plans: "
        "mask_in, severity_in");
}

TEST_CASE("Networks section: what needs the lungs needs a network that finds them", "[bundle]") {
  SmallBundle small;
  small.at("/networks").erase(0);
  SECTION("a plan that crops to them") {
    CHECK(small.fault() ==
          "manifest.json: /networks/0/inputs/0 is \"plan:severity_in\", which needs the lungs; "
          "expected "
          "a network of role \"lungs\"");
  }
  SECTION("their mask") {
    small.at("/plans/severity_in").erase(1);
    CHECK(
        small.fault() ==
        "manifest.json: /networks/0/inputs/1 is \"mask:lungs\", which needs the lungs; expected a "
        "network of role \"lungs\"");
  }
}

TEST_CASE("Networks section: the lungs' network cannot take what it makes", "[bundle]") {
  SmallBundle small;
  SECTION("its mask") {
    small.at("/networks/0/inputs").push_back("mask:lungs");
    CHECK(
        small.fault() ==
        "manifest.json: /networks/0/inputs/1 is the mask that this network makes; expected a plan");
  }
  SECTION("a crop to them") {
    small.at("/networks/0/inputs/0") = "plan:severity_in";
    CHECK_THAT(small.fault(), StartsWith("manifest.json: /networks/0/inputs/0 crops to the lungs"));
  }
}

TEST_CASE("Networks section: the plans of one network share a raster, which the mask takes",
          "[bundle]") {
  SmallBundle small;
  SECTION("two rasters") {
    small.at("/networks/1/inputs") = {"plan:severity_in", "plan:mask_in", "mask:lungs"};
    CHECK(small.fault() ==
          "manifest.json: /networks/1/inputs/1 is 16 x 16; expected the raster of the plan before "
          "it, "
          "24 x 24");
  }
  SECTION("none") {
    small.at("/networks/1/inputs") = {"mask:lungs"};
    CHECK(small.fault() ==
          "manifest.json: /networks/1/inputs has no plan; expected one, as the mask takes its "
          "raster");
  }
  SECTION("the mask before the plan") {
    small.at("/networks/1/inputs") = {"mask:lungs", "plan:severity_in"};
    CHECK(small.load().networks[1].spec.input_shapes ==
          std::vector<std::vector<std::int64_t>>{{1, 2, 24, 24}, {1, 1, 24, 24}});
  }
}

TEST_CASE("Networks section: one network a role, with the outputs that the chain takes",
          "[bundle]") {
  SmallBundle small;
  SECTION("a role twice") {
    small.at("/networks/1/role") = "lungs";
    small.at("/networks/1/inputs") = {"plan:mask_in"};
    small.at("/networks/1/outputs") = {{"mask", {1, 2, 16, 16}}};
    CHECK(small.fault() ==
          "manifest.json: /networks/1/role is \"lungs\" again; expected one network a role");
  }
  SECTION("no mask") {
    small.at("/networks/0/outputs") = {{"lungs", {1, 2, 16, 16}}};
    CHECK(small.fault() ==
          "manifest.json: /networks/0/outputs/mask is missing; expected the shape [1,2,h,w]");
  }
  SECTION("a mask of one lung") {
    small.at("/networks/0/outputs/mask") = {1, 1, 16, 16};
    CHECK(small.fault() ==
          "manifest.json: /networks/0/outputs/mask is [1,1,16,16]; expected [1,2,h,w]");
  }
  SECTION("an attribution that is no map") {
    small.at("/networks/1/outputs/attribution") = {1, 36};
    CHECK(small.fault() ==
          "manifest.json: /networks/1/outputs/attribution is [1,36]; expected [1,1,h,w]");
  }
}

TEST_CASE("Networks section: outputs that the gate reads have one shape", "[bundle]") {
  SmallBundle small;
  small.at("/networks/0/outputs")["picture"] = {1, 8};
  CHECK(small.fault() == "manifest.json: /networks/0/outputs/picture is [1,8]; expected [1,9]");
  small.at("/networks/0/outputs").erase("picture");
  small.at("/networks/1/outputs")["distance"] = {1};
  CHECK(small.fault() == "manifest.json: /networks/1/outputs/distance is [1]; expected [1,1]");
}
