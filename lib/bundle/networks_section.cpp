#include "networks_section.hpp"

#include "findings/picture.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>

namespace aicovid {
namespace {

constexpr std::string_view kPlanPrefix = "plan:";

Error bad_manifest(const std::string& where, const std::string& reason) {
  return {ErrorCode::bad_bundle, fmt::format("manifest.json: {} {}", where, reason)};
}

std::vector<std::string> names_of(const OrderedJson& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

/// The shapes of a network's inputs. A mask comes on the raster of the plan beside it.
std::vector<std::vector<std::int64_t>> input_shapes(const BundleNetwork& network,
                                                    const Plans& plans, const std::string& where) {
  std::optional<Plan::Shape> raster;
  std::vector<std::optional<Plan::Shape>> shapes;  // nothing for a mask
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    const std::string_view input = network.inputs[i];
    const std::string at = fmt::format("{}/inputs/{}", where, i);
    if (!input.starts_with(kPlanPrefix)) {
      if (network.role == "lungs")
        throw bad_manifest(at, "is the mask that this network makes; expected a plan");
      shapes.emplace_back();
      continue;
    }
    const auto plan = plans.find(input.substr(kPlanPrefix.size()));
    if (plan == plans.end()) {
      std::vector<std::string> known;
      for (const auto& [name, unused] : plans) known.push_back(name);
      throw bad_manifest(at, fmt::format("is \"{}\"; expected a plan of /plans: {}", input,
                                         fmt::join(known, ", ")));
    }
    if (plan->second.needs_lung_box() && network.role == "lungs") {
      throw bad_manifest(
          at,
          "crops to the lungs, which this network is to find; expected a plan without lung_crop");
    }
    const Plan::Shape shape = plan->second.output_shape();
    if (raster && (raster->height != shape.height || raster->width != shape.width)) {
      throw bad_manifest(
          at, fmt::format("is {} x {}; expected the raster of the plan before it, {} x {}",
                          shape.height, shape.width, raster->height, raster->width));
    }
    raster = shape;
    shapes.emplace_back(shape);
  }
  if (!raster)
    throw bad_manifest(where + "/inputs",
                       "has no plan; expected one, as the mask takes its raster");

  std::vector<std::vector<std::int64_t>> result;
  for (const auto& shape : shapes) {
    result.push_back({1, shape ? shape->channels : 2, raster->height, raster->width});
  }
  return result;
}

/// What the chain itself takes of the outputs: `mask` [1,2,h,w], `picture` [1,9], `attribution`
/// [1,1,h,w], `distance` [1,1].
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
  for (const NetworkOutput& output : spec.outputs) {
    if (spec.role == "lungs" && output.name == "mask") {
      check_image(output, 2);
      has_mask = true;
    }
    if (spec.role == "lungs" && output.name == "picture") check_vector(output, kPictureClasses);
    if (spec.role == "severity" && output.name == "attribution") check_image(output, 1);
    if (spec.role == "severity" && output.name == "distance") check_vector(output, 1);
  }
  if (spec.role == "lungs" && !has_mask) {
    throw bad_manifest(where + "/outputs/mask", "is missing; expected the shape [1,2,h,w]");
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
    network.spec.input_shapes = input_shapes(network, plans, where);
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
      const bool is_mask = !input.starts_with(kPlanPrefix);
      if (is_mask || plans.find(input.substr(kPlanPrefix.size()))->second.needs_lung_box()) {
        throw bad_manifest(
            fmt::format("{}/inputs/{}", places[i], k),
            fmt::format("is \"{}\", which needs the lungs; expected a network of role \"lungs\"",
                        input));
      }
    }
  }
  // Not std::ranges: clang 14, which clang-tidy is made of, cannot compile libstdc++ 12's subrange.
  std::stable_partition(networks.begin(), networks.end(),
                        [](const NetworkEntry& entry) { return entry.network.role == "lungs"; });
  return networks;
}

}  // namespace aicovid
