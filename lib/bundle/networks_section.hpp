#pragma once

#include "bundle/bundle.hpp"
#include "bundle_files.hpp"
#include "manifest_schema.hpp"

namespace aicovid {

/// A network of the manifest, its files checked, not loaded yet.
struct NetworkEntry {
  BundleNetwork network;        ///< without `network.network`
  std::vector<std::byte> file;  ///< the file of the engine that was asked for
};

using Plans = std::map<std::string, Plan, std::less<>>;

/// The manifest's section `plans`.
/// @throws Error{bad_bundle} naming the plan, the operation and what was expected
Plans read_plans(const OrderedJson& manifest);

/// The manifest's section `networks`, in the order in which they run: lungs, severity, fusion.
/// Reads and checks all their files.
///
/// @throws Error{bad_bundle} naming the JSON path: a role twice, an unknown plan, a mask without a
/// network that
///         makes it, an output of a shape that its use excludes, no file for the engine
std::vector<NetworkEntry> read_networks(const OrderedJson& manifest, const Plans& plans,
                                        BundleFiles& files, const std::string& backend);

}  // namespace aicovid
