#pragma once

#include "bundle/bundle.hpp"

#include <aicovid/device.hpp>
#include <aicovid/findings.hpp>
#include <aicovid/gate.hpp>
#include <aicovid/radiograph.hpp>

#include <optional>
#include <vector>

namespace aicovid {

/// What the networks have said so far, while one image goes through them.
struct Chain {
  ImageFindings findings;
  std::optional<Rectangle> lung_box;
  std::vector<GateReason> reasons;  ///< of the pixel gate
  double preprocess_ms = 0;
  double infer_ms = 0;
};

/// What the bundle says against this radiograph before a network runs: modality, view, number of
/// pixels.
std::vector<GateReason> bundle_gate(const Bundle& bundle, const Radiograph& radiograph);

/// Runs the bundle's networks in their order; stops after the mask where it shows no lungs.
///
/// On a CUDA device the stored values are uploaded once, and every network's input is made of them
/// there; `preprocess_ms` is then the time of uploading and enqueueing, and the wait is in
/// `infer_ms`.
Chain run_networks(const Bundle& bundle, const Radiograph& radiograph, const Device& device);

}  // namespace aicovid
