#pragma once

#include "manifest.hpp"

#include "findings/config.hpp"
#include "network/network.hpp"

namespace aicovid {

/// The manifest's section `findings`.
///
/// @param severity  the severity network, or null if the bundle has none
/// @throws Error{bad_bundle} naming the JSON path if it asks for an output that is not there or has
/// another shape
FindingsConfig read_findings(const OrderedJson& manifest, BundleFiles& files,
                             const NetworkSpec* severity);

/// The manifest's section `gate`.
///
/// @throws as `read_findings`
PixelGateConfig read_gate(const OrderedJson& manifest, const NetworkSpec* severity);

}  // namespace aicovid
