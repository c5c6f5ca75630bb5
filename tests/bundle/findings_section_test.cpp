#include "findings_section.hpp"

#include "small_bundle.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using aicovid::testing::SmallBundle;
using Catch::Matchers::StartsWith;

TEST_CASE("Findings section: scores, intervals, calibration and gate are read", "[bundle]") {
  const SmallBundle small;
  const Bundle bundle = small.load();
  const FindingsConfig& findings = bundle.findings;
  CHECK(findings.brixia);
  CHECK(findings.brixia_error.value().low == -2.5);
  CHECK(findings.brixia_error.value().high == 3);
  for (const auto& error : findings.zone_error) {
    CHECK(error.value().low == -0.5);
    CHECK(error.value().high == 0.75);
  }
  CHECK(findings.extent.value().slope == 0.4);
  CHECK(findings.extent.value().intercept == 0.5);
  CHECK(findings.extent.value().minimum == 0);
  CHECK(findings.extent.value().maximum == 8);
  CHECK_FALSE(findings.extent.value().error.has_value());
  CHECK(findings.opacity.value().error.value().high == 1);
  CHECK(findings.infiltrates.value().platt.slope == 1.5);
  CHECK(findings.infiltrates.value().platt.intercept == -0.25);
  CHECK(findings.infiltrates.value().prevalence == 0.4);
  CHECK(findings.infiltrates.value().target_prevalence == 0.65);
  CHECK(bundle.gate.minimum_lung_fraction == 0.03);
  CHECK(bundle.gate.uncertain_asymmetry == PixelGateConfig{}.uncertain_asymmetry);
}

TEST_CASE("Findings section: zones may have an interval each", "[bundle]") {
  SmallBundle small;
  OrderedJson errors = OrderedJson::array();
  for (int zone = 0; zone < 6; ++zone) errors.push_back({{"low", -zone}, {"high", zone}});
  small.at("/findings/zones/error") = errors;
  const Bundle bundle = small.load();
  for (int zone = 0; zone < 6; ++zone) {
    CHECK(bundle.findings.zone_error[static_cast<std::size_t>(zone)].value().high == zone);
  }
  small.at("/findings/zones/error/4/low") = 5;
  CHECK(small.fault() ==
        "manifest.json: /findings/zones/error/4 has low 5 and high 4; expected low <= high");
  small.at("/findings/zones/error").erase(5);
  CHECK_THAT(small.fault(), StartsWith("manifest.json: /findings/zones/error"));
}

TEST_CASE("Findings section: extent may be an output of the network", "[bundle]") {
  SmallBundle small;
  small.at("/networks/1/outputs") = {
      {"scores", {1, 6}}, {"extent", {1, 1}}, {"attribution", {1, 1, 6, 6}}};
  small.at("/findings") = {{"extent", {{"from", "extent"}, {"error", {{"low", -1}, {"high", 2}}}}}};
  small.at("/golden/0/expected") = {{"extent", 3.5}, {"opacity", 1}};
  SECTION("read") {
    const Bundle bundle = small.load();
    CHECK_FALSE(bundle.findings.brixia);
    const LinearScore& extent = bundle.findings.extent.value();
    CHECK_FALSE(extent.of_brixia);
    CHECK(extent.maximum == 8);
    CHECK(extent.error.value().high == 2);
    CHECK(bundle.golden[0].findings.at("extent") == 3.5);
    CHECK(bundle.golden[0].findings.at("opacity") == 1);
  }
  SECTION("not among the outputs") {
    small.at("/findings")["opacity"] = {{"from", "opacity"}};
    CHECK_THAT(small.fault(),
               StartsWith("manifest.json: /findings/opacity needs the output opacity [1,1]"));
  }
  SECTION("another score's output") {
    small.at("/findings/extent/from") = "opacity";
    CHECK(small.fault() ==
          "manifest.json: /findings/extent/from is \"opacity\"; expected \"linear(brixia)\" or "
          "\"extent\"");
  }
  SECTION("a line that would not be used") {
    small.at("/findings/extent")["slope"] = 2;
    CHECK_THAT(small.fault(), StartsWith("manifest.json: /findings/extent/slope is unknown"));
  }
}

