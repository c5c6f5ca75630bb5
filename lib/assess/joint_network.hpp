#pragma once

#include "bundle/bundle.hpp"
#include "fusion/learned.hpp"

#include <span>

namespace aicovid {

/// The bundle's network of role "fusion"; null if it has none.
const BundleNetwork* joint_network(const Bundle& bundle);

/// Whether the network takes anything of the image.
bool sees_image(const BundleNetwork& network);

/// Runs the network with a record's values in the places of its inputs that are empty. Refers to
/// the network.
///
/// @param inputs  of the image (Chain::joint_inputs); none without an image, if the network sees
///                none
NetworkLogit joint_logit(const BundleNetwork& network, std::span<const Tensor> inputs);

}  // namespace aicovid
