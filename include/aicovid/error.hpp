#pragma once

#include <aicovid/export.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace aicovid {

/// What went wrong, for programs. The names are stable; see `to_string`.
enum class ErrorCode {
  usage,
  invalid_argument,
  refused,
  not_found,
  corrupt,
  unsupported,
  bad_bundle,
  device_unavailable,
  bad_clinical_input,
  patient_mismatch,
  cancelled,
  io,
  out_of_memory,
  internal,
  cuda,
};

/// The code's stable name, as in JSON and on the command line: "bad_bundle".
AICOVID_EXPORT std::string_view to_string(ErrorCode code) noexcept;

/// The exit status of the command line for this code: 1 for `io`, `out_of_memory`, `internal` and
/// `cuda`, 2 for `usage` and `invalid_argument`, 3 for `refused`, 4 for `not_found`, `corrupt` and
/// `unsupported`, 5 for `bad_bundle`, 6 for `device_unavailable`, 7 for `bad_clinical_input` and
/// `patient_mismatch`, 130 for `cancelled`.
AICOVID_EXPORT int exit_status(ErrorCode code) noexcept;

/// The one exception of the library.
///
/// The message names the tag, field or JSON path, the value and what was expected. It never holds a
/// patient's name, id or birth date, nor a path.
class AICOVID_EXPORT Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace aicovid
