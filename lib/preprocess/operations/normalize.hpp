#pragma once

#include "../image_facts.hpp"
#include "../program.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace aicovid {

/// `normalize` {"mean": m, "std": s}: x -> (x - m) / s; after `channels`, a number for each channel
/// where the member is a list. Double before the resize, float32 after it.
struct Normalize {
  static constexpr std::string_view kName = "normalize";
  std::vector<PointFunction<double>> functions;  ///< one for all channels, or one a channel

  template <typename Members>
  static Normalize parse(const Members& members) {
    members.allow({"mean", "std"});
    const std::vector<double> mean = members.per_channel("mean");
    const std::vector<double> deviation = members.per_channel("std");
    for (const double value : deviation) {
      if (!(static_cast<float>(value) > 0)) members.fail("std", "a number above 0 in float32");
    }
    Normalize result;
    result.functions.resize(mean.size() > deviation.size() ? mean.size() : deviation.size());
    for (std::size_t i = 0; i < result.functions.size(); ++i) {
      result.functions[i].subtract = mean.size() == 1 ? mean[0] : mean[i];
      result.functions[i].divide = deviation.size() == 1 ? deviation[0] : deviation[i];
    }
    return result;
  }
  void update(ImageFacts& image) const {
    double greatest = 0;
    for (const auto& function : functions)
      greatest = std::max(greatest, function.greatest_result(image.greatest_number));
    image.greatest_number = greatest;
    image.in_zero_to_one = false;
  }
  template <typename Writer>
  void write(Writer& program) const {
    program.add(Points{functions});
  }
};

}  // namespace aicovid
