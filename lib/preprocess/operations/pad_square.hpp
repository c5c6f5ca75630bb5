#pragma once

#include "../image_facts.hpp"
#include "../program.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace aicovid {

/// `pad_square` {"value": 0}: the square of side max(height, width) about the region; outside is
/// the number `value`, which goes through the later operations like any grey.
struct PadSquare {
  static constexpr std::string_view kName = "pad_square";
  double value = 0;

  template <typename Members>
  static PadSquare parse(const Members& members) {
    members.allow({"value"});
    return {.value = members.number("value", 0)};
  }
  void update(ImageFacts& image) const {
    image.greatest_number = std::max(image.greatest_number, std::abs(value));
  }
  template <typename Writer>
  void write(Writer& program) const {
    program.pad_to_square();
    program.add(Background{value});
  }
};

}  // namespace aicovid
