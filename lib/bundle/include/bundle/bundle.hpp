#pragma once

#include "findings/config.hpp"
#include "network/network.hpp"

#include <aicovid/device.hpp>
#include <aicovid/plan.hpp>
#include <aicovid/provenance.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aicovid {

/// What a network is for, in the order in which they run.
enum class NetworkRole : std::uint8_t { lungs, severity, fusion };

/// "lungs", "severity" or "fusion", as the manifest and messages have it.
std::string_view to_string(NetworkRole role) noexcept;

/// An input of a network that a plan makes of the radiograph ("plan:NAME").
struct PlanSource {
  Plan plan;
};
/// An input that is the cleaned lung mask, on the raster of the plan beside it ("mask:lungs").
struct LungMaskSource {};
/// A fusion network takes an output of the severity network ("severity:OUTPUT").
struct SeveritySource {
  std::string output;
};
/// A fusion network takes a row of the record ("record:values"), or what is missing of it
/// ("record:missing").
enum class RecordSource : std::uint8_t { values, missing };

using NetworkSource = std::variant<PlanSource, LungMaskSource, SeveritySource, RecordSource>;

/// A network of the bundle and what it is fed with.
struct BundleNetwork {
  NetworkRole role = NetworkRole::lungs;
  std::vector<NetworkSource> inputs;
  NetworkSpec spec;
  std::shared_ptr<const Network> network;  ///< null where it was not asked for
};

/// The network of a role; null if the bundle has none.
const BundleNetwork* network_of(const std::vector<BundleNetwork>& networks, NetworkRole role);

/// Which networks of a bundle are loaded.
enum class NetworksToLoad : std::uint8_t { all, fusion, none };

/// A golden case: an image of the bundle, a clinical record, or both, and what the chain must make
/// of it. What is absent is not compared.
struct GoldenCase {
  std::string name;                                     ///< for people: "rg1.png", "record 2"
  std::filesystem::path image;                          ///< absolute; empty without an image
  std::string record;                                   ///< JSON; empty without a record
  std::map<std::string, double, std::less<>> findings;  ///< by the names of the finding table
  std::optional<double> lung_area_fraction;
  std::map<std::string, double> outcomes;  ///< the probability, or the index where there is none
  /// What the engine and precision that run here may differ by; nothing where the bundle does not
  /// say.
  std::optional<double> tolerance = 1e-3;
};

/// A file that the manifest names.
struct FileEntry {
  std::string path;    ///< relative to the bundle, with / between folders
  std::string sha256;  ///< 64 lower-case hexadecimal digits
  std::string where;   ///< the entry's JSON path, for messages
};

/// What became of a file of a network that this engine does not read.
struct UnusedFile {
  std::string path;  ///< in the bundle
  bool present = false;
  bool as_listed = false;  ///< its SHA-256 is the manifest's
};

/// A model bundle: manifest, plans and networks, all checked.
struct Bundle {
  ModelInfo info;
  std::string intended_use;
  std::vector<std::string> modalities;
  std::vector<std::string> views;
  std::map<std::string, Plan, std::less<>> plans;
  std::vector<BundleNetwork> networks;  ///< in the order in which they run
  const Engine* engine = nullptr;       ///< what runs them; null if none was loaded
  ComputeInfo compute;                  ///< what results say of that; `decode` is of an image
  FindingsConfig findings;
  PixelGateConfig gate;
  nlohmann::json clinical = nlohmann::json::array();  ///< the section; lib/clinical reads it
  std::vector<nlohmann::json> outcomes;               ///< the entries; lib/fusion reads its own
  /// Contents of the files that outcomes name, by path.
  std::map<std::string, std::string, std::less<>> outcome_files;
  std::vector<GoldenCase> golden;
  std::vector<FileEntry> unused_files;  ///< files of networks that the engine does not read
};

/// Reads name, version and licence of a bundle, and checks its manifest alone.
///
/// @throws Error{not_found, bad_bundle} as `load_bundle`
ModelInfo read_model_info(const std::filesystem::path& directory);

/// Reads the section `clinical` of a bundle's manifest, and checks the manifest alone.
///
/// @throws Error{not_found, bad_bundle} as `load_bundle`
nlohmann::json read_clinical_section(const std::filesystem::path& directory);

/// How a bundle is loaded.
struct BundleOptions {
  /// The name of an engine, or "auto": the first of the manifest's `engines`, else of all, that is
  /// installed, runs on the device and has a file for every network.
  std::string backend = "auto";
  Device device;
  NetworksToLoad networks = NetworksToLoad::all;
  unsigned workers = 1;
  std::size_t batch = 1;  ///< images that share a forward pass of the networks of the image
  Precision precision = Precision::fp32;
};

/// Reads and checks a bundle: manifest against its JSON Schema, plans, SHA-256 of every file that
/// it opens, networks (loaded, warmed up, output shapes, finite outputs).
///
/// @throws Error{not_found} if the directory has no manifest.json; Error{bad_bundle} naming the
///         JSON path or the file (relative to the bundle) and what is wrong;
///         Error{invalid_argument} for an unknown backend, or another precision than fp32 on the
///         CPU; Error{unsupported} for one that is not
///         installed; Error{device_unavailable}
Bundle load_bundle(const std::filesystem::path& directory, const BundleOptions& options);

/// Compares the files that are not used with the manifest.
///
/// @throws Error{bad_bundle} if the path of one leaves the bundle
std::vector<UnusedFile> check_unused_files(const std::filesystem::path& directory,
                                           const std::vector<FileEntry>& unused);

}  // namespace aicovid
