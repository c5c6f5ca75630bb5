#include "patients/ndjson.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace aicovid;

namespace {

std::size_t lines(const char* text) { return ndjson_lines(text).size(); }

}  // namespace

TEST_CASE("NDJSON: lines are numbered as they stand, without blank ones and their ends",
          "[clinical]") {
  const auto found = ndjson_lines("\n{\"a\": 1}\r\n  \n {}\t\n{}");
  REQUIRE(found.size() == 3);
  CHECK(found[0].number == 2);
  CHECK(found[0].text == "{\"a\": 1}");
  CHECK(found[1].number == 4);
  CHECK(found[1].text == "{}");
  CHECK(found[2].number == 5);
}

TEST_CASE("NDJSON: one JSON object is none, however it is written", "[clinical]") {
  CHECK(lines("") == 0);
  CHECK(lines("{}") == 0);
  CHECK(lines("{}\n\n") == 0);
  CHECK(lines("{\n  \"a\": 1\n}\n") == 0);
  CHECK(lines("{\"a\":\n{\"b\":\n{}}}") == 0);
  CHECK(lines("[\n{}\n]") == 0);
  CHECK(lines("sex,gcs\nmale,15") == 0);
}

TEST_CASE("NDJSON: a line that is wrong does not hide that the others are lines", "[clinical]") {
  CHECK(lines("{\"a\": \n{}\n{}") == 3);
  CHECK(lines("{}\nwrong\n{}") == 3);
}
