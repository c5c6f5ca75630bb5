#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>

using aicovid::ErrorCode;

TEST_CASE("Error: each code has its name and the exit status of the contract", "[core]") {
  const std::map<ErrorCode, std::pair<std::string, int>> contract = {
      {ErrorCode::usage, {"usage", 2}},
      {ErrorCode::invalid_argument, {"invalid_argument", 2}},
      {ErrorCode::refused, {"refused", 3}},
      {ErrorCode::not_found, {"not_found", 4}},
      {ErrorCode::corrupt, {"corrupt", 4}},
      {ErrorCode::unsupported, {"unsupported", 4}},
      {ErrorCode::bad_bundle, {"bad_bundle", 5}},
      {ErrorCode::device_unavailable, {"device_unavailable", 6}},
      {ErrorCode::bad_clinical_input, {"bad_clinical_input", 7}},
      {ErrorCode::patient_mismatch, {"patient_mismatch", 7}},
      {ErrorCode::cancelled, {"cancelled", 130}},
      {ErrorCode::io, {"io", 1}},
      {ErrorCode::out_of_memory, {"out_of_memory", 1}},
      {ErrorCode::internal, {"internal", 1}},
      {ErrorCode::cuda, {"cuda", 1}},
  };
  for (const auto& [code, expected] : contract) {
    CHECK(aicovid::to_string(code) == expected.first);
    CHECK(aicovid::exit_status(code) == expected.second);
  }
}
