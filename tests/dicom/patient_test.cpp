#include "patient.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace aicovid;
using namespace aicovid::dicom;

TEST_CASE("Patient: the age is read in its unit", "[dicom]") {
  CHECK(age_years_of("064Y") == 64.0);
  CHECK(age_years_of(" 81 ") == 81.0);
  CHECK(age_years_of("018M") == 1.0);
  CHECK(age_years_of("052W") == 1.0);
  CHECK(age_years_of("003D") == 0.0);
}

TEST_CASE("Patient: what is no age is none", "[dicom]") {
  for (const char* text : {"", "Y", "abcY", "-05Y", "064X", "999Y", "6 4Y"}) {
    INFO(text);
    CHECK_FALSE(age_years_of(text).has_value());
  }
}

TEST_CASE("Patient: the age follows from birth and study dates", "[dicom]") {
  CHECK(age_years_between("19400305", "20040826") == 64.0);
  CHECK(age_years_between("1940.03.05", "20040826") == 64.0);
  CHECK(age_years_between("19400305", "20040305") == 64.0);
  CHECK(age_years_between("19400305", "20040304") == 63.0);
  CHECK(age_years_between("20200229", "20210228") == 0.0);
  CHECK(age_years_between("20200229", "20210301") == 1.0);
  CHECK(age_years_between("20200229", "20200229") == 0.0);
  CHECK_FALSE(age_years_between("20040826", "19400305").has_value());
  CHECK_FALSE(age_years_between("19401305", "20040826").has_value());
  CHECK_FALSE(age_years_between("", "20040826").has_value());
}

TEST_CASE("Patient: sex is F, M or not known", "[dicom]") {
  CHECK(sex_of("F ") == Sex::female);
  CHECK(sex_of("m") == Sex::male);
  CHECK_FALSE(sex_of("O").has_value());
  CHECK_FALSE(sex_of("").has_value());
}
