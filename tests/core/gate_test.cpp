#include <aicovid/error.hpp>
#include <aicovid/gate.hpp>

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

using namespace aicovid;

TEST_CASE("Gate: the codes are unique, and refusing ones stand first", "[core]") {
  std::set<std::string_view> seen;
  bool flags = false;
  for (const GateCode& code : gate_codes()) {
    CHECK(seen.insert(code.code).second);
    CHECK_FALSE(code.meaning.empty());
    CHECK_FALSE((flags && code.refuses));
    flags |= !code.refuses;
  }
  CHECK(seen.size() >= 25);
  CHECK_THROWS_AS(gate_code("no such code"), Error);
}

TEST_CASE("Gate: one refusing reason decides, and only force overrules it", "[core]") {
  const GateReason flag{"missing_view", "0018,5101", "", "AP or PA"};
  const GateReason refusal{"lateral_view", "0018,5101", "LL", "AP or PA"};
  CHECK(verdict_of({}, false) == Verdict::accepted);
  CHECK(verdict_of({}, true) == Verdict::accepted);
  CHECK(verdict_of({flag}, false) == Verdict::flagged);
  CHECK(verdict_of({flag}, true) == Verdict::flagged);
  CHECK(verdict_of({flag, refusal}, false) == Verdict::refused);
  CHECK(verdict_of({flag, refusal}, true) == Verdict::forced);
}
