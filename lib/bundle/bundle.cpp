#include "bundle/bundle.hpp"

#include "bundle_files.hpp"
#include "engine_choice.hpp"
#include "findings_section.hpp"
#include "manifest.hpp"
#include "networks_section.hpp"

#include "findings/finding_table.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>

namespace aicovid {
namespace {

void read_listed_files(const OrderedJson& manifest, BundleFiles& files) {
  if (!manifest.contains("files")) return;
  std::size_t index = 0;
  for (const OrderedJson& entry : manifest.at("files")) {
    files.read({.path = entry.at("path"),
                .sha256 = entry.at("sha256"),
                .where = fmt::format("/files/{}", index++)});
  }
}

/// Reads the files that an outcome names in `file` and `calibration`, its ensemble's members too.
void read_outcome_files(const OrderedJson& entry, const std::string& where, BundleFiles& files,
                        Bundle& bundle) {
  for (const char* member : {"file", "calibration"}) {
    if (!entry.contains(member) || !entry.at(member).is_string()) continue;
    const std::string path = entry.at(member);
    const auto bytes = files.read(files.listed(path, fmt::format("{}/{}", where, member)));
    bundle.outcome_files[path] = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  if (!entry.contains("members") || !entry.at("members").is_array()) return;
  for (std::size_t i = 0; i < entry.at("members").size(); ++i) {
    const OrderedJson& member = entry.at("members").at(i);
    if (member.is_object()) {
      read_outcome_files(member, fmt::format("{}/members/{}", where, i), files, bundle);
    }
  }
}

void read_outcomes(const OrderedJson& manifest, BundleFiles& files, Bundle& bundle) {
  if (!manifest.contains("outcomes")) return;
  for (const OrderedJson& entry : manifest.at("outcomes")) {
    read_outcome_files(entry, fmt::format("/outcomes/{}", bundle.outcomes.size()), files, bundle);
    bundle.outcomes.push_back(entry);
  }
}

Error bad_golden(const std::string& where, const std::string& reason) {
  return {ErrorCode::bad_bundle, fmt::format("manifest.json: {} {}", where, reason)};
}

/// The outcomes of a golden case, each one of the manifest.
std::map<std::string, double> golden_outcomes(const OrderedJson& expected,
                                              const OrderedJson& manifest,
                                              const std::string& where) {
  std::map<std::string, double> outcomes;
  const OrderedJson entries = expected.value("outcomes", OrderedJson::object());
  for (const auto& entry : entries.items()) {
    const std::string& name = entry.key();
    const OrderedJson known = manifest.value("outcomes", OrderedJson::array());
    const auto same = [&](const OrderedJson& outcome) { return outcome.at("name") == name; };
    if (std::ranges::none_of(known, same)) {
      throw bad_golden(fmt::format("{}/outcomes/{}", where, name), "is no outcome of /outcomes");
    }
    outcomes[name] = entry.value();
  }
  return outcomes;
}

/// One for all engines, or one by engine and precision; nothing where the bundle has none for what
/// runs here.
std::optional<double> golden_tolerance(const OrderedJson& entry, const ComputeInfo& compute) {
  if (!entry.contains("tolerance")) return GoldenCase().tolerance;
  const OrderedJson& tolerance = entry.at("tolerance");
  if (tolerance.is_number()) return tolerance.get<double>();
  // Without an engine nothing is compared that depends on one.
  if (compute.backend == backend_name(nullptr)) return GoldenCase().tolerance;
  const OrderedJson of_engine = tolerance.value(compute.backend, OrderedJson::object());
  if (!of_engine.contains(compute.precision)) return std::nullopt;
  return of_engine.at(compute.precision).get<double>();
}

std::map<std::string, double, std::less<>> golden_findings(const OrderedJson& expected) {
  std::map<std::string, double, std::less<>> findings;
  for (const ImageFinding& finding : kImageFindings) {
    const std::string name(finding.name);
    if (expected.contains(name)) findings[name] = expected.at(name);
  }
  // The zones are a list, in their order.
  for (std::size_t i = 0; expected.contains("zones") && i < kZones; ++i) {
    findings[std::string(kZoneNames[i])] = expected.at("zones").at(i);
  }
  return findings;
}

GoldenCase read_golden_case(const OrderedJson& entry, const OrderedJson& manifest,
                            const std::string& where, const BundleFiles& files,
                            const ComputeInfo& compute) {
  const OrderedJson& expected = entry.at("expected");
  GoldenCase golden{.name = {},
                    .image = {},
                    .record = entry.contains("record") ? entry.at("record").dump() : "",
                    .findings = golden_findings(expected),
                    .lung_area_fraction = {},
                    .outcomes = golden_outcomes(expected, manifest, where + "/expected")};
  golden.tolerance = golden_tolerance(entry, compute);
  if (expected.contains("lung_area_fraction")) {
    golden.lung_area_fraction = expected.at("lung_area_fraction");
  }
  if (entry.contains("image")) {
    golden.image = files.locate(files.listed(entry.at("image"), where + "/image"));
    golden.name = golden.image.filename().string();
    return golden;
  }
  if (golden.record.empty()) throw bad_golden(where, "has no image and no record; expected one");
  if (expected.size() != expected.contains("outcomes")) {
    throw bad_golden(where + "/expected", "has findings without an image; expected outcomes alone");
  }
  return golden;
}

std::vector<GoldenCase> read_golden(const OrderedJson& manifest, const BundleFiles& files,
                                    const ComputeInfo& compute) {
  std::vector<GoldenCase> cases;
  if (!manifest.contains("golden")) return cases;
  for (const OrderedJson& entry : manifest.at("golden")) {
    const std::size_t index = cases.size();
    GoldenCase golden =
        read_golden_case(entry, manifest, fmt::format("/golden/{}", index), files, compute);
    if (golden.name.empty()) golden.name = fmt::format("record {}", index + 1);
    cases.push_back(std::move(golden));
  }
  return cases;
}

nlohmann::json clinical_section(const OrderedJson& manifest) {
  return manifest.value("clinical", OrderedJson::array());
}

std::vector<FileEntry> files_not_for(const Engine* engine,
                                     const std::vector<NetworkEntry>& networks) {
  std::vector<FileEntry> files;
  for (const NetworkEntry& entry : networks) {
    const NetworkFileEntry* used = engine == nullptr ? nullptr : file_for(entry, *engine);
    for (const auto& [kind, file] : entry.files) {
      if (&file == used) continue;
      for (const FileEntry& part : file.parts()) files.push_back(part);
    }
  }
  return files;
}

}  // namespace

ModelInfo read_model_info(const std::filesystem::path& directory) {
  return read_manifest(BundleFiles(directory)).info;
}

nlohmann::json read_clinical_section(const std::filesystem::path& directory) {
  return clinical_section(read_manifest(BundleFiles(directory)).json);
}

Bundle load_bundle(const std::filesystem::path& directory, const BundleOptions& options) {
  // What is wrong with the options is said before anything is read.
  if (options.backend != kAutoBackend) engine_named(options.backend);
  if (options.precision != Precision::fp32 && !options.device.is_cuda()) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("precision is {}; expected fp32: networks on the CPU compute in nothing "
                    "else, and {} is for CUDA devices",
                    to_string(options.precision), to_string(options.precision)));
  }
  BundleFiles files(directory);
  const Manifest read = read_manifest(files);
  const OrderedJson& manifest = read.json;

