#include "bundle_files.hpp"

#include "small_bundle.hpp"

#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace aicovid;
using aicovid::testing::small_engine;
using aicovid::testing::SmallBundle;
using aicovid::testing::SmallEngine;
using Catch::Matchers::StartsWith;

namespace fs = std::filesystem;

TEST_CASE("Bundle files: a path that leaves the bundle is refused, whatever it leads to",
          "[bundle]") {
  SmallBundle small;
  const std::string path =
      GENERATE("../manifest.json", "/etc/hostname", "golden/../../x", "golden/..", ".",
               "./platt.json", "golden//../platt.json", "..\\platt.json", "golden/");
  CAPTURE(path);
  small.at("/files/0/path") = path;
  const std::string quoted = nlohmann::json(path).dump();
  CHECK(small.fault() ==
        "file " + quoted +
            " of the bundle (/files/0) leaves it; expected a relative path without ..");
}

TEST_CASE("Bundle files: a link out of the bundle is not followed", "[bundle]") {
  const SmallBundle outside;
  const SmallEngine engine = small_engine();
  SmallBundle small;
  SECTION("a linked file") {
    const std::string lungs = "lungs" + engine.ending;
    fs::remove(small.directory / lungs);
    fs::create_symlink(outside.directory / lungs, small.directory / lungs);
    CHECK(small.fault() == "file \"" + lungs + "\" of the bundle (/networks/0/files/" +
                               engine.kind + ") leaves it through a link");
  }
  SECTION("a linked folder") {
    fs::remove_all(small.directory / "golden");
    fs::create_directory_symlink(outside.directory / "golden", small.directory / "golden");
    CHECK(small.fault() ==
          "file \"golden/case.png\" of the bundle (/files/1) leaves it through a link");
  }
  SECTION("a folder whose name begins with the bundle's") {
    const fs::path sibling = small.directory.string() + "-2";
    fs::copy(small.directory, sibling);
    fs::remove(small.directory / "platt.json");
    fs::create_symlink(sibling / "platt.json", small.directory / "platt.json");
    CHECK(small.fault() == "file \"platt.json\" of the bundle (/files/0) leaves it through a link");
    fs::remove_all(sibling);
  }
}

TEST_CASE("Bundle files: a link inside the bundle, or to the bundle, is good", "[bundle]") {
  const SmallBundle small;
  const std::string lungs = "lungs" + small_engine().ending;
  fs::rename(small.directory / lungs, small.directory / "another_name");
  fs::create_symlink("another_name", small.directory / lungs);
  CHECK_NOTHROW(small.load());
  const fs::path link = small.directory.string() + "-link";
  fs::create_directory_symlink(small.directory, link);
  CHECK_NOTHROW(load_bundle(link, {}));
  fs::remove(link);
}

TEST_CASE("Bundle files: a missing file, a folder in its place, a wrong checksum", "[bundle]") {
  SmallBundle small;
  SECTION("missing") {
    const SmallEngine engine = small_engine();
    const std::string severity = "severity" + engine.ending;
    fs::remove(small.directory / severity);
    CHECK(small.fault() == "file \"" + severity + "\" of the bundle (/networks/1/files/" +
                               engine.kind + ") is missing");
  }
  SECTION("a folder") {
    small.at("/files/0/path") = "golden";
    CHECK(small.fault() == "file \"golden\" of the bundle (/files/0) is not a file");
  }
  SECTION("a dangling link") {
    fs::remove(small.directory / "platt.json");
    fs::create_symlink("nowhere.json", small.directory / "platt.json");
    CHECK(small.fault() == "file \"platt.json\" of the bundle (/files/0) is missing");
  }
  SECTION("a wrong checksum") {
    const std::string wrong(64, '0');
    const std::string right = small.at("/files/0/sha256");
    small.at("/files/0/sha256") = wrong;
    CHECK(small.fault() ==
          "file \"platt.json\" of the bundle (/files/0) was changed: its SHA-256 is " + right +
              "; expected " + wrong);
  }
  SECTION("the file of an engine that is not used is not opened, and verified on demand") {
    const std::string other = small_engine().kind == "onnx" ? "torchscript" : "onnx";
    small.at("/networks/0/files")[other]["path"] = "absent";
    small.at("/networks/1/files")[other] = small.at("/files/0");
    const std::vector<FileEntry> entries = small.load().unused_files;
    CHECK(small.load({.networks = NetworksToLoad::none}).unused_files.size() == 4);
    auto unused = check_unused_files(small.directory, entries);
    REQUIRE(unused.size() == 2);
    CHECK(unused[0].path == "absent");
    CHECK_FALSE(unused[0].present);
    CHECK(unused[1].present);
    CHECK(unused[1].as_listed);
    small.write("platt.json", "changed");
    CHECK_FALSE(check_unused_files(small.directory, entries)[1].as_listed);
  }
}
