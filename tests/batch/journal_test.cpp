#include "journal.hpp"
#include "small_assessor.hpp"

#include <aicovid/error.hpp>

#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

using namespace aicovid;
using namespace aicovid::testing;

namespace {

namespace fs = std::filesystem;

/// An output in a folder of its own.
struct Output {
  TemporaryFolder folder;
  fs::path file = folder.path / "rows.csv";
  std::vector<std::string> kept;

  JournalStart start(bool resume, const std::string& run = R"({"decode": "exact", "files": 3})") {
    kept.clear();
    return {.out = file,
            .run = run,
            .header = "a,b",
            .resume = resume,
            .kept = [this](std::string_view row) { kept.emplace_back(row); }};
  }

  /// The error with which the output is not opened.
  std::optional<Error> fault(const JournalStart& start) {
    const std::string before = fs::exists(file) ? text_of(file) : "";
    try {
      const Journal journal(start);
    } catch (const Error& error) {
      CHECK((fs::exists(file) ? text_of(file) : "") == before);
      return error;
    }
    return std::nullopt;
  }
};

bool mentions(const std::optional<Error>& error, std::string_view text) {
  REQUIRE(error);
  CAPTURE(error->what());
  return std::string_view(error->what()).find(text) != std::string_view::npos;
}

}  // namespace

TEST_CASE("Journal: whatever tears the output, resumed it ends as if undisturbed", "[batch]") {
  const std::string whole = "a,b\n1,2\n3,4\n5,6\n";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    CAPTURE(cut);
    Output output;
    { const Journal begun(output.start(false)); }
    output.folder.write("rows.csv", whole.substr(0, cut));
    {
      Journal journal(output.start(true));
      const std::vector<std::string> rows = {"1,2", "3,4", "5,6"};
      for (std::size_t i = output.kept.size(); i < rows.size(); ++i) journal.append(rows[i]);
      journal.finish();
    }
    CHECK(text_of(output.file) == whole);
  }
}

TEST_CASE("Journal: an output that is there needs to be resumed, and one that is not begins",
          "[batch]") {
  Output output;
  { Journal(output.start(true)).append("1,2"); }
  CHECK(text_of(output.file) == "a,b\n1,2\n");
  CHECK(output.kept.empty());
  const auto error = output.fault(output.start(false));
  CHECK(mentions(error, "there already"));
  CHECK(error->code() == ErrorCode::invalid_argument);
  struct stat status {};
  REQUIRE(::stat(output.file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("Journal: another run is refused, and the difference named", "[batch]") {
  Output output;
  { Journal(output.start(false)).append("1,2"); }
  CHECK(mentions(output.fault(output.start(true, R"({"decode": "fit", "files": 3})")),
                 "/decode is fit and was exact"));
  CHECK(mentions(output.fault(output.start(true, R"({"decode": "exact", "files": 4})")),
                 "/files is 4 and was 3"));
  CHECK(mentions(
      output.fault(output.start(true, R"({"decode": "exact", "files": 3, "x": {"y": "z"}})")),
      "/x/y is z and was not there"));
  CHECK(mentions(output.fault(output.start(true, R"({"decode": "exact"})")),
                 "/files is not there and was 3"));
  CHECK_FALSE(output.fault(output.start(true)));
  JournalStart other_columns = output.start(true);
  other_columns.header = "a,c";
  CHECK(mentions(output.fault(other_columns), "other columns"));
  fs::remove(output.folder.path / "rows.csv.run.json");
  CHECK(mentions(output.fault(output.start(true)), "OUT.run.json is not beside it"));
}

TEST_CASE("Journal: two runs do not write one output", "[batch]") {
  Output output;
  const Journal first(output.start(false));
  const auto error = output.fault(output.start(true));
  CHECK(mentions(error, "another run"));
  CHECK(error->code() == ErrorCode::io);
}

TEST_CASE("Journal: an output that cannot be written is an error", "[batch]") {
  Output output;
  output.file = output.folder.path / "no_folder" / "rows.csv";
  const auto error = output.fault(output.start(false));
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::io);
  Output device;
  device.file = "/dev/full";
  CHECK_THROWS_AS(Journal(device.start(true)), Error);
}
