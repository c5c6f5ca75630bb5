#pragma once

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <string>

/// The message with which `work` is rejected with this code; empty if it is not.
template <typename Work>
std::string rejection_with(aicovid::ErrorCode code, Work&& work) {
  try {
    work();
    return {};
  } catch (const aicovid::Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
}

/// The message with which `work` is rejected as bad clinical input; empty if it is not.
template <typename Work>
std::string rejection_of(Work&& work) {
  return rejection_with(aicovid::ErrorCode::bad_clinical_input, work);
}

/// The message with which `work` is rejected as values of several patients; empty if it is not.
template <typename Work>
std::string mismatch_of(Work&& work) {
  return rejection_with(aicovid::ErrorCode::patient_mismatch, work);
}
