#include "clinical/bedside_state.hpp"
#include "rejection.hpp"

#include <aicovid/clinical_record.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

using namespace aicovid;
using Catch::Matchers::ContainsSubstring;

namespace {

using Json = nlohmann::json;

const std::string kEarly = "2020-04-01T08:00:00Z";
const std::string kLate = "2020-04-01T09:30:00Z";

ClinicalRecord record_of(const Json& values) { return ClinicalRecord::parse_json(values.dump()); }

Json at(const std::string& time, Json value) {
  return {{"value", std::move(value)}, {"time", time}};
}

Json quantity(const std::string& time, double value, const std::string& unit) {
  return {{"value", value}, {"unit", unit}, {"time", time}};
}

std::optional<bool> drowsy(const Json& values) { return not_alert(record_of(values)).answer; }

}  // namespace

TEST_CASE("Bedside state: a Glasgow Coma Scale of at most 10 is not alert", "[clinical]") {
  CHECK(drowsy({{"gcs", 15}}) == false);
  for (const int open : {11, 12, 13, 14}) CHECK_FALSE(drowsy({{"gcs", open}}).has_value());
  for (const int closed : {3, 8, 10}) CHECK(drowsy({{"gcs", closed}}) == true);
  CHECK(not_alert(record_of({{"gcs", 10}})).variable == "gcs");
  CHECK(drowsy({{"gcs", {{"value", 11}, {"comparator", "<"}}}}) == true);
  CHECK_FALSE(drowsy({{"gcs", {{"value", 11}, {"comparator", "<="}}}}).has_value());
}

TEST_CASE("Bedside state: eyes that do not open by themselves are not alert", "[clinical]") {
  for (const int eyes : {1, 2, 3}) CHECK(drowsy({{"gcs_eyes", eyes}}) == true);
  CHECK_FALSE(drowsy({{"gcs_eyes", 4}}).has_value());
  CHECK(drowsy({{"gcs", 13}, {"gcs_eyes", 3}}) == true);
  CHECK(not_alert(record_of({{"gcs", 13}, {"gcs_eyes", 3}})).variable == "gcs_eyes");
  CHECK_FALSE(drowsy({{"gcs", 14}, {"gcs_eyes", 4}}).has_value());
  CHECK(gcs_below_15(record_of({{"gcs_eyes", 3}})).answer == true);
  CHECK_FALSE(gcs_below_15(record_of({{"gcs_eyes", 4}})).answer.has_value());
}

TEST_CASE("Bedside state: what was taken later holds, and of one time neither", "[clinical]") {
  CHECK(drowsy({{"consciousness", at(kEarly, "V")}, {"gcs", at(kLate, 15)}}) == false);
  CHECK(drowsy({{"consciousness", at(kLate, "V")}, {"gcs", at(kEarly, 15)}}) == true);
  CHECK_FALSE(drowsy({{"consciousness", at(kEarly, "A")}, {"gcs", at(kLate, 14)}}).has_value());
  CHECK(drowsy({{"gcs_eyes", at(kEarly, 3)}, {"gcs", at(kLate, 15)}}) == false);
  CHECK_THAT(rejection_of([] {
               drowsy({{"gcs_eyes", 3}, {"gcs", 15}});
             }),
             ContainsSubstring("gcs is 15 and gcs_eyes is 3"));
  CHECK_THAT(rejection_of([] {
               drowsy({{"consciousness", at(kEarly, "V")}, {"gcs", at(kEarly, 15)}});
             }),
             ContainsSubstring("gcs is 15 and consciousness is V"));
}

TEST_CASE("Bedside state: who was confused of old is alert, and below 15", "[clinical]") {
  for (const Json& values : {Json{{"consciousness", "A"}, {"gcs", 14}},
                             Json{{"consciousness", at(kEarly, "A")}, {"gcs", at(kEarly, 11)}},
                             Json{{"consciousness", at(kLate, "A")}, {"gcs", at(kEarly, 12)}}}) {
    CHECK(drowsy(values) == false);
    CHECK(gcs_below_15(record_of(values)).answer == true);
    CHECK(gcs_below_15(record_of(values)).variable == "gcs");
  }
  CHECK_THAT(rejection_of([] {
               drowsy({{"consciousness", "A"}, {"gcs", 10}});
             }),
             ContainsSubstring("gcs is 10 and consciousness is A"));
}

TEST_CASE("Bedside state: weaning leaves oxygen open", "[clinical]") {
  const auto oxygen = [](const Json& values) { return receives_oxygen(record_of(values)).answer; };
  CHECK_FALSE(
      oxygen({{"oxygen_flow", quantity(kEarly, 2, "L/min")}, {"fio2", quantity(kLate, 21, "%")}})
          .has_value());
  CHECK_FALSE(
      oxygen({{"fio2", quantity(kEarly, 28, "%")}, {"oxygen_flow", quantity(kLate, 0, "L/min")}})
          .has_value());
  CHECK(oxygen({{"oxygen_flow", quantity(kLate, 2, "L/min")},
                {"fio2", quantity(kEarly, 21, "%")}}) == true);
  CHECK(oxygen({{"on_oxygen", at(kLate, false)}, {"oxygen_flow", quantity(kEarly, 2, "L/min")}}) ==
        false);
  CHECK_THAT(rejection_of([] {
               record_of({{"oxygen_flow", quantity(kLate, 2, "L/min")},
                          {"fio2", quantity(kLate, 21, "%")}});
             }),
             ContainsSubstring("oxygen_flow is 2 L/min and fio2 is 21 %"));
}
