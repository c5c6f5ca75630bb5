#pragma once

#include <png.h>
#include <unistd.h>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace aicovid::testing {

/// A PNG file as libpng decodes it.
struct Png {
  int rows = 0;
  int columns = 0;
  int channels = 0;
  std::vector<std::uint8_t> pixels;

  const std::uint8_t* at(int row, int column) const {
    return pixels.data() + (static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                            static_cast<std::size_t>(column)) *
                               static_cast<std::size_t>(channels);
  }
};

inline Png read_png(const std::filesystem::path& file) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&header, file.c_str()) == 0)
    throw std::runtime_error(header.message);
  const bool colour = (header.format & PNG_FORMAT_FLAG_COLOR) != 0;
  header.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  Png png{static_cast<int>(header.height), static_cast<int>(header.width), colour ? 3 : 1, {}};
  png.pixels.resize(PNG_IMAGE_SIZE(header));
  if (png_image_finish_read(&header, nullptr, png.pixels.data(), 0, nullptr) == 0) {
    throw std::runtime_error(header.message);
  }
  return png;
}

/// A file in the directory for temporary files that is removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const char* name)
      : path_(std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + name)) {}
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace aicovid::testing
