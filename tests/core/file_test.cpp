#include "core/file.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <string>

namespace fs = std::filesystem;

TEST_CASE("File: what is written is read, byte for byte, and nothing is a file too", "[core]") {
  const fs::path file = fs::temp_directory_path() / "aicovid_file_test.bin";
  const char bytes[] = "a\0b\nc\xff";
  aicovid::write_file(file, bytes, sizeof bytes);
  const auto read = aicovid::read_file(file);
  REQUIRE(read.size() == sizeof bytes);
  CHECK(std::memcmp(read.data(), bytes, sizeof bytes) == 0);
  aicovid::write_file(file, bytes, 0);
  CHECK(aicovid::read_file(file).empty());
  fs::remove(file);
}

TEST_CASE("File: a missing file, a folder and an unwritable place are not_found, without a path",
          "[core]") {
  const fs::path folder = fs::temp_directory_path();
  for (const fs::path& file : {folder / "aicovid-no-such-file", folder}) {
    try {
      aicovid::read_file(file);
      FAIL("no error");
    } catch (const aicovid::Error& error) {
      CHECK(error.code() == aicovid::ErrorCode::not_found);
      CHECK(std::string(error.what()).find(folder.string()) == std::string::npos);
    }
  }
  CHECK_THROWS_AS(aicovid::write_file(folder / "no-such-folder" / "file", "x", 1), aicovid::Error);
}

TEST_CASE("File: one that is too large is unsupported before memory is asked for", "[core]") {
  const fs::path file = fs::temp_directory_path() / "aicovid_file_test_sparse.bin";
  aicovid::write_file(file, "", 0);
  fs::resize_file(file, 20'000'000'000);  // sparse: it takes no space
  const auto message = [&file](auto... limit) {
    try {
      aicovid::read_file(file, limit...);
    } catch (const aicovid::Error& error) {
      CHECK(error.code() == aicovid::ErrorCode::unsupported);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK(message() == "the file has 20000000000 bytes; expected at most 1073741824");
  fs::resize_file(file, 101);
  CHECK(message(100u) == "the file has 101 bytes; expected at most 100");
  CHECK(aicovid::read_file(file, 101).size() == 101);
  fs::remove(file);
}
