#pragma once

#include "manifest.hpp"

#include "bundle/bundle.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>

namespace aicovid::testing {

/// The engine that `auto` takes here, and the files of the small networks that it reads.
struct SmallEngine {
  std::string library;
  std::string kind;
  std::string ending;
};

inline SmallEngine small_engine() {
  if (is_installed(engine_named("torchscript"))) return {"LibTorch", "torchscript", ".pt"};
  return {"OpenVINO", "onnx", ".onnx"};
}

/// A valid bundle of the small networks of tests/network/data, in a directory of its own that goes
/// with it. A test changes `manifest` or a file, saves, and loads.
class SmallBundle {
 public:
  SmallBundle() {
    std::string name = (std::filesystem::temp_directory_path() / "aicovid-bundle-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    directory = name;
    const auto networks = std::filesystem::path(AICOVID_SOURCE_DIR) / "tests" / "network" / "data";
    for (const std::string network : {"lungs", "severity", "nan"}) {
      for (const std::string ending : {".pt", ".onnx"}) {
        std::filesystem::copy_file(networks / (network + ending), directory / (network + ending));
      }
    }
    std::filesystem::create_directory(directory / "golden");
    write("golden/case.png", "a picture");
    write("platt.json", R"({"slope": 1.5, "intercept": -0.25, "prevalence": 0.4})");
    manifest = OrderedJson::parse(R"json({
      "schema": "aicovid.bundle/1", "name": "small", "version": "1.2.3", "licence": "Apache-2.0",
      "intended_use": "Tests.", "not_for": "Patients.",
      "accepts": {"modality": ["CR", "DX"], "views": ["AP", "PA"]},
      "plans": {
        "mask_in": [{"op": "grey"}, {"op": "resize", "size": 16}],
        "severity_in": [{"op": "grey"}, {"op": "lung_crop", "margin": 0.1}, {"op": "resize", "size": 24}]},
      "networks": [
        {"role": "lungs", "files": {"torchscript": {"path": "lungs.pt"}, "onnx": {"path": "lungs.onnx"}},
         "inputs": ["plan:mask_in"], "outputs": {"mask": [1, 2, 16, 16]}},
        {"role": "severity", "files": {"torchscript": {"path": "severity.pt"}, "onnx": {"path": "severity.onnx"}},
         "inputs": ["plan:severity_in", "mask:lungs"],
         "outputs": {"zones": [1, 6], "infiltrates_logit": [1, 1], "attribution": [1, 1, 6, 6]}}],
      "files": [{"path": "platt.json"}, {"path": "golden/case.png"}],
      "findings": {
        "brixia": {"from": "sum(zones)", "error": {"low": -2.5, "high": 3}},
        "zones": {"from": "zones", "error": {"low": -0.5, "high": 0.75}},
        "extent": {"from": "linear(brixia)", "slope": 0.4, "intercept": 0.5, "minimum": 0, "maximum": 8},
        "opacity": {"from": "linear(brixia)", "slope": 0.3, "intercept": 0.25, "minimum": 0, "maximum": 6,
                    "error": {"low": -1, "high": 1}},
        "infiltrates": {"from": "infiltrates_logit", "calibration": "platt.json", "target_prevalence": 0.65}},
      "gate": {"minimum_lung_fraction": 0.03},
      "clinical": [
        {"name": "interleukin_6", "meaning": "interleukin 6", "kind": "quantity", "units": [{"code": "pg/mL"}],
         "range": [0, 100000], "loinc": ["26881-3"], "source": "a test"}],
      "outcomes": [{"name": "deterioration", "model": "isaric_4c_deterioration", "missing": {"urea": 1}}],
      "golden": [
        {"image": "golden/case.png", "tolerance": 0.01,
         "expected": {"brixia": 7, "zones": [1, 1, 1, 1, 1, 2], "infiltrates": 0.5, "lung_area_fraction": 0.3}}]
    })json");
    for (OrderedJson* entry : entries()) checksum(*entry);
  }
  ~SmallBundle() {
    std::error_code status;
    std::filesystem::remove_all(directory, status);
  }
  SmallBundle(const SmallBundle&) = delete;
  SmallBundle& operator=(const SmallBundle&) = delete;

  void write(const std::string& path, const std::string& text) const {
    write_file(directory / path, text.data(), text.size());
  }

  /// Writes the right SHA-256 into an entry {"path", "sha256"}.
  void checksum(OrderedJson& entry) const {
    entry["sha256"] = sha256(read_file(directory / entry.at("path").get<std::string>()));
  }

  OrderedJson& at(const std::string& json_path) {
    return manifest.at(OrderedJson::json_pointer(json_path));
  }

  Bundle load(const BundleOptions& options = {}) const {
    write("manifest.json", manifest.dump(2));
    return load_bundle(directory, options);
  }

  /// The message of the Error{bad_bundle} that loading ends with.
  std::string fault() const {
    try {
      load();
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_bundle);
      const std::string message = error.what();
      CHECK(message.find('\n') == std::string::npos);
      CHECK(message.find(directory.string()) == std::string::npos);
      return message;
    }
    return "no error";
  }

  std::filesystem::path directory;
  OrderedJson manifest;

 private:
  std::vector<OrderedJson*> entries() {
    return {&at("/networks/0/files/torchscript"),
            &at("/networks/0/files/onnx"),
            &at("/networks/1/files/torchscript"),
            &at("/networks/1/files/onnx"),
            &at("/files/0"),
            &at("/files/1")};
  }
};

}  // namespace aicovid::testing
