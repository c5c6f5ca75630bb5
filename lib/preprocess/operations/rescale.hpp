#pragma once

#include "../image_facts.hpp"
#include "../program.hpp"

#include <string_view>

namespace aicovid {

/// `rescale` {"from": [a, b], "to": [c, d]}: x -> (x - a) / (b - a) * (d - c) + c, from left to
/// right. Nothing is clipped. Double before the resize, float32 after it.
struct Rescale {
  static constexpr std::string_view kName = "rescale";
  PointFunction<double> function;

  template <typename Members>
  static Rescale parse(const Members& members) {
    members.allow({"from", "to"});
    const auto from = members.pair("from");
    const auto to = members.pair("to");
    if (static_cast<float>(from[0]) == static_cast<float>(from[1]) ||
        static_cast<float>(from[1] - from[0]) == 0) {
      members.fail("from", "two numbers that differ in float32");
    }
    return {.function = {.subtract = from[0],
                         .divide = from[1] - from[0],
                         .multiply = to[1] - to[0],
                         .add = to[0]}};
  }
  void update(ImageFacts& image) const {
    image.greatest_number = function.greatest_result(image.greatest_number);
    image.in_zero_to_one = false;
  }
  template <typename Writer>
  void write(Writer& program) const {
    program.add(Points{{&function, 1}});
  }
};

}  // namespace aicovid
