#pragma once

#include "encode.hpp"
#include "small_assessor.hpp"

#include <aicovid/batch.hpp>

#include <png.h>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

namespace aicovid::testing {

inline std::string png_of(unsigned seed) {
  const Radiograph radiograph = small_radiograph(seed);
  test::Picture picture{.rows = radiograph.rows(), .columns = radiograph.columns(), .samples = {}};
  for (std::size_t i = 0; i < radiograph.size_bytes(); ++i) {
    picture.samples.push_back(std::to_integer<std::uint16_t>(radiograph.data()[i]));
  }
  const std::vector<std::byte> bytes = test::encode_png(picture, PNG_COLOR_TYPE_GRAY);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A folder of 20 pictures, of which two cannot be read.
struct Archive {
  TemporaryFolder folder;
  TemporaryFolder results;

  Archive() {
    for (unsigned i = 0; i < 20; ++i) {
      const bool bad = i % 10 == 4;
      const std::string name = "images/" + std::string(i < 10 ? "0" : "") + std::to_string(i);
      folder.write(name + ".png", bad ? "no picture" : png_of(i));
    }
  }

  std::vector<InputFile> files() const {
    std::istringstream none;
    return list_inputs(std::vector{(folder.path / "images").string()}, none);
  }
  BatchOptions options(const std::string& name = "rows.csv") const {
    return {.out = results.path / name};
  }
  BatchSummary run(const BatchOptions& options, unsigned workers = 2, unsigned batch = 1) const {
    return run_batch(small_assessor(workers, batch), files(), options);
  }
  std::string output(const std::string& name = "rows.csv") const {
    return text_of(results.path / name);
  }
};

}  // namespace aicovid::testing
