#include "record/timestamp.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string_view>

using aicovid::parse_timestamp;

TEST_CASE("Timestamp: date and time with a zone are accepted", "[clinical]") {
  const std::string_view text =
      GENERATE("2020-04-01T10:00:00Z", "2020-04-01T10:00Z", "2020-04-01T10:00:00.125Z",
               "2020-02-29T23:59:60Z", "2020-04-01T10:00:00+02:00", "2020-04-01T10:00-11:30");
  INFO(text);
  CHECK(parse_timestamp(text));
}

TEST_CASE("Timestamp: a day that does not exist, a missing zone or other forms are rejected",
          "[clinical]") {
  const std::string_view text = GENERATE(
      "", "2020-04-01", "2020-04-01T10:00:00", "2020-04-01 10:00:00Z", "2021-02-29T10:00:00Z",
      "2020-13-01T10:00:00Z", "2020-04-31T10:00:00Z", "2020-04-01T24:00:00Z",
      "2020-04-01T10:60:00Z", "2020-04-01T10:00:61Z", "2020-04-01T10:00:00.Z",
      "2020-04-01T10:00:00Zulu", "2020-04-01T10:00:00+2", "2020-04-01T10:00:00+24:00",
      "20-04-01T10:00:00Z", "2020-04-01T1:00:00Z", "01/04/2020 10:00", "-020-04-01T10:00:00Z");
  INFO(text);
  CHECK_FALSE(parse_timestamp(text));
}
