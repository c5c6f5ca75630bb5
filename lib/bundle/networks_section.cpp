#include "networks_section.hpp"

#include "findings/picture.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>

namespace aicovid {
namespace {

constexpr std::string_view kPlanPrefix = "plan:";
constexpr std::string_view kSeverityPrefix = "severity:";

Error bad_manifest(const std::string& where, const std::string& reason) {
  return {ErrorCode::bad_bundle, fmt::format("manifest.json: {} {}", where, reason)};
}

std::vector<std::string> names_of(const OrderedJson& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

/// The shape of what a joint network takes of the severity network.
std::vector<std::int64_t> severity_shape(const OrderedJson& manifest, std::string_view output,
                                         const std::string& at) {
  for (const OrderedJson& network : manifest.at("networks")) {
    if (network.at("role") != "severity") continue;
    const OrderedJson& outputs = network.at("outputs");
    if (outputs.contains(output)) return outputs.at(std::string(output));
    throw bad_manifest(at, fmt::format("is no output of the severity network; expected one of {}",
                                       fmt::join(names_of(outputs), ", ")));
  }
  throw bad_manifest(at, "needs a network of role \"severity\"; expected one");
}

/// How many inputs of a record the joint network takes: those of the outcomes that use it.
std::int64_t record_inputs(const OrderedJson& manifest, const std::string& at) {
  const auto uses_network = [](const OrderedJson& model) {
    return model.value("model", "") == "network";
  };
  std::optional<std::int64_t> count;
  const OrderedJson outcomes = manifest.value("outcomes", OrderedJson::array());
  for (const OrderedJson& outcome : outcomes) {
    const OrderedJson members = outcome.value("members", OrderedJson::array());
    if (!uses_network(outcome) && !std::ranges::any_of(members, uses_network)) continue;
    const auto inputs =
        static_cast<std::int64_t>(outcome.value("inputs", OrderedJson::array()).size());
    if (count && *count != inputs) {
      throw bad_manifest(at, "serves outcomes with different numbers of inputs; expected one");
    }
    count = inputs;
  }
  if (!count) throw bad_manifest(at, "serves no outcome; expected one of model \"network\"");
  return *count;
}

/// What an input's text stands for, checked against the network's role.
NetworkSource read_source(const std::string& text, NetworkRole role, const Plans& plans,
                          const std::string& at) {
  const std::string_view input = text;
  if (input.starts_with(kPlanPrefix)) {
    const auto plan = plans.find(input.substr(kPlanPrefix.size()));
    if (plan == plans.end()) {
      std::vector<std::string> known;
      for (const auto& [name, unused] : plans) known.push_back(name);
      throw bad_manifest(at, fmt::format("is \"{}\"; expected a plan of /plans: {}", input,
                                         fmt::join(known, ", ")));
    }
    if (plan->second.needs_lung_box() && role == NetworkRole::lungs) {
      throw bad_manifest(at,
                         "crops to the lungs, which this network is to find; expected a plan "
                         "without lung_crop");
    }
    return PlanSource{plan->second};
  }
  if (input == "mask:lungs") {
    if (role == NetworkRole::lungs) {
      throw bad_manifest(at, "is the mask that this network makes; expected a plan");
    }
    return LungMaskSource{};
  }
  if (role != NetworkRole::fusion) {
    throw bad_manifest(at, fmt::format("is \"{}\"; expected such an input in a network of role "
                                       "\"fusion\" alone",
                                       input));
  }
  if (input == "record:values") return RecordSource::values;
  if (input == "record:missing") return RecordSource::missing;
  return SeveritySource{text.substr(kSeverityPrefix.size())};
}

/// The shapes of a network's inputs. A mask comes on the raster of the plan beside it.
std::vector<std::vector<std::int64_t>> input_shapes(const OrderedJson& manifest,
                                                    const BundleNetwork& network,
                                                    const std::string& where) {
  std::optional<Plan::Shape> raster;
  std::vector<std::vector<std::int64_t>> shapes;
  std::vector<std::size_t> masks;
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    const NetworkSource& input = network.inputs[i];
    const std::string at = fmt::format("{}/inputs/{}", where, i);
    if (const auto* severity = std::get_if<SeveritySource>(&input)) {
      shapes.push_back(severity_shape(manifest, severity->output, at));
    } else if (std::holds_alternative<RecordSource>(input)) {
      shapes.push_back({1, record_inputs(manifest, at)});
    } else if (std::holds_alternative<LungMaskSource>(input)) {
      masks.push_back(i);
      shapes.emplace_back();
    } else {
      const Plan::Shape shape = std::get<PlanSource>(input).plan.output_shape();
      if (raster && (raster->height != shape.height || raster->width != shape.width)) {
        throw bad_manifest(
            at, fmt::format("is {} x {}; expected the raster of the plan before it, {} x {}",
                            shape.height, shape.width, raster->height, raster->width));
      }
      raster = shape;
      shapes.push_back({1, shape.channels, shape.height, shape.width});
    }
  }
  if (!raster && (!masks.empty() || network.role != NetworkRole::fusion)) {
    throw bad_manifest(where + "/inputs",
                       "has no plan; expected one, as the mask takes its raster");
  }
  for (const std::size_t mask : masks) shapes[mask] = {1, 2, raster->height, raster->width};
  return shapes;
}

/// What the chain itself takes of the outputs: `mask` [1,2,h,w], `picture` [1,9], `attribution`
/// [1,1,h,w], `distance` [1,1], a joint network's `logit` [1,1].
void check_outputs(NetworkRole role, const NetworkSpec& spec, const std::string& where) {
  const auto check_image = [&](const NetworkOutput& output, std::int64_t channels) {
    const auto& shape = output.shape;
    if (shape.size() != 4 || shape[0] != 1 || shape[1] != channels) {
      throw bad_manifest(
          fmt::format("{}/outputs/{}", where, output.name),
          fmt::format("is [{}]; expected [1,{},h,w]", fmt::join(shape, ","), channels));
    }
  };
  const auto check_vector = [&](const NetworkOutput& output, std::int64_t length) {
    if (output.shape != std::vector<std::int64_t>{1, length}) {
      throw bad_manifest(
          fmt::format("{}/outputs/{}", where, output.name),
          fmt::format("is [{}]; expected [1,{}]", fmt::join(output.shape, ","), length));
    }
  };
  bool has_mask = false;
  bool has_logit = false;
  for (const NetworkOutput& output : spec.outputs) {
    if (role == NetworkRole::lungs && output.name == "mask") {
      check_image(output, 2);
      has_mask = true;
    }
    if (role == NetworkRole::lungs && output.name == "picture")
      check_vector(output, kPictureClasses);
    if (role == NetworkRole::severity && output.name == "attribution") check_image(output, 1);
    if (role == NetworkRole::severity && output.name == "distance") check_vector(output, 1);
    has_logit |= output.name == "logit" && output.shape == std::vector<std::int64_t>{1, 1};
  }
  if (role == NetworkRole::lungs && !has_mask) {
    throw bad_manifest(where + "/outputs/mask", "is missing; expected the shape [1,2,h,w]");
  }
  if (role == NetworkRole::fusion && !has_logit) {
    throw bad_manifest(where + "/outputs/logit", "is missing; expected the shape [1,1]");
  }
}

FileEntry read_file_entry(const OrderedJson& entry, const std::string& where) {
  return {.path = entry.at("path"), .sha256 = entry.at("sha256"), .where = where};
}

/// The files of a network, by kind; none is opened yet.
std::map<std::string, NetworkFileEntry> network_files(const OrderedJson& entries,
                                                      const std::string& where) {
  std::map<std::string, NetworkFileEntry> files;
  for (const auto& [kind, entry] : entries.items()) {
    const std::string at = fmt::format("{}/{}", where, kind);
    files[kind].file = read_file_entry(entry, at);
    if (entry.contains("weights")) {
      files[kind].weights = read_file_entry(entry.at("weights"), at + "/weights");
    }
  }
  return files;
}

NetworkRole read_role(const OrderedJson& text) {
  // The schema lets no other text pass.
  for (const NetworkRole role : {NetworkRole::lungs, NetworkRole::severity}) {
    if (text == to_string(role)) return role;
  }
  return NetworkRole::fusion;
}

}  // namespace

std::vector<FileEntry> NetworkFileEntry::parts() const {
  std::vector<FileEntry> all = {file};
  if (weights) all.push_back(*weights);
  return all;
}

std::string_view to_string(NetworkRole role) noexcept {
  switch (role) {
    case NetworkRole::lungs:
      return "lungs";
    case NetworkRole::severity:
      return "severity";
    case NetworkRole::fusion:
      break;
  }
  return "fusion";
}

const BundleNetwork* network_of(const std::vector<BundleNetwork>& networks, NetworkRole role) {
  const auto found = std::ranges::find(networks, role, &BundleNetwork::role);
  return found == networks.end() ? nullptr : &*found;
}

Plans read_plans(const OrderedJson& manifest) {
  Plans plans;
  for (const auto& [name, operations] : manifest.at("plans").items()) {
    try {
      plans.emplace(name, Plan::parse_json(operations.dump()));
    } catch (const Error& error) {
      throw bad_manifest("/plans/" + name, fmt::format("is no plan: {}", error.what()));
    }
  }
  return plans;
}

std::vector<NetworkEntry> read_networks(const OrderedJson& manifest, const Plans& plans) {
  std::vector<NetworkEntry> networks;
  for (const OrderedJson& entry : manifest.at("networks")) {
    const std::string where = fmt::format("/networks/{}", networks.size());
    BundleNetwork network;
    network.role = read_role(entry.at("role"));
    const auto same_role = [&](const NetworkEntry& other) {
      return other.network.role == network.role;
    };
    if (std::ranges::any_of(networks, same_role)) {
      throw bad_manifest(
          where + "/role",
          fmt::format("is \"{}\" again; expected one network a role", to_string(network.role)));
    }
    for (const OrderedJson& input : entry.at("inputs")) {
      network.inputs.push_back(read_source(
          input, network.role, plans, fmt::format("{}/inputs/{}", where, network.inputs.size())));
    }
    network.spec.role = to_string(network.role);
    for (const auto& [name, shape] : entry.at("outputs").items())
      network.spec.outputs.push_back({name, shape});
    network.spec.input_shapes = input_shapes(manifest, network, where);
    check_outputs(network.role, network.spec, where);
    networks.push_back(
        {std::move(network), network_files(entry.at("files"), where + "/files"), where});
  }

  const bool finds_lungs = std::ranges::any_of(
      networks, [](const NetworkEntry& entry) { return entry.network.role == NetworkRole::lungs; });
  for (std::size_t i = 0; i < networks.size() && !finds_lungs; ++i) {
    const auto& inputs = networks[i].network.inputs;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const auto* plan = std::get_if<PlanSource>(&inputs[k]);
      if (std::holds_alternative<LungMaskSource>(inputs[k]) ||
          (plan != nullptr && plan->plan.needs_lung_box())) {
        throw bad_manifest(
            fmt::format("/networks/{}/inputs/{}", i, k),
            fmt::format("is {}, which needs the lungs; expected a network of role \"lungs\"",
                        manifest.at("networks").at(i).at("inputs").at(k).dump()));
      }
    }
  }
  std::ranges::sort(networks, {}, [](const NetworkEntry& entry) { return entry.network.role; });
  return networks;
}

}  // namespace aicovid
