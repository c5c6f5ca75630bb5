#include "core/sha256.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string_view>

// Expected values: FIPS 180-4 examples, as NIST publishes them.
TEST_CASE("SHA-256: the examples of the standard", "[core]") {
  const auto of = [](std::string_view text) {
    return aicovid::sha256(std::as_bytes(std::span(text)));
  };
  CHECK(of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}
