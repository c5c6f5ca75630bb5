#include "small_bundle.hpp"

#include <algorithm>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <functional>
#include <map>
#include <string>

using namespace aicovid;
using aicovid::testing::small_engine;
using aicovid::testing::SmallBundle;
using aicovid::testing::SmallEngine;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

TEST_CASE("Bundle: a valid one is read in full", "[bundle]") {
  const SmallBundle small;
  const Bundle bundle = small.load();
  CHECK(bundle.info.name == "small");
  CHECK(bundle.info.version == "1.2.3");
  CHECK(bundle.info.licence == "Apache-2.0");
  CHECK(bundle.info.manifest_sha256 == sha256(read_file(small.directory / "manifest.json")));
  CHECK(bundle.intended_use == "Tests.");
  CHECK(bundle.modalities == std::vector<std::string>{"CR", "DX"});
  CHECK(bundle.views == std::vector<std::string>{"AP", "PA"});
  REQUIRE(bundle.plans.size() == 2);
  CHECK(bundle.plans.at("severity_in").output_shape().height == 24);
  CHECK(bundle.plans.at("severity_in").needs_lung_box());
  CHECK_FALSE(bundle.plans.at("mask_in").needs_lung_box());

  CHECK(bundle.clinical.at(0).at("name") == "interleukin_6");
  CHECK(read_clinical_section(small.directory) == bundle.clinical);
  REQUIRE(bundle.outcomes.size() == 1);
  CHECK(
      bundle.outcomes[0] ==
      nlohmann::json::parse(
          R"({"name": "deterioration", "model": "isaric_4c_deterioration", "missing": {"urea": 1}})"));
  REQUIRE(bundle.golden.size() == 1);
  CHECK(bundle.golden[0].image ==
        std::filesystem::canonical(small.directory / "golden" / "case.png"));
  CHECK(bundle.golden[0].findings ==
        std::map<std::string, double, std::less<>>{{"brixia", 7},
                                                   {"right_upper", 1},
                                                   {"right_middle", 1},
                                                   {"right_lower", 1},
                                                   {"left_upper", 1},
                                                   {"left_middle", 1},
                                                   {"left_lower", 2},
                                                   {"infiltrates", 0.5}});
  CHECK(bundle.golden[0].lung_area_fraction == 0.3);
  CHECK(bundle.golden[0].tolerance == 0.01);
}

TEST_CASE("Bundle: its networks run, lungs first, outputs in the manifest's order", "[bundle]") {
  SmallBundle small;
  if (GENERATE(false, true)) std::swap(small.at("/networks/0"), small.at("/networks/1"));
  const Bundle bundle = small.load();
  REQUIRE(bundle.networks.size() == 2);
  const BundleNetwork& lungs = bundle.networks[0];
  const BundleNetwork& severity = bundle.networks[1];
  CHECK(lungs.role == NetworkRole::lungs);
  REQUIRE(lungs.inputs.size() == 1);
  CHECK(std::holds_alternative<PlanSource>(lungs.inputs[0]));
  REQUIRE(severity.inputs.size() == 2);
  CHECK(std::holds_alternative<LungMaskSource>(severity.inputs[1]));
  CHECK(lungs.spec.input_shapes == std::vector<std::vector<std::int64_t>>{{1, 1, 16, 16}});
  CHECK(severity.role == NetworkRole::severity);
  CHECK(severity.spec.input_shapes ==
        std::vector<std::vector<std::int64_t>>{{1, 1, 24, 24}, {1, 2, 24, 24}});
  REQUIRE(severity.spec.outputs.size() == 3);
  CHECK(severity.spec.outputs[0].name == "zones");
  CHECK(severity.spec.outputs[1].name == "infiltrates_logit");
  CHECK(severity.spec.outputs[2].name == "attribution");
  const auto outputs = severity.network->run(std::vector<Tensor>{
      Tensor({1, 1, 24, 24}, DType::float32), Tensor({1, 2, 24, 24}, DType::float32)});
  CHECK(outputs.at(2).shape() == std::vector<std::int64_t>{1, 1, 6, 6});
  CHECK(lungs.network->run(std::vector<Tensor>{Tensor({1, 1, 16, 16}, DType::float32)}).size() ==
        1);
}

TEST_CASE("Bundle: what is optional may be left out", "[bundle]") {
  SmallBundle small;
  for (const char* member : {"files", "findings", "gate", "clinical", "outcomes", "golden"})
    small.manifest.erase(member);
  small.at("/networks").erase(1);
  const Bundle bundle = small.load();
  CHECK(bundle.networks.size() == 1);
  CHECK_FALSE(bundle.findings.brixia);
  CHECK(bundle.golden.empty());
}

TEST_CASE("Bundle: no directory, or no manifest in it, is not_found", "[bundle]") {
  const SmallBundle small;
  const auto directory = GENERATE_REF(small.directory / "absent", small.directory / "golden",
                                      small.directory / "platt.json");
  try {
    load_bundle(directory, {});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::not_found);
    CHECK(std::string(error.what()).find(directory.string()) == std::string::npos);
  }
}

