#pragma once

#include "core/file.hpp"
#include "network/network.hpp"

#include <aicovid/error.hpp>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace aicovid::testing {

inline const std::filesystem::path kData =
    std::filesystem::path(AICOVID_SOURCE_DIR) / "tests" / "network" / "data";

inline const NetworkSpec kLungs{
    .role = "lungs", .input_shapes = {{1, 1, 16, 16}}, .outputs = {{"mask", {1, 2, 16, 16}}}};
inline const NetworkSpec kSeverity{
    .role = "severity",
    .input_shapes = {{1, 1, 24, 24}, {1, 2, 24, 24}},
    .outputs = {{"zones", {1, 6}}, {"infiltrates_logit", {1, 1}}, {"attribution", {1, 1, 6, 6}}}};
inline const NetworkSpec kRow{
    .role = "row", .input_shapes = {{1, 3}}, .outputs = {{"out", {1, 3}}}};

/// Gives the message of the error that loading or running ends with, whose code must be bad_bundle.
template <typename Work>
std::string bad_bundle(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_bundle);
    const std::string message = error.what();
    CHECK(message.find('\n') == std::string::npos);
    CHECK(message.find(".cpp") == std::string::npos);
    CHECK(message.find(AICOVID_SOURCE_DIR) == std::string::npos);
    CHECK(message.size() < 400);
    return message;
  }
  return "no error";
}

inline Tensor tensor_of(const nlohmann::json& json) {
  Tensor tensor(json.at("shape").get<std::vector<std::int64_t>>(), DType::float32);
  const auto values = json.at("values").get<std::vector<float>>();
  REQUIRE(static_cast<std::int64_t>(values.size()) == tensor.size());
  std::ranges::copy(values, tensor.floats().begin());
  return tensor;
}

inline std::vector<Tensor> tensors_of(const nlohmann::json& list) {
  std::vector<Tensor> tensors;
  for (const auto& json : list) tensors.push_back(tensor_of(json));
  return tensors;
}

inline nlohmann::json golden(const std::string& network) {
  std::ifstream file(kData / "golden.json");
  return nlohmann::json::parse(file).at("networks").at(network);
}

inline Tensor row(std::array<float, 3> values) {
  Tensor tensor({1, 3}, DType::float32);
  std::ranges::copy(values, tensor.floats().begin());
  return tensor;
}

}  // namespace aicovid::testing
