#pragma once

#include "findings/config.hpp"
#include "findings/picture.hpp"

#include <aicovid/findings.hpp>
#include <aicovid/gate.hpp>
#include <aicovid/tensor.hpp>

#include <optional>
#include <vector>

namespace aicovid {

/// What the lung network saw of one radiograph.
struct LungEvidence {
  const LungMask& mask;
  const Tensor& probabilities;     ///< the raw output `mask` [1,2,h,w]
  std::optional<Picture> picture;  ///< nothing where the network has no such output
};

/// What the lungs and the whole picture say against the image.
///
/// `no_lungs` (refuses) only where the network is unsure of the mask and the picture is another one
/// than a chest; of a network that does not judge the picture, where the mask is small and it is
/// unsure of it. Else `lung_field_uncertain` (flags) where one of them says so, where the lungs
/// are small, or one of them is small or missing: a white lung is a reason to score. No pixel in
/// the mask is no confidence. `lungs_cut_off` (flags) where a lung lies along an edge of the image;
/// `inverted` and `rotated` (flag) from the picture.
std::vector<GateReason> pixel_gate(const PixelGateConfig& config, const LungEvidence& evidence,
                                   int rows, int columns);

/// `out_of_distribution` (flags) where the severity network's features are further from those of
/// the chests that it was made from than nearly all of them are.
std::vector<GateReason> distance_gate(const PixelGateConfig& config, double distance);

}  // namespace aicovid
