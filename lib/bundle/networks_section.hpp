#pragma once

#include "manifest.hpp"

#include "bundle/bundle.hpp"

namespace aicovid {

/// A file of a network; of formats that keep them apart, with its weights.
struct NetworkFileEntry {
  FileEntry file;
  std::optional<FileEntry> weights;

  std::vector<FileEntry> parts() const;
};

/// A network of the manifest, not loaded yet.
struct NetworkEntry {
  BundleNetwork network;                          ///< without `network.network`
  std::map<std::string, NetworkFileEntry> files;  ///< by kind: "torchscript", "onnx"
  std::string where;                              ///< its JSON path
};

using Plans = std::map<std::string, Plan, std::less<>>;

/// The manifest's section `plans`.
/// @throws Error{bad_bundle} naming the plan, the operation and what was expected
Plans read_plans(const OrderedJson& manifest);

/// The manifest's section `networks`, in the order in which they run: lungs, severity, fusion.
/// Opens none of their files.
///
/// @throws Error{bad_bundle} naming the JSON path: a role twice, an unknown plan, a mask without a
///         network that makes it, an output of a shape that its use excludes
std::vector<NetworkEntry> read_networks(const OrderedJson& manifest, const Plans& plans);

}  // namespace aicovid
