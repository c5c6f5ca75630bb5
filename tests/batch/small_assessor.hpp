#pragma once

#include "small_bundle.hpp"

#include <aicovid/assessor.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/report.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace aicovid::testing {

/// Writes the manifest, with an outcome that can be computed.
inline void write_with_outcome(SmallBundle& bundle) {
  // What the tests of the manifest have there is no distribution.
  bundle.at("/outcomes/0/missing") = OrderedJson::parse(R"({
    "urea": {"probabilities": [0.05, 0.35, 0.65, 0.95], "values": [3, 6, 9, 25], "note": "made up"},
    "crp": {"probabilities": [0.05, 0.35, 0.65, 0.95], "values": [5, 45, 110, 300], "note": "made up"},
    "lymphocytes": {"probabilities": [0.05, 0.35, 0.65, 0.95], "values": [0.3, 0.7, 1, 2], "note": "made up"}})");
  bundle.write("manifest.json", bundle.manifest.dump(2));
}

/// The small networks of tests/network/data behind the table of engines: they take no time, so that
/// what is tested is what goes on around them.
inline Assessor small_assessor(unsigned workers, unsigned batch = 1) {
  static SmallBundle bundle;
  write_with_outcome(bundle);
  return Assessor::load(bundle.directory, {.workers = workers, .batch = batch});
}

/// Blocks of 8 pixels of two greys; each `seed` gives another picture.
inline Radiograph small_radiograph(unsigned seed, const ImageHeader& header = {}) {
  constexpr unsigned size = 64;
  std::vector<std::uint8_t> pixels(std::size_t{size} * size);
  for (unsigned y = 0; y < size; ++y) {
    for (unsigned x = 0; x < size; ++x) {
      const bool light = (x / 8 + y / 8 + seed % 2) % 2 != 0;
      pixels[y * size + x] = static_cast<std::uint8_t>((light ? 200 : 40) + seed % 50 + x % 3);
    }
  }
  return Radiograph::from_array(pixels.data(), size, size, PixelType::uint8, {}, header);
}

/// Everything but when and how long.
inline nlohmann::json comparable(const RiskReport& report) {
  nlohmann::json json = nlohmann::json::parse(to_json(report));
  json.erase("created");
  json.erase("timing_ms");
  return json;
}

inline std::string text_of(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A folder that goes with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "aicovid-batch-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code status;
    std::filesystem::remove_all(path, status);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  /// Writes a file, with its folders, and gives its path.
  std::string write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = path / name;
    std::filesystem::create_directories(file.parent_path());
    write_file(file, text.data(), text.size());
    return file.string();
  }

  std::filesystem::path path;
};

}  // namespace aicovid::testing
