#pragma once

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace aicovid {

/// A folder of the data that no checkout holds; skips the test where it is absent.
inline std::filesystem::path shared_data(const char* name) {
  const char* folder = std::getenv("AICOVID_DATA");
  const std::filesystem::path data =
      folder ? folder : std::filesystem::path(AICOVID_SOURCE_DIR) / "../shared/data";
  if (!exists(data / name)) SKIP("no folder " << name << " of data: set AICOVID_DATA");
  return data / name;
}

inline std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE(file);
  return text.str();
}

}  // namespace aicovid
