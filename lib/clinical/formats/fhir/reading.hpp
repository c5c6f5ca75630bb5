#pragma once

#include "record/timestamp.hpp"
#include "set_aside.hpp"

#include <aicovid/clinical_record.hpp>

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
};

}  // namespace aicovid
