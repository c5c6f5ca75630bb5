#pragma once

#include <aicovid/error.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>

/// The message with which `work` is rejected as bad clinical input; empty if it is not.
template <typename Work>
std::string rejection_of(Work&& work) {
  try {
    work();
    return {};
  } catch (const aicovid::Error& error) {
    CHECK(error.code() == aicovid::ErrorCode::bad_clinical_input);
    return error.what();
  }
}
