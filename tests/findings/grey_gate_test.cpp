#include "findings/grey_gate.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using aicovid::GateReason;
using aicovid::GreyStatistics;

namespace {

/// These are the statistics of an unremarkable radiograph.
constexpr GreyStatistics kUsual{
    .content = {0, 0, 10, 10}, .border = 0, .steps = 200, .black = 0.05, .white = 0};

std::vector<std::string> codes(const GreyStatistics& grey) {
  std::vector<std::string> found;
  for (const GateReason& reason : aicovid::grey_gate(grey)) found.push_back(reason.code);
  return found;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("Grey gate: an unremarkable radiograph passes", "[findings]") {
  CHECK(codes(kUsual).empty());
}

TEST_CASE("Grey gate: each limit flags, with what was found", "[findings]") {
  GreyStatistics grey = kUsual;
  grey.steps = 31;
  CHECK(aicovid::grey_gate(grey) ==
        std::vector<GateReason>{{"blank", "", "31 grey values", "at least 32"}});
  grey = kUsual;
  grey.border = 0.21;
  CHECK(aicovid::grey_gate(grey) ==
        std::vector<GateReason>{{"letterboxed", "", "borders 0.21 of the image", "at most 0.2"}});
  grey = kUsual;
  grey.white = 0.06;
  CHECK(aicovid::grey_gate(grey) ==
        std::vector<GateReason>{{"saturated", "", "0.06 of the pixels are white", "at most 0.05"}});
  grey.black = 0.16;
  CHECK(codes(grey) == Codes{"saturated", "saturated"});
  for (const auto& reason : aicovid::grey_gate(grey))
    CHECK_FALSE(aicovid::gate_code(reason.code).refuses);
}

TEST_CASE("Grey gate: of a blank image nothing else is said", "[findings]") {
  CHECK(codes({.border = 1}) == Codes{"blank"});
}

TEST_CASE("Resolution gate: refuses below half of the raster, flags below the raster",
          "[findings]") {
  const auto code = [](int rows, int columns) {
    const auto reasons = aicovid::resolution_gate(rows, columns, 256);
    return reasons.empty() ? std::string() : reasons.front().code;
  };
  CHECK(code(127, 4000) == "too_few_pixels");
  CHECK(code(4000, 128) == "low_resolution");
  CHECK(code(255, 255) == "low_resolution");
  CHECK(code(256, 256).empty());
}
