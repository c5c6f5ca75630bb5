#pragma once

#include "bundle/bundle.hpp"

#include <aicovid/examination.hpp>

#include <exception>
#include <span>
#include <variant>
#include <vector>

namespace aicovid {

struct ExamineOptions {
  bool force = false;       ///< go on where the gate refuses
  bool hash_pixels = true;  ///< false: `Examination::pixel_sha256` stays empty
};

/// Does all that needs the images: gate, lungs, severity. As many as the networks were loaded for
/// (`BundleOptions::batch`) share a forward pass.
///
/// @return       for each image its examination, or its error, which touches no other:
///               Error{invalid_argument} if the radiograph has no pixels and is not refused,
///               Error{bad_bundle} if a network fails
std::vector<std::variant<Examination, std::exception_ptr>> examine(
    const Bundle& bundle, std::span<const Radiograph> radiographs, const Device& device,
    const ExamineOptions& options);

}  // namespace aicovid
