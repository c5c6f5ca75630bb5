#pragma once

#include "operations.hpp"

#include <string_view>
#include <vector>

namespace aicovid {

/// A plan as it was written, checked and in order.
struct Recipe {
  std::vector<Operation> operations;
  /// Of the output; the operations say so too.
  int height = 0;
  int width = 0;
  int channels = 1;
  bool needs_lung_box = false;
};

/// @throws Error{invalid_argument} naming the operation's index, the member and what was expected
Recipe parse_recipe(std::string_view json);

}  // namespace aicovid
