#include "fhir_patient.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "fhir_json.hpp"
#include "record_builder.hpp"
#include "variables.hpp"

namespace aicovid {

namespace {

/// The day of a date "2020-04-01"; nothing for a year or a month alone.
std::optional<std::chrono::year_month_day> day_of(const std::string& date) {
  const auto midnight = parse_timestamp(date + "T00:00Z");
  if (!midnight) return std::nullopt;
  return std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(*midnight));
}

int completed_years(std::chrono::year_month_day birth, std::chrono::year_month_day day) {
  const int years = int(day.year()) - int(birth.year());
  const bool before_birthday =
      day.month() < birth.month() || (day.month() == birth.month() && day.day() < birth.day());
  return years - before_birthday;
}

}  // namespace

void read_fhir_patient(const nlohmann::json& patient, const ClinicalOptions& options,
                       RecordBuilder& builder) {
  const std::string gender = text_of(patient, "gender");
  if (gender == "male" || gender == "female") builder.add(*find_variable("sex"), gender);
  const std::string birth_date = text_of(patient, "birthDate");
  if (birth_date.empty()) return;
  const auto birth = day_of(birth_date);
  const auto day = day_of(options.at.substr(0, 10));
  if (!birth || !day) {
    builder.warn({"age_unknown", "age",
                  std::string("age is taken as missing: it follows from the birth date, and ") +
                      (day ? "that is not known to the day"
                           : "the time that the values are for (at) was not given")});
    return;
  }
  builder.add(*find_variable("age"), {{"value", completed_years(*birth, *day)}, {"unit", "a"}});
}

}  // namespace aicovid
