#include "table_words.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace aicovid {

namespace {

/// Source: pandas 2.3, `STR_NA_VALUES` of pandas/_libs/parsers.pyx.
constexpr std::array<std::string_view, 19> kMissing = {
    "",     "#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A",  "NA",       "NULL", "NaN",     "None",     "n/a",  "nan",  "null"};

/// pandas writes 1.0 and 0.0 for true and false where a value of the column is missing.
constexpr std::array<std::string_view, 5> kTrue = {"true", "yes", "y", "1", "1.0"};
constexpr std::array<std::string_view, 5> kFalse = {"false", "no", "n", "0", "0.0"};

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return small;
}

}  // namespace

bool is_missing_word(std::string_view text) { return std::ranges::count(kMissing, text) > 0; }

std::optional<bool> boolean_of_word(std::string_view text) {
  const std::string small = lower(text);
  if (std::ranges::count(kTrue, small) > 0) return true;
  if (std::ranges::count(kFalse, small) > 0) return false;
  return std::nullopt;
}

}  // namespace aicovid
