#include "small_assessor.hpp"

#include <aicovid/batch.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::testing;

namespace {

namespace fs = std::filesystem;

/// The listed names, relative to the folder.
std::vector<std::string> listed(const TemporaryFolder& folder, std::vector<std::string> inputs,
                                const Shard& shard = {}, const std::string& standard_input = "") {
  for (std::string& input : inputs) {
    if (input == "-") continue;
    const bool is_list = input.starts_with('@');
    const std::string path = (folder.path / input.substr(is_list ? 1 : 0)).string();
    input = (is_list ? "@" : "") + path;
  }
  std::istringstream stream(standard_input);
  std::vector<std::string> names;
  for (const InputFile& file :
       list_inputs(inputs, stream, {.shard = shard, .leave_out = {folder.path / "out.csv"}})) {
    names.push_back(
        fs::path(file.name).lexically_normal().lexically_relative(folder.path).string());
  }
  return names;
}

/// The error of listing, whose message holds no path.
FileError fault(const TemporaryFolder& folder, const std::string& input) {
  try {
    listed(folder, {input});
  } catch (const FileError& error) {
    CHECK(std::string(error.what()).find(folder.path.string()) == std::string::npos);
    return error;
  }
  FAIL("no error");
  return {Error(ErrorCode::internal, ""), ""};
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Source: a folder has all files below it, sorted, without hidden ones", "[batch]") {
  const TemporaryFolder folder;
  for (const std::string name : {"b/2", "b/10.dcm", "a.png", "B", ".hidden", "b/.git/x", "c/d/e"}) {
    folder.write(name, "x");
  }
  CHECK(listed(folder, {"."}) == Names{"B", "a.png", "b/10.dcm", "b/2", "c/d/e"});
  CHECK(listed(folder, {"c", "a.png", "b", "b/2"}) == Names{"a.png", "b/10.dcm", "b/2", "c/d/e"});
}

TEST_CASE("Source: links to files are followed, links to folders within a folder are not",
          "[batch]") {
  const TemporaryFolder folder;
  folder.write("real/one", "x");
  fs::create_directory(folder.path / "links");
  fs::create_symlink(folder.path / "real/one", folder.path / "links/to_file");
  fs::create_directory_symlink(folder.path / "real", folder.path / "links/to_folder");
  CHECK(listed(folder, {"links"}) == Names{"links/to_file"});
  CHECK(listed(folder, {"links/to_folder"}) == Names{"links/to_folder/one"});
  fs::create_symlink("nowhere", folder.path / "links/broken");
  const FileError error = fault(folder, "links");
  CHECK(error.code() == ErrorCode::not_found);
  CHECK(error.file() == (folder.path / "links/broken").string());
}

TEST_CASE("Source: patterns, lists and standard input", "[batch]") {
  const TemporaryFolder folder;
  for (const std::string name : {"a1.dcm", "a2.dcm", "b.dcm", "odd[1].dcm"}) {
    folder.write(name, "x");
  }
  CHECK(listed(folder, {"a*.dcm"}) == Names{"a1.dcm", "a2.dcm"});
  CHECK(listed(folder, {"?.dcm"}) == Names{"b.dcm"});
  // A file of that name is itself.
  CHECK(listed(folder, {"odd[1].dcm"}) == Names{"odd[1].dcm"});
  const std::string path = folder.path.string();
  folder.write("list.txt", path + "/b.dcm\r\n\n" + path + "/a*.dcm");
  CHECK(listed(folder, {"@list.txt"}) == Names{"a1.dcm", "a2.dcm", "b.dcm"});
  CHECK(listed(folder, {"-"}, {}, path + "/b.dcm\n") == Names{"b.dcm"});
  CHECK(fault(folder, "z*.dcm").code() == ErrorCode::not_found);
  CHECK(fault(folder, "@no_list").code() == ErrorCode::not_found);
  CHECK(fault(folder, "absent.dcm").code() == ErrorCode::not_found);
  folder.write("bad_list.txt", path + "/b.dcm\n" + path + "/absent.dcm\n");
  CHECK(fault(folder, "@bad_list.txt").file() == path + "/absent.dcm");
}

TEST_CASE("Source: the output of a batch is no input of a folder or a pattern", "[batch]") {
  const TemporaryFolder folder;
  for (const std::string name : {"a.png", "out.csv", "more/out.csv"}) folder.write(name, "x");
  CHECK(listed(folder, {"."}) == Names{"a.png", "more/out.csv"});
  CHECK(listed(folder, {"*.*"}) == Names{"a.png"});
  CHECK(listed(folder, {"out.csv"}) == Names{"out.csv"});
}

TEST_CASE("Source: a name that would end a row is refused", "[batch]") {
  const TemporaryFolder folder;
  folder.write("a\nb", "x");
  CHECK(fault(folder, ".").code() == ErrorCode::invalid_argument);
}

TEST_CASE("Source: a DICOMDIR that is none is an error, and none of a folder's files", "[batch]") {
  const TemporaryFolder folder;
  folder.write("disc/DICOMDIR", "not one");
  folder.write("disc/IM1", "x");
  CHECK(listed(folder, {"disc"}) == Names{"disc/IM1"});
  CHECK(fault(folder, "disc/DICOMDIR").code() == ErrorCode::corrupt);
}

TEST_CASE("Source: shards share out the files, each to one", "[batch]") {
  const TemporaryFolder folder;
  Names all;
  for (char c = 'a'; c < 'k'; ++c) {
    all.emplace_back(1, c);
    folder.write(all.back(), "x");
  }
  std::multiset<std::string> seen;
  for (std::size_t i = 1; i <= 3; ++i) {
    const Names part = listed(folder, {"."}, {.index = i, .count = 3});
    CHECK(std::ranges::is_sorted(part));
    CHECK((part.size() == 3 || part.size() == 4));
    seen.insert(part.begin(), part.end());
  }
  CHECK(Names(seen.begin(), seen.end()) == all);
  CHECK(listed(folder, {"."}, {.index = 11, .count = 11}).empty());
  for (const Shard bad : {Shard{0, 3}, Shard{4, 3}, Shard{0, 0}}) {
    CHECK_THROWS_AS(listed(folder, {"."}, bad), Error);
  }
}
