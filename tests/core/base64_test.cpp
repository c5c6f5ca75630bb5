#include "core/base64.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace aicovid;

namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

}  // namespace

TEST_CASE("Base64: the vectors of RFC 4648", "[core]") {
  constexpr std::array<std::array<std::string_view, 2>, 7> vectors{{{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}}};
  for (const auto& [plain, coded] : vectors) {
    CAPTURE(plain);
    CHECK(to_base64(bytes_of(plain)) == coded);
    CHECK(from_base64(coded) == bytes_of(plain));
  }
}

TEST_CASE("Base64: any bytes come back", "[core]") {
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 200; ++size) {
    std::vector<std::byte> bytes(size);
    for (std::byte& one : bytes) one = std::byte(random() & 0xffU);
    REQUIRE(from_base64(to_base64(bytes)) == bytes);
  }
}

TEST_CASE("Base64: what is not written so is not read", "[core]") {
  for (const std::string_view text : {"Z", "Zg", "Zg=", "Zg==\n", " Zg==", "Zg= =", "Zh==", "Zm9=",
                                      "Z===", "====", "Zm9v====", "Zm-v", "Zm\xc3\xa9v"}) {
    CAPTURE(text);
    CHECK_FALSE(from_base64(text));
  }
}
