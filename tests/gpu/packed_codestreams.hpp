#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace aicovid::test {

/// A codestream that `scripts/gpu-check.sh --pack` made, and what it holds.
struct PackedCodestream {
  std::string name;
  std::vector<char> bytes;
  int rows = 0;
  int columns = 0;
  bool is_signed = false;
  std::string sha256;  ///< of the samples, 16 bits each, little-endian, before they were encoded
};

/// @return none where they were not packed
inline std::vector<PackedCodestream> packed_codestreams() {
  const std::filesystem::path folder = AICOVID_SOURCE_DIR "/.gpu-packages/codestreams";
  std::ifstream list(folder / "list.json");
  std::vector<PackedCodestream> packed;
  if (!list) return packed;
  for (const auto& entry : nlohmann::json::parse(list)) {
    const std::string name = entry.at("file");
    std::ifstream file(folder / name, std::ios::binary);
    packed.push_back({.name = name,
                      .bytes = {std::istreambuf_iterator<char>(file), {}},
                      .rows = entry.at("rows"),
                      .columns = entry.at("columns"),
                      .is_signed = entry.at("signed"),
                      .sha256 = entry.at("sha256")});
  }
  return packed;
}

}  // namespace aicovid::test