TEST_CASE("Findings section: an index says what its scale is", "[bundle]") {
  SmallBundle small;
  OrderedJson& findings = small.at("/findings");
  findings["severity_index"] = {{"from", "severity_index"}, {"scale", "0: clear"}};
  CHECK(
      small.fault() ==
      "manifest.json: /findings/severity_index needs the output severity_index [1,1] of a network "
      "of role \"severity\", which the manifest does not have");
  findings.erase("infiltrates");
  small.at("/networks/1/outputs") = {
      {"zones", {1, 6}}, {"severity_index", {1, 1}}, {"attribution", {1, 1, 6, 6}}};
  small.at("/golden/0/expected")["severity_index"] = 0.25;
  const Bundle bundle = small.load();
  CHECK(bundle.findings.severity_index_scale == "0: clear");
  CHECK(bundle.golden[0].findings.at("severity_index") == 0.25);
  findings["severity_index"].erase("scale");
  CHECK_THAT(small.fault(), StartsWith("manifest.json: /findings/severity_index"));
}

TEST_CASE("Findings section: what it asks for must be among the outputs", "[bundle]") {
  SmallBundle small;
  SECTION("no zones") {
    small.at("/networks/1/outputs") = {
        {"scores", {1, 6}}, {"infiltrates_logit", {1, 1}}, {"attribution", {1, 1, 6, 6}}};
    CHECK(small.fault() ==
          "manifest.json: /findings/brixia needs the output zones [1,6] of a network of role "
          "\"severity\", which the manifest does not have");
  }
  SECTION("a logit of another shape") {
    small.at("/networks/1/outputs/infiltrates_logit") = {1, 2};
    CHECK_THAT(
        small.fault(),
        StartsWith(
            "manifest.json: /findings/infiltrates needs the output infiltrates_logit [1,1]"));
  }
  SECTION("no severity network") {
    small.at("/networks").erase(1);
    CHECK_THAT(small.fault(),
               StartsWith("manifest.json: /findings/brixia needs the output zones [1,6]"));
  }
  SECTION("extent without Brixia") {
    small.at("/findings").erase("brixia");
    CHECK(small.fault() ==
          "manifest.json: /findings/extent is computed from the Brixia score; expected "
          "/findings/brixia");
  }
  SECTION("an empty range") {
    small.at("/findings/extent/maximum") = 0;
    CHECK(small.fault() ==
          "manifest.json: /findings/extent has minimum 0 and maximum 0; expected minimum < "
          "maximum, both from 0 to 8");
  }
}

TEST_CASE("Findings section: the calibration file is listed, and right", "[bundle]") {
  SmallBundle small;
  const auto replace = [&](const std::string& text) {
    small.write("platt.json", text);
    small.checksum(small.at("/files/0"));
  };
  SECTION("not listed") {
    small.at("/files").erase(0);
    CHECK(
        small.fault() ==
        "manifest.json: /findings/infiltrates/calibration is \"platt.json\"; expected a file that "
        "/files lists");
  }
  SECTION("a missing member") {
    replace(R"({"slope": 1, "intercept": 0})");
    CHECK(small.fault() == "platt.json: /prevalence is missing; expected a number between 0 and 1");
  }
  SECTION("a wrong type") {
    replace(R"({"slope": "1", "intercept": 0, "prevalence": 0.5})");
    CHECK(small.fault() == "platt.json: /slope is \"1\"; expected a number");
  }
  SECTION("no JSON") {
    replace("slope = 1");
    CHECK_THAT(small.fault(), StartsWith("platt.json: parse error at line 1, column 1"));
  }
}

TEST_CASE("Gate section: limits are read, and one of the distance needs the output", "[bundle]") {
  SmallBundle small;
  small.at("/gate") = {{"not_a_chest", 0.9}, {"inverted", 0.7}, {"rotated", 0.8}};
  const Bundle bundle = small.load();
  CHECK(bundle.gate.not_a_chest == 0.9);
  CHECK(bundle.gate.inverted == 0.7);
  CHECK(bundle.gate.rotated == 0.8);
  CHECK_FALSE(bundle.gate.maximum_distance.has_value());

  small.at("/gate") = {{"maximum_distance", 2.5}};
  CHECK(
      small.fault() ==
      "manifest.json: /gate/maximum_distance needs the output distance [1,1] of a network of role "
      "\"severity\", which the manifest does not have");
  small.at("/gate") = {{"rotated", 1.5}};
  CHECK_THAT(small.fault(), StartsWith("manifest.json: /gate/rotated is 1.5; expected"));
}
