#include "acquisition_time.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace aicovid;
using namespace aicovid::dicom;
using namespace std::chrono;

namespace {

constexpr sys_seconds kTenOClock = sys_days(2020y / April / 1) + 10h;

}  // namespace

TEST_CASE("Acquisition time: date, time and zone give a moment", "[dicom]") {
  const auto found = acquisition_time_of(
      {.acquisition_date = "20200401", .acquisition_time = "120000.125", .zone = "+0200"});
  REQUIRE(found);
  CHECK(found->earliest == kTenOClock);
  CHECK(found->latest == kTenOClock);
  const auto west =
      acquisition_time_of({.study_date = "20200401", .study_time = "0500", .zone = "-0500"});
  REQUIRE(west);
  CHECK(west->earliest == kTenOClock);
  CHECK(west->latest == kTenOClock + 1min);
}

TEST_CASE("Acquisition time: a date-time comes first, with its own zone", "[dicom]") {
  const auto found = acquisition_time_of({.acquisition_date_time = "20200401113000.000000+0130",
                                          .acquisition_date = "20200501",
                                          .zone = "-0800"});
  REQUIRE(found);
  CHECK(found->earliest == kTenOClock);
  CHECK(found->latest == kTenOClock);
  const auto with_header_zone =
      acquisition_time_of({.acquisition_date_time = "20200401020000", .zone = "-0800"});
  REQUIRE(with_header_zone);
  CHECK(with_header_zone->earliest == kTenOClock);
}

TEST_CASE("Acquisition time: without a zone it may be that of any", "[dicom]") {
  const auto found = acquisition_time_of({.study_date = "20200401", .study_time = "100000"});
  REQUIRE(found);
  CHECK(found->earliest == kTenOClock - 14h);
  CHECK(found->latest == kTenOClock + 12h);
}

TEST_CASE("Acquisition time: without a time of day it may be any of the day", "[dicom]") {
  const auto found = acquisition_time_of({.study_date = "20200401", .zone = "+0000"});
  REQUIRE(found);
  CHECK(found->earliest == sys_days(2020y / April / 1));
  CHECK(found->latest == sys_days(2020y / April / 2));
}

TEST_CASE("Acquisition time: the study's comes before the content's", "[dicom]") {
  const auto found = acquisition_time_of({.content_date = "19950926",
                                          .content_time = "100000",
                                          .study_date = "20200401",
                                          .study_time = "100000",
                                          .zone = "+0000"});
  REQUIRE(found);
  CHECK(found->earliest == kTenOClock);
}

TEST_CASE("Acquisition time: what is no date is none", "[dicom]") {
  const char* date = GENERATE("", "2020", "20201301", "20200230", "2020-04-01", "abcdefgh");
  INFO(date);
  CHECK_FALSE(acquisition_time_of({.acquisition_date_time = date, .study_date = date}).has_value());
}
