#pragma once

#include "record/timestamp.hpp"
#include "set_aside.hpp"
#include "unread_codes.hpp"

#include <aicovid/clinical_record.hpp>
#include <aicovid/error.hpp>

#include <optional>

namespace aicovid {

class RecordBuilder;

/// What the readers of a Bundle's entries share: what was asked for, and where they put what they
/// find and what they leave out.
struct FhirReading {
  const ClinicalOptions& options;
  std::optional<Instant> at;  ///< of the options
  RecordBuilder& builder;
  SetAsideEntries& left_out;
  UnreadCodes& unread;
};

/// Carries out `read`, which reads one value or entry. What cannot be read costs that alone: it is
/// set aside with the error's message, unless the options say that it is to be refused.
///
/// @throws Error{bad_clinical_input} if the options are strict
template <typename Read>
void read_or_set_aside(const FhirEntry& place, FhirReading& reading, const Read& read) {
  try {
    read();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_clinical_input || reading.options.strict) throw;
    reading.left_out.add_unreadable(place, error.what());
  }
}

}  // namespace aicovid
