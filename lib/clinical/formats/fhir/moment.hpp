#pragma once

#include <string>

namespace aicovid {

// A FHIR date may be a year, a month, a day or a moment. `at` is a moment, and its day is that of
// its own zone. What cannot be told is neither after it nor by it.

/// Whether the date is surely after `at`: a day, month or year is, if none of it is before.
bool is_after(const std::string& date, const std::string& at);

/// Whether the date is not after `at`. The day of `at` counts as by it; its month or year, which
/// may end later, does not.
bool is_by(const std::string& date, const std::string& at);

}  // namespace aicovid
