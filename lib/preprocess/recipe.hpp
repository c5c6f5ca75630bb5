#pragma once

#include "image_facts.hpp"
#include "operations.hpp"

#include <string_view>
#include <vector>

namespace aicovid {

/// A plan as it was written, checked and in order.
struct Recipe {
  std::vector<Operation> operations;
  ImageFacts image;  ///< after the last of them
};

/// @throws Error{invalid_argument} naming the operation's index, the member and what was expected
Recipe parse_recipe(std::string_view json);

}  // namespace aicovid
