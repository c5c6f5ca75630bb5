#pragma once

#include "findings/config.hpp"
#include "network/network.hpp"

#include <aicovid/device.hpp>
#include <aicovid/plan.hpp>
#include <aicovid/report.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aicovid {

/// A network of the bundle and what it is fed with.
struct BundleNetwork {
  std::string role;  ///< "lungs", "severity", "fusion"
  /// "plan:NAME", "mask:lungs"; of fusion also "severity:OUTPUT", "record:values", "record:missing"
  std::vector<std::string> inputs;
  NetworkSpec spec;
  std::shared_ptr<const Network> network;
};

/// A golden case: an image of the bundle, a clinical record, or both, and what the chain must make
/// of it. What is absent is not compared.
struct GoldenCase {
  std::string name;             ///< for people: "rg1.png", "record 2"
  std::filesystem::path image;  ///< absolute; empty without an image
  std::string record;           ///< JSON; empty without a record
  std::optional<double> brixia;
  std::vector<double> zones;  ///< none or six
  std::optional<double> extent;
  std::optional<double> opacity;
  std::optional<double> infiltrates;
  std::optional<double> severity_index;
  std::optional<double> lung_area_fraction;
  std::map<std::string, double> outcomes;  ///< the probability, or the index where there is none
  double tolerance = 1e-3;
};

/// A model bundle: manifest, plans and networks, all checked.
struct Bundle {
  ModelInfo info;
  std::string intended_use;
  std::vector<std::string> modalities;
  std::vector<std::string> views;
  std::map<std::string, Plan, std::less<>> plans;
  std::vector<BundleNetwork> networks;  ///< in the order in which they run
  FindingsConfig findings;
  PixelGateConfig gate;
  std::string clinical = "[]";        ///< JSON of the section; lib/clinical reads it
  std::vector<std::string> outcomes;  ///< the JSON of each entry; lib/fusion reads its own
  /// Contents of the files that outcomes name, by path.
  std::map<std::string, std::string, std::less<>> outcome_files;
  std::vector<GoldenCase> golden;
};

/// Reads the section `clinical` of a bundle's manifest, and checks the manifest alone.
///
/// @throws Error{not_found, bad_bundle} as `load_bundle`
std::string read_clinical_section(const std::filesystem::path& directory);

/// Reads and checks a bundle: manifest against its JSON Schema, SHA-256 of every file, plans,
/// networks (loaded, warmed up, output shapes, finite outputs).
///
/// @throws Error{not_found} if the directory has no manifest.json; Error{bad_bundle} naming the
/// JSON path or the
///         file (relative to the bundle) and what is wrong; Error{invalid_argument} for a backend
///         that this build does not have; Error{device_unavailable}
Bundle load_bundle(const std::filesystem::path& directory, const std::string& backend,
                   const Device& device);

}  // namespace aicovid
