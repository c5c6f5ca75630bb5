#include "patient.hpp"

#include "terms.hpp"

#include <charconv>
#include <chrono>
#include <utility>

namespace aicovid::dicom {
namespace {

constexpr int kOldestYears = 130;

std::optional<int> digits(std::string_view text) {
  int value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

/// The date that "YYYYMMDD", or "YYYY.MM.DD" of ACR-NEMA, stands for.
std::optional<std::chrono::year_month_day> date(std::string_view stored) {
  std::string text = normalised(stored);
  if (text.size() == 10 && text[4] == '.' && text[7] == '.')
    text = text.substr(0, 4) + text.substr(5, 2) + text.substr(8);
  if (text.size() != 8) return std::nullopt;
  const auto year = digits(std::string_view(text).substr(0, 4));
  const auto month = digits(std::string_view(text).substr(4, 2));
  const auto day = digits(std::string_view(text).substr(6, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day when{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!when.ok()) return std::nullopt;
  return when;
}

std::optional<double> plausible(int years) {
  return years >= 0 && years <= kOldestYears ? std::optional<double>(years) : std::nullopt;
}

}  // namespace

std::optional<Sex> sex_of(std::string_view text) {
  const std::string term = normalised(text);
  if (term == "F") return Sex::female;
  if (term == "M") return Sex::male;
  return std::nullopt;
}

std::optional<double> age_years_of(std::string_view text) {
  std::string term = normalised(text);
  if (term.empty()) return std::nullopt;
  int units_in_year = 1;
  switch (term.back()) {
    case 'D':
      units_in_year = 365;
      break;
    case 'W':
      units_in_year = 52;
      break;
    case 'M':
      units_in_year = 12;
      break;
    default:
      break;
  }
  if (term.back() < '0' || term.back() > '9') {
    if (std::string_view("DWMY").find(term.back()) == std::string_view::npos) return std::nullopt;
    term.pop_back();
  }
  const auto number = digits(term);
  return number ? plausible(*number / units_in_year) : std::nullopt;
}

std::optional<double> age_years_between(std::string_view birth_date, std::string_view study_date) {
  const auto birth = date(birth_date);
  const auto study = date(study_date);
  if (!birth || !study) return std::nullopt;
  const int years = static_cast<int>(study->year()) - static_cast<int>(birth->year());
  const bool had_birthday =
      std::pair(study->month(), study->day()) >= std::pair(birth->month(), birth->day());
  return plausible(had_birthday ? years : years - 1);
}

}  // namespace aicovid::dicom
