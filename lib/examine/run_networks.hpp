#pragma once

#include "bundle/bundle.hpp"

#include <aicovid/device.hpp>
#include <aicovid/findings.hpp>
#include <aicovid/gate.hpp>
#include <aicovid/radiograph.hpp>

#include <map>
#include <optional>
#include <string>
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

/// Runs the bundle's networks of the image in their order; stops after the mask where it is empty,
/// as there is nothing to score.
///
/// On a CUDA device the stored values are uploaded once, and every network's input is made of them
/// there; `preprocess_ms` is then the time of uploading and enqueueing, and the wait is in
/// `infer_ms`.
NetworkResults run_networks(const Bundle& bundle, const Radiograph& radiograph,
                            const Device& device);

}  // namespace aicovid
