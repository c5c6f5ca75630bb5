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
constexpr std::string_view kRecordPrefix = "record:";
/// The roles, in the order in which their networks run.
constexpr std::array<std::string_view, 3> kRoles = {"lungs", "severity", "fusion"};

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

/// Where an input comes from, checked against the network's role.
void check_source(const BundleNetwork& network, std::string_view input, const std::string& at) {
  if (input.starts_with(kPlanPrefix)) return;
  const bool of_fusion = input.starts_with(kSeverityPrefix) || input.starts_with(kRecordPrefix);
  if (of_fusion && network.role != "fusion") {
    throw bad_manifest(at, fmt::format("is \"{}\"; expected such an input in a network of role "
                                       "\"fusion\" alone",
                                       input));
  }
  if (!of_fusion && network.role == "lungs") {
    throw bad_manifest(at, "is the mask that this network makes; expected a plan");
  }
}

Plan::Shape plan_shape(const BundleNetwork& network, std::string_view input, const Plans& plans,
                       const std::string& at) {
  const auto plan = plans.find(input.substr(kPlanPrefix.size()));
  if (plan == plans.end()) {
    std::vector<std::string> known;
    for (const auto& [name, unused] : plans) known.push_back(name);
    throw bad_manifest(
        at, fmt::format("is \"{}\"; expected a plan of /plans: {}", input, fmt::join(known, ", ")));
  }
  if (plan->second.needs_lung_box() && network.role == "lungs") {
    throw bad_manifest(
        at, "crops to the lungs, which this network is to find; expected a plan without lung_crop");
  }
  return plan->second.output_shape();
}

/// The shapes of a network's inputs. A mask comes on the raster of the plan beside it.
std::vector<std::vector<std::int64_t>> input_shapes(const OrderedJson& manifest,
                                                    const BundleNetwork& network,
                                                    const Plans& plans, const std::string& where) {
  std::optional<Plan::Shape> raster;
  std::vector<std::vector<std::int64_t>> shapes;
  std::vector<std::size_t> masks;
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    const std::string_view input = network.inputs[i];
    const std::string at = fmt::format("{}/inputs/{}", where, i);
    check_source(network, input, at);
    if (input.starts_with(kSeverityPrefix)) {
      shapes.push_back(severity_shape(manifest, input.substr(kSeverityPrefix.size()), at));
    } else if (input.starts_with(kRecordPrefix)) {
      shapes.push_back({1, record_inputs(manifest, at)});
    } else if (!input.starts_with(kPlanPrefix)) {
      masks.push_back(i);
      shapes.emplace_back();
    } else {
      const Plan::Shape shape = plan_shape(network, input, plans, at);
      if (raster && (raster->height != shape.height || raster->width != shape.width)) {
        throw bad_manifest(
            at, fmt::format("is {} x {}; expected the raster of the plan before it, {} x {}",
                            shape.height, shape.width, raster->height, raster->width));
      }
      raster = shape;
      shapes.push_back({1, shape.channels, shape.height, shape.width});
    }
  }
  if (!raster && (!masks.empty() || network.role != "fusion")) {
    throw bad_manifest(where + "/inputs",
                       "has no plan; expected one, as the mask takes its raster");
  }
  for (const std::size_t mask : masks) shapes[mask] = {1, 2, raster->height, raster->width};
  return shapes;
}

/// What the chain itself takes of the outputs: `mask` [1,2,h,w], `picture` [1,9], `attribution`
/// [1,1,h,w], `distance` [1,1], a joint network's `logit` [1,1].
void check_outputs(const NetworkSpec& spec, const std::string& where) {
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
    if (spec.role == "lungs" && output.name == "mask") {
      check_image(output, 2);
      has_mask = true;
    }
    if (spec.role == "lungs" && output.name == "picture") check_vector(output, kPictureClasses);
    if (spec.role == "severity" && output.name == "attribution") check_image(output, 1);
    if (spec.role == "severity" && output.name == "distance") check_vector(output, 1);
    has_logit |= output.name == "logit" && output.shape == std::vector<std::int64_t>{1, 1};
  }
  if (spec.role == "lungs" && !has_mask) {
    throw bad_manifest(where + "/outputs/mask", "is missing; expected the shape [1,2,h,w]");
  }
  if (spec.role == "fusion" && !has_logit) {
    throw bad_manifest(where + "/outputs/logit", "is missing; expected the shape [1,1]");
  }
}

std::vector<std::byte> read_network_files(const OrderedJson& entries, const std::string& where,
                                          BundleFiles& files, const std::string& backend) {
  if (!entries.contains(backend)) {
    throw bad_manifest(fmt::format("{}/{}", where, backend),
                       fmt::format("is missing; the network has files for {}",
                                   fmt::join(names_of(entries), ", ")));
  }
  std::vector<std::byte> wanted;
  for (const auto& [engine, entry] : entries.items()) {
    auto bytes = files.read({.path = entry.at("path"),
                             .sha256 = entry.at("sha256"),
                             .where = fmt::format("{}/{}", where, engine)});
    if (engine == backend) wanted = std::move(bytes);
  }
  return wanted;
}

}  // namespace

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

std::vector<NetworkEntry> read_networks(const OrderedJson& manifest, const Plans& plans,
                                        BundleFiles& files, const std::string& backend) {
  std::vector<NetworkEntry> networks;
  std::vector<std::string> places;
  for (const OrderedJson& entry : manifest.at("networks")) {
    const std::string where = fmt::format("/networks/{}", networks.size());
    BundleNetwork network;
    network.role = entry.at("role");
    network.inputs = entry.at("inputs");
    const auto same_role = [&](const NetworkEntry& other) {
      return other.network.role == network.role;
    };
    if (std::ranges::any_of(networks, same_role)) {
      throw bad_manifest(where + "/role",
                         fmt::format("is \"{}\" again; expected one network a role", network.role));
    }
    network.spec.role = network.role;
    for (const auto& [name, shape] : entry.at("outputs").items())
      network.spec.outputs.push_back({name, shape});
    network.spec.input_shapes = input_shapes(manifest, network, plans, where);
    check_outputs(network.spec, where);
    auto file = read_network_files(entry.at("files"), where + "/files", files, backend);
    networks.push_back({std::move(network), std::move(file)});
    places.push_back(where);
  }

  const bool finds_lungs = std::ranges::any_of(
      networks, [](const NetworkEntry& entry) { return entry.network.role == "lungs"; });
  for (std::size_t i = 0; i < networks.size() && !finds_lungs; ++i) {
    const auto& inputs = networks[i].network.inputs;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const std::string_view input = inputs[k];
      const bool is_plan = input.starts_with(kPlanPrefix);
      const bool crops =
          is_plan && plans.find(input.substr(kPlanPrefix.size()))->second.needs_lung_box();
      if (crops || input.starts_with("mask:")) {
        throw bad_manifest(
            fmt::format("{}/inputs/{}", places[i], k),
            fmt::format("is \"{}\", which needs the lungs; expected a network of role \"lungs\"",
                        input));
      }
    }
  }
  std::ranges::sort(networks, {}, [](const NetworkEntry& entry) {
    return std::ranges::find(kRoles, entry.network.role) - kRoles.begin();
  });
  return networks;
}

}  // namespace aicovid
