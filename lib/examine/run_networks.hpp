#pragma once

#include "bundle/bundle.hpp"

#include <aicovid/device.hpp>
#include <aicovid/findings.hpp>
#include <aicovid/gate.hpp>
#include <aicovid/radiograph.hpp>

#include <exception>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace aicovid {

/// What the networks say of one image, and what their inputs were made of; each network adds to it.
struct NetworkResults {
  ImageFindings findings;
  std::optional<Rectangle> lung_box;
  std::vector<GateReason> reasons;         ///< of the pixel gate
  std::map<std::string, Tensor> severity;  ///< the severity network's outputs, by name
  /// The fusion network's inputs; empty tensors where a record's values go. Nothing without such a
  /// network, or without lungs.
  std::vector<Tensor> fusion_inputs;
  double preprocess_ms = 0;
  double infer_ms = 0;
};

/// Runs the bundle's networks on images, in the networks' order. As many images as the networks
/// were loaded for (`BundleOptions::batch`) share a forward pass. An image leaves after the mask
/// where that is empty, as there is nothing to score, and where it has an error, which touches no
/// other.
///
/// On a CUDA device the stored values are uploaded once, and every network's input is made of them
/// there; `preprocess_ms` is then the time of uploading and enqueueing, and the wait is in
/// `infer_ms`. The time of a forward pass is shared out evenly.
///
/// @return  for each image what was found, or why nothing was
std::vector<std::variant<NetworkResults, std::exception_ptr>> run_networks(
    const Bundle& bundle, std::span<const Radiograph> radiographs, const Device& device);

/// Does the same for one image.
/// @throws its error
NetworkResults run_networks(const Bundle& bundle, const Radiograph& radiograph,
                            const Device& device);

}  // namespace aicovid
