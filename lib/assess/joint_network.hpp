#pragma once

#include "bundle/bundle.hpp"
#include "fusion/learned.hpp"

#include <aicovid/examination.hpp>

#include <span>
#include <vector>

namespace aicovid {

/// Whether the network takes anything of the image.
bool sees_image(const BundleNetwork& network);

/// What the network takes of an image, in the order of its inputs, those of a record empty. Nothing
/// of an image without lungs.
/// @throws Error{corrupt} if the examination lacks an output that the network takes, or has it in
///         another shape
std::vector<Tensor> image_inputs(const BundleNetwork& network, const Examination& examination);

/// Runs the network with a record's values in the places of its inputs that are empty. Refers to
/// the network.
///
/// @param inputs  of the image, as `image_inputs` gives them; none without an image, if the network
///                sees none
NetworkLogit joint_logit(const BundleNetwork& network, std::span<const Tensor> inputs);

}  // namespace aicovid