  Bundle bundle;
  bundle.info = read.info;
  bundle.intended_use = manifest.at("intended_use");
  bundle.modalities = manifest.at("accepts").at("modality");
  bundle.views = manifest.at("accepts").at("views");
  bundle.plans = read_plans(manifest);
  read_listed_files(manifest, files);
  std::vector<NetworkEntry> networks = read_networks(manifest, bundle.plans);
  std::vector<NetworkEntry*> wanted;
  for (NetworkEntry& entry : networks) {
    const bool is_wanted =
        options.networks == NetworksToLoad::all ||
        (options.networks == NetworksToLoad::fusion && entry.network.role == NetworkRole::fusion);
    if (is_wanted) wanted.push_back(&entry);
  }
  if (!wanted.empty()) {
    bundle.engine = &choose_engine(manifest, wanted, options.backend, options.device);
  }

  const auto severity = std::ranges::find_if(networks, [](const NetworkEntry& entry) {
    return entry.network.role == NetworkRole::severity;
  });
  const NetworkSpec* spec = severity == networks.end() ? nullptr : &severity->network.spec;
  bundle.findings = read_findings(manifest, files, spec);
  bundle.gate = read_gate(manifest, spec);
  bundle.clinical = clinical_section(manifest);
  read_outcomes(manifest, files, bundle);
  bundle.compute = {.device = options.device.to_string(),
                    .backend = backend_name(bundle.engine),
                    .precision = std::string(to_string(options.precision)),
                    .decode = {},
                    .cudnn = {}};
  bundle.golden = read_golden(manifest, files, bundle.compute);
  bundle.unused_files = files_not_for(bundle.engine, networks);

  // Networks are loaded last, as that takes longest and all else is known to be right by then.
  for (NetworkEntry* entry : wanted) {
    // A fusion network runs for one record at a time, whose values may be beyond what float16
    // holds.
    const bool of_image = entry->network.role != NetworkRole::fusion;
    load_network_of(*entry, *bundle.engine,
                    {.device = options.device,
                     .workers = options.workers,
                     .batch = of_image ? options.batch : 1,
                     .precision = of_image ? options.precision : Precision::fp32},
                    files);
  }
  if (bundle.engine != nullptr) {
    bundle.compute.cudnn = cudnn_version(*bundle.engine, options.device);
  }
  for (NetworkEntry& entry : networks) bundle.networks.push_back(std::move(entry.network));
  return bundle;
}

std::vector<UnusedFile> check_unused_files(const std::filesystem::path& directory,
                                           const std::vector<FileEntry>& unused) {
  const BundleFiles files(directory);
  std::vector<UnusedFile> compared;
  for (const FileEntry& entry : unused) compared.push_back(files.compare(entry));
  return compared;
}

}  // namespace aicovid
