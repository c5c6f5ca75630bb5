#include <aicovid/error.hpp>

namespace aicovid {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::bad_bundle:
      return "bad_bundle";
    case ErrorCode::device_unavailable:
      return "device_unavailable";
    case ErrorCode::bad_clinical_input:
      return "bad_clinical_input";
    case ErrorCode::patient_mismatch:
      return "patient_mismatch";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::io:
      return "io";
    case ErrorCode::out_of_memory:
      return "out_of_memory";
    case ErrorCode::internal:
      return "internal";
    case ErrorCode::cuda:
      return "cuda";
  }
  return "internal";
}

int exit_status(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::usage:
    case ErrorCode::invalid_argument:
      return 2;
    case ErrorCode::refused:
      return 3;
    case ErrorCode::not_found:
    case ErrorCode::corrupt:
    case ErrorCode::unsupported:
      return 4;
    case ErrorCode::bad_bundle:
      return 5;
    case ErrorCode::device_unavailable:
      return 6;
    case ErrorCode::bad_clinical_input:
    case ErrorCode::patient_mismatch:
      return 7;
    case ErrorCode::cancelled:
      return 130;
    case ErrorCode::io:
    case ErrorCode::out_of_memory:
    case ErrorCode::internal:
    case ErrorCode::cuda:
      return 1;
  }
  return 1;
}

}  // namespace aicovid
