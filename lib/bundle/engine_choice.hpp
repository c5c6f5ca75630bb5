#pragma once

#include "networks_section.hpp"

namespace aicovid {

/// The backend that leaves the choice to the bundle and what is installed.
inline constexpr std::string_view kAutoBackend = "auto";

/// The file of the network that the engine reads; null if there is none.
const NetworkFileEntry* file_for(const NetworkEntry& entry, const Engine& engine);

/// The engine that is to run these networks.
///
/// @param backend  an engine's name, or "auto": the first of the manifest's `engines` (else of all)
///                 that is installed, runs on the device, and has a file for each network
/// @throws Error{bad_bundle} if a network has no file for it; Error{unsupported} if it is not
///         installed, or, of auto, if no engine is; Error{device_unavailable} if it does not run on
///         the device
const Engine& choose_engine(const OrderedJson& manifest, const std::vector<NetworkEntry*>& networks,
                            std::string_view backend, const Device& device);

/// Reads the network's files and loads it.
void load_network_of(NetworkEntry& entry, const Engine& engine, const NetworkOptions& options,
                     BundleFiles& files);

}  // namespace aicovid
