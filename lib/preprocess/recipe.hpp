#pragma once

#include "image_facts.hpp"
#include "operations.hpp"

#include <string_view>
#include <vector>

namespace aicovid {

/// The operations of a plan, checked and in order.
struct Recipe {
  std::vector<Operation> operations;
  ImageFacts image;  ///< after the last of them
};

/// Reads a recipe.
///
/// @throws Error{invalid_argument} naming the operation's index, the member and what was expected
Recipe parse_recipe(std::string_view json);

}  // namespace aicovid
