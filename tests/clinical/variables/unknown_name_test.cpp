#include "variables/unknown_name.hpp"
#include "rejection.hpp"
#include "variables/variables.hpp"

#include <aicovid/clinical_record.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string rejection(std::string_view name) {
  return rejection_of([&] { reject_unknown_name("member 3", name, {}); });
}

}  // namespace

TEST_CASE("Unknown name: a person's is never repeated, its place is told", "[clinical]") {
  const std::string name =
      GENERATE("anna_schmidt", "anna", "smith", "page", "Jane Doe", "born_1951", "mrn48213377", "",
               "Ärger", "x", "cope", "rex", "sage", "gough");
  const std::string message = rejection(name);
  INFO(message);
  CHECK_THAT(message, ContainsSubstring("member 3: (unlisted name) is no clinical variable"));
  // "x" is in "expected"; the text around it has no name that this finds.
  if (name.size() > 1) CHECK_THAT(message, !ContainsSubstring(name));
  CHECK(printable_name("member 3", name) == "member 3: (unlisted name)");
  CHECK(printable_member(name) == "(unlisted name)");
}

TEST_CASE("Unknown name: what is made of clinical words is repeated", "[clinical]") {
  for (const char* name : {"blood_pressure", "sodium", "respiratory_pressure", "sodium_rate"}) {
    CHECK_THAT(rejection(name), ContainsSubstring(std::string("member 3: ") + name + " is no"));
  }
  for (const char* name :
       {"blood_pressure_anna", "_", "blood_", "white", "cell", "Sodium", "sodium 140"}) {
    CHECK_THAT(rejection(name), ContainsSubstring("member 3: (unlisted name) is no"));
  }
}

TEST_CASE("Unknown name: a listed one is shown", "[clinical]") {
  for (const Variable& variable : variables()) {
    CHECK(printable_name("member 3", variable.name) == variable.name);
  }
  for (const char* member : {"value", "unit", "comparator", "time"}) {
    CHECK(printable_member(member) == member);
  }
}

TEST_CASE("Unknown name: the variable that a slip of the pen leads to is named", "[clinical]") {
  struct Slip {
    const char* written;
    const char* meant;
  };
  const auto [written, meant] =
      GENERATE(Slip{"CRP", "crp"}, Slip{"crpp", "crp"}, Slip{"lymphocyte", "lymphocytes"},
               Slip{"respiratoryrate", "respiratory_rate"}, Slip{"ddimer", "d_dimer"},
               Slip{"dyspnea", "dyspnoea"}, Slip{"leucocytes", "leukocytes"},
               Slip{"Spo2_roomair", "spo2_room_air"}, Slip{"ferrtin", "ferritin"});
  CHECK_THAT(rejection(written), ContainsSubstring("(did you mean " + std::string(meant) + "?)"));
}

TEST_CASE("Unknown name: three slips, or half of a short name, are no likeness", "[clinical]") {
  for (const char* name : {"lymphocy", "gxx", "p", "pp", "c", "ana", "ben", "white_cells"}) {
    INFO(name);
    CHECK_THAT(rejection(name), !ContainsSubstring("did you mean"));
  }
}

TEST_CASE("Unknown name: no part of a record repeats it", "[clinical]") {
  for (const char* text :
       {R"({"schmidt": 1})", R"({"crp": {"value": 1, "unit": "mg/L", "schmidt": 1}})",
        R"({"crp": {"value": 1, "unit": "schmidt"}})", R"({"sex": "schmidt"})",
        R"({"crp": {"value": 1, "unit": "mg/L", "comparator": "schmidt"}})",
        R"({"crp": {"value": 1, "unit": "mg/L", "time": "schmidt"}})",
        R"({"schmidt": 1, "schmidt": 1})", R"({"sex": {"schmidt": 1, "schmidt": 1}})",
        R"({"schmidt": 1e999})", R"({"sex": {"value": {"schmidt": [1e999]}}})", "schmidt\n4\n",
        "schmidt [mg/L]\n4\n", "schmidt,schmidt\n4,4\n", "sex\nschmidt\n", "crp [schmidt]\n4\n",
        "crp [mg/L]\nschmidt\n", "crp [mg/L\nschmidt\n",
        R"({"resourceType": "Bundle", "schmidt": 1, "schmidt": 2})"}) {
    const std::string message = rejection_of([&] { parse_clinical(text); });
    INFO(text);
    CHECK(!message.empty());
    CHECK_THAT(message, !ContainsSubstring("schmidt"));
  }
}
