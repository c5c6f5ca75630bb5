#include <aicovid/gate.hpp>

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sstream>
#include <string>

using namespace aicovid;

namespace {

const std::string kFile = AICOVID_SOURCE_DIR "/docs/gate.md";
constexpr std::string_view kBegin = "| Code | It | Meaning | Read from | Expected |\n";

std::string document() {
  const std::ifstream file(kFile);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string table() {
  std::string text(kBegin);
  text += "|---|---|---|---|---|\n";
  for (const GateCode& code : gate_codes()) {
    text +=
        fmt::format("| `{}` | {} | {} | {} | {} |\n", code.code, code.refuses ? "refuses" : "flags",
                    code.meaning, code.read_from, code.expected);
  }
  return text + "\n";
}

/// The document with its table replaced.
std::string expected(const std::string& text) {
  const auto begin = text.find(kBegin);
  REQUIRE(begin != std::string::npos);
  const auto end = text.find("\n\n", begin);
  REQUIRE(end != std::string::npos);
  return text.substr(0, begin) + table() + text.substr(end + 2);
}

}  // namespace

TEST_CASE("Gate: every code says where it is read from and what passes", "[core]") {
  for (const GateCode& code : gate_codes()) {
    CAPTURE(code.code);
    CHECK_FALSE(code.read_from.empty());
    CHECK_FALSE(code.expected.empty());
  }
}

TEST_CASE("Gate: docs/gate.md holds the table of all codes", "[core]") {
  const std::string text = document();
  CHECK(text == expected(text));
}

TEST_CASE("Gate: rewrite the table of docs/gate.md", "[.][rewrite]") {
  const std::string text = expected(document());
  std::ofstream file(kFile);
  file << text;
  REQUIRE(file.good());
}
