#include "bundle/bundle.hpp"

#include "bundle_files.hpp"
#include "findings_section.hpp"
#include "manifest_schema.hpp"
#include "networks_section.hpp"

#include "core/sha256.hpp"

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

std::vector<std::string> read_outcomes(const OrderedJson& manifest) {
  std::vector<std::string> outcomes;
  if (!manifest.contains("outcomes")) return outcomes;
  for (const OrderedJson& entry : manifest.at("outcomes")) outcomes.push_back(entry.dump());
  return outcomes;
}

std::vector<GoldenCase> read_golden(const OrderedJson& manifest, const BundleFiles& files) {
  std::vector<GoldenCase> cases;
  if (!manifest.contains("golden")) return cases;
  for (const OrderedJson& entry : manifest.at("golden")) {
    const std::string where = fmt::format("/golden/{}/image", cases.size());
    const OrderedJson& expected = entry.at("expected");
    GoldenCase golden{.image = files.locate(files.listed(entry.at("image"), where)),
                      .brixia = expected.at("brixia"),
                      .zones = expected.at("zones"),
                      .infiltrates = expected.at("infiltrates"),
                      .lung_area_fraction = expected.at("lung_area_fraction")};
    golden.tolerance = entry.value("tolerance", golden.tolerance);
    cases.push_back(std::move(golden));
  }
  return cases;
}

}  // namespace

Bundle load_bundle(const std::filesystem::path& directory, const std::string& backend,
                   const Device& device) {
  const auto backends = network_backends();
  if (std::ranges::find(backends, backend) == backends.end()) {
    throw Error(ErrorCode::invalid_argument, fmt::format("backend is '{}'; this build has {}",
                                                         backend, fmt::join(backends, ", ")));
  }
  BundleFiles files(directory);
  const auto bytes = files.read_manifest();
  const OrderedJson manifest = parse_checked(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, {.file = "manifest.json"});

  Bundle bundle;
  bundle.info = {.name = manifest.at("name"),
                 .version = manifest.at("version"),
                 .manifest_sha256 = sha256(bytes),
                 .licence = manifest.at("licence")};
  bundle.intended_use = manifest.at("intended_use");
  bundle.modalities = manifest.at("accepts").at("modality");
  bundle.views = manifest.at("accepts").at("views");
  bundle.plans = read_plans(manifest);
  read_listed_files(manifest, files);
  auto networks = read_networks(manifest, bundle.plans, files, backend);

  const auto severity = std::ranges::find_if(
      networks, [](const NetworkEntry& entry) { return entry.network.role == "severity"; });
  const NetworkSpec* spec = severity == networks.end() ? nullptr : &severity->network.spec;
  bundle.findings = read_findings(manifest, files, spec);
  bundle.gate = read_gate(manifest, spec);
  bundle.outcomes = read_outcomes(manifest);
  bundle.golden = read_golden(manifest, files);

  // Last, as it takes longest: the networks are run once all else is known to be right.
  for (NetworkEntry& entry : networks) {
    entry.network.network = load_network(backend, entry.file, entry.network.spec, device);
    bundle.networks.push_back(std::move(entry.network));
  }
  return bundle;
}

}  // namespace aicovid
