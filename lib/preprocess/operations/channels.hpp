#pragma once

#include "../image_facts.hpp"

#include <string_view>

namespace aicovid {

/// `channels` {"count": 3}: repeats the image.
struct Channels {
  static constexpr std::string_view kName = "channels";
  static constexpr int kMost = 64;  ///< a network's input has no more
  int count = 1;

  template <typename Members>
  static Channels parse(const Members& members) {
    members.allow({"count"});
    return {.count = members.integer("count", {}, kMost)};
  }
  void update(ImageFacts& image) const { image.channels = count; }
  template <typename Writer>
  void write(Writer& program) const {
    program.repeat(count);
  }
};

}  // namespace aicovid
