#include "patient.hpp"

#include "json.hpp"
#include "record/record_builder.hpp"
#include "standing.hpp"
#include "variables/variables.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

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

/// A member of the copies that each of them agrees with; empty where none has it.
class CommonText {
 public:
  explicit CommonText(const char* name) : name_(name) {}

  /// A date may be less exact than another that it agrees with: "1955" and "1955-09-12".
  void add(const std::string& text, const FhirEntry& place) {
    if (text.empty()) return;
    if (!text_.empty() && !text.starts_with(text_) && !text_.starts_with(text)) {
      throw Error(ErrorCode::patient_mismatch,
                  fmt::format("the {} of {} and {} differs, and by what they are called they are "
                              "one Patient; expected copies that agree",
                              name_, to_string(place_), to_string(place)));
    }
    if (text.size() <= text_.size()) return;
    text_ = text;
    place_ = place;
  }
  const std::string& text() const { return text_; }

 private:
  const char* name_;
  std::string text_;
  FhirEntry place_;
};

struct SexAndBirth {
  CommonText genders{"gender"};
  CommonText birth_dates{"birthDate"};

  void add(const PatientCopy& one) {
    const std::string gender = text_of(*one.patient, "gender");
    if (gender != "unknown") genders.add(gender, one.place);
    birth_dates.add(text_of(*one.patient, "birthDate"), one.place);
  }
};

/// What follows a death is no course of an illness: the values, or the Patient, may be another's.
void warn_of_death(const std::vector<PatientCopy>& copies, const ClinicalOptions& options,
                   RecordBuilder& builder) {
  const auto at = parse_timestamp(options.at);
  for (const PatientCopy& one : copies) {
    const auto died = span_of(text_of(*one.patient, "deceasedDateTime"));
    if (!died || !at || died->second > *at) continue;
    return builder.warn({"deceased", "",
                         fmt::format("the patient died before the time that the values are for, "
                                     "by deceasedDateTime of {}",
                                     to_string(one.place))});
  }
}

}  // namespace

void require_one_person(const std::vector<PatientCopy>& entries,
                        const std::vector<PatientCopy>& contained) {
  SexAndBirth all;
  for (const PatientCopy& one : entries) all.add(one);
  for (const PatientCopy& one : contained) all.add(one);
}

void read_fhir_patient(const std::vector<PatientCopy>& copies, const ClinicalOptions& options,
                       RecordBuilder& builder) {
  SexAndBirth all;
  for (const PatientCopy& one : copies) all.add(one);
  const auto& [genders, birth_dates] = all;
  const std::string& gender = genders.text();
  if (gender == "male" || gender == "female") builder.add(*find_variable("sex"), gender);
  warn_of_death(copies, options, builder);
  const std::string& birth_date = birth_dates.text();
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
