#include "network_data.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using namespace aicovid::testing;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("Engines: one table, and an unknown name says what there is", "[network]") {
  REQUIRE(engines().size() == 2);
  CHECK(engine_named("openvino").library == "OpenVINO");
  try {
    engine_named("abacus");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
    CHECK(std::string(error.what()) ==
          "backend is 'abacus'; expected auto, torchscript or openvino");
  }
}

TEST_CASE("Engines: their versions are known without opening them", "[network]") {
  const auto components = engine_components();
  REQUIRE(components.size() == 2);
  CHECK(components[0].name == "LibTorch");
  CHECK(components[1].name == "OpenVINO");
  for (std::size_t i = 0; i < components.size(); ++i) {
    const bool built = !engines()[i].built_with.empty();
    CHECK(is_installed(engines()[i]) == built);
    CHECK(components[i].version == (built ? engines()[i].built_with : "not built"));
  }
}

TEST_CASE("Engines: one that is not installed is named with its module", "[network]") {
  const Engine absent{.name = "absent",
                      .library = "LibAbsent",
                      .extra = "absent",
                      .files = {},
                      .module = "libaicovid_absent.so",
                      .libraries = {},
                      .cuda = false,
                      .built_with = "1.2.3"};
  CHECK_FALSE(is_installed(absent));
  try {
    load_network(absent, {}, kRow);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unsupported);
    CHECK_THAT(error.what(), ContainsSubstring("libaicovid_absent.so is not beside the library") &&
                                 ContainsSubstring("LibAbsent"));
  }
}
