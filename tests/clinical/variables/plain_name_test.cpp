#include "clinical/plain_name.hpp"
#include "variables/variables.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace aicovid;

TEST_CASE("Plain name: is an abbreviation as written, or the words of the name", "[clinical]") {
  CHECK(plain_name("crp") == "CRP");
  CHECK(plain_name("spo2") == "SpO₂");
  CHECK(plain_name("respiratory_rate") == "respiratory rate");
  CHECK(plain_name("systolic_bp") == "systolic blood pressure");
  CHECK(plain_name("urea") == "urea");
  CHECK(plain_names({}).empty());
  CHECK(plain_names({"sars_cov_2", "care_location"}) == "infection status, place of care");
}

TEST_CASE("Plain name: every variable has its own, without underscore", "[clinical]") {
  std::set<std::string> names;
  for (const Variable& variable : variables()) {
    const std::string name = plain_name(variable.name);
    INFO(name);
    CHECK(!name.empty());
    CHECK(name.find('_') == std::string::npos);
    CHECK(names.insert(name).second);
  }
}