TEST_CASE("Bundle: an engine that no build has, and one that a network has no file for",
          "[bundle]") {
  SmallBundle small;
  try {
    small.load({.backend = "abacus"});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
    CHECK_THAT(error.what(), ContainsSubstring("abacus") && ContainsSubstring("torchscript"));
  }
  small.at("/networks/1/files").erase("torchscript");
  small.write("manifest.json", small.manifest.dump());
  try {
    load_bundle(small.directory, {.backend = "torchscript"});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK((error.code() == ErrorCode::bad_bundle || !is_installed(engine_named("torchscript"))));
    CHECK_THAT(error.what(), ContainsSubstring("torchscript"));
  }
  small.at("/networks/1/files").erase("onnx");
  small.at("/networks/1/files")["abacus"] = small.at("/files/0");
  try {
    small.load();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_bundle);
    CHECK_THAT(error.what(), StartsWith("no engine can run the bundle's networks: "));
  }
  small.manifest["engines"] = {"abacus"};
  try {
    small.load();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unsupported);
    CHECK(std::string(error.what()) == "manifest.json: /engines names none that this build knows");
  }
}

TEST_CASE("Bundle: a changed byte in any file is found and the file named", "[bundle]") {
  const SmallBundle small;
  const std::string ending = small_engine().ending;
  const std::string path =
      GENERATE_COPY("lungs" + ending, "severity" + ending, "platt.json", "golden/case.png");
  auto bytes = read_file(small.directory / path);
  bytes[bytes.size() / 2] ^= std::byte{1};
  write_file(small.directory / path, bytes.data(), bytes.size());
  CHECK_THAT(small.fault(), StartsWith("file \"" + path + "\" of the bundle (/") &&
                                ContainsSubstring("was changed"));
}

TEST_CASE("Bundle: a network that loads but cannot be right is named by its role", "[bundle]") {
  SmallBundle small;
  const SmallEngine engine = small_engine();
  OrderedJson& file = small.at("/networks/0/files/" + engine.kind);
  SECTION("NaN weights") {
    file["path"] = "nan" + engine.ending;
    small.checksum(file);
    CHECK(small.fault() ==
          "network 'lungs': output 'mask' [1,2,16,16] holds 256 values that are not finite; "
          "expected none");
  }
  SECTION("no network") {
    small.write("lungs" + engine.ending, "#!/bin/sh\necho no network\n");
    small.checksum(file);
    CHECK_THAT(small.fault(),
               StartsWith("network 'lungs': the file is not a network that " + engine.library));
  }
  SECTION("another output shape than the manifest's") {
    small.at("/networks/0/outputs/mask") = {1, 2, 32, 32};
    CHECK(small.fault() == "network 'lungs': output 'mask' is [1,2,16,16]; expected [1,2,32,32]");
  }
  SECTION("another input than the plan makes") {
    small.at("/plans/severity_in/2/size") = 48;
    CHECK(small.fault() ==
          "network 'severity': output 'attribution' is [1,1,12,12]; expected [1,1,6,6]");
  }
}

TEST_CASE("Bundle: a plan that is none is named with the operation", "[bundle]") {
  SmallBundle small;
  small.at("/plans/mask_in/1/op") = "enlarge";
  CHECK_THAT(small.fault(), StartsWith("manifest.json: /plans/mask_in is no plan: ") &&
                                ContainsSubstring("enlarge"));
}

TEST_CASE("Bundle: a golden image must be among the files", "[bundle]") {
  SmallBundle small;
  small.at("/golden/0/image") = "golden/other.png";
  CHECK(
      small.fault() ==
      "manifest.json: /golden/0/image is \"golden/other.png\"; expected a file that /files lists");
}

TEST_CASE("Bundle: the repository's own bundle loads", "[bundle][slow]") {
  const auto directory = std::filesystem::path(AICOVID_SOURCE_DIR) / "models" / "severity";
  if (!std::filesystem::exists(directory / "manifest.json"))
    SKIP("models/severity has no manifest.json");
  const Bundle bundle = load_bundle(directory, {});
  CHECK(bundle.info.name == "severity");
  CHECK(bundle.networks.size() == 2);
  CHECK_FALSE(bundle.golden.empty());
}

TEST_CASE("Bundle: auto takes the manifest's first engine that is installed and has files",
          "[bundle]") {
  for (const Engine& engine : engines()) {
    if (!is_installed(engine)) SKIP("needs both engines");
  }
  SmallBundle small;
  CHECK(small.load().engine->name == "torchscript");
  small.manifest["engines"] = {"abacus", "openvino", "torchscript"};
  CHECK(small.load().engine->name == "openvino");
  CHECK(small.load({.backend = "torchscript"}).engine->name == "torchscript");
  small.at("/networks/0/files").erase("onnx");
  CHECK(small.load().engine->name == "torchscript");
}

TEST_CASE("Bundle: networks that are not asked for are neither opened nor run", "[bundle]") {
  SmallBundle small;
  for (const char* file : {"lungs.pt", "severity.pt", "lungs.onnx", "severity.onnx"}) {
    std::filesystem::remove(small.directory / file);
  }
  for (const NetworksToLoad networks : {NetworksToLoad::fusion, NetworksToLoad::none}) {
    const Bundle bundle = small.load({.networks = networks});
    CHECK(bundle.engine == nullptr);
    REQUIRE(bundle.networks.size() == 2);
    CHECK(bundle.networks[0].network == nullptr);
  }
  CHECK_THROWS_AS(small.load(), Error);
}

TEST_CASE("Bundle: a golden tolerance is a number, or one by engine and precision", "[bundle]") {
  SmallBundle small;
  small.at("/golden/0/tolerance") = OrderedJson::parse(
      R"({"torchscript": {"fp32": 0.01}, "openvino": {"fp32": 0.02, "bf16": 0.3}})");
  const Bundle bundle = small.load();
  CHECK(bundle.golden[0].tolerance == (bundle.engine->name == "torchscript" ? 0.01 : 0.02));
  small.at("/golden/0/tolerance").erase(std::string(bundle.engine->name));
  CHECK_FALSE(small.load().golden[0].tolerance);
}
