#include "schema.hpp"
#include "small_archive.hpp"
#include "small_assessor.hpp"

#include <aicovid/batch.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace aicovid;
using namespace aicovid::testing;

namespace {

namespace fs = std::filesystem;

/// The error that ends a run.
FileError fault(const Archive& archive, const BatchOptions& options) {
  try {
    archive.run(options);
  } catch (const FileError& error) {
    CAPTURE(error.what());
    CHECK(std::string_view(error.what()).find(archive.folder.path.string()) ==
          std::string_view::npos);
    return error;
  }
  FAIL("no error");
  return {Error(ErrorCode::internal, ""), ""};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("Batch: one worker and eight write the same bytes, a row a file in their order",
          "[batch]") {
  const Archive archive;
  for (const std::string ending : {".csv", ".jsonl"}) {
    archive.run(archive.options("one" + ending), 1);
    const BatchSummary summary = archive.run(archive.options("eight" + ending), 8);
    CHECK(archive.output("one" + ending) == archive.output("eight" + ending));
    CHECK(summary.ok + summary.refused == 18);
    CHECK(summary.errors == std::map<std::string, std::size_t>{{"corrupt", 2}});
    CHECK(summary.workers == 8);
    CHECK(aicovid::testing::schema_violations("batch_summary", to_json(summary)) ==
          std::vector<std::string>{});
  }
  const std::vector<std::string> lines = lines_of(archive.output("one.csv"));
  const std::vector<InputFile> files = archive.files();
  REQUIRE(lines.size() == 1 + files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    CHECK(lines[1 + i].starts_with(files[i].name + ","));
  }
  const std::vector<std::string> rows = lines_of(archive.output("one.jsonl"));
  CHECK(rows.size() == files.size());
  for (const std::string& row : rows) {
    CHECK(aicovid::testing::schema_violations("batch_row", row) == std::vector<std::string>{});
  }
  CHECK(aicovid::testing::schema_violations("batch_run", archive.output("one.csv.run.json")) ==
        std::vector<std::string>{});
  // Otherwise equal outputs would say little.
  CHECK(std::set<std::string>(rows.begin(), rows.end()).size() == rows.size());
}

TEST_CASE("Batch: an output that was cut anywhere is completed to the same bytes", "[batch]") {
  const Archive archive;
  const BatchSummary undisturbed = archive.run(archive.options("whole.csv"));
  const std::string whole = archive.output("whole.csv");
  BatchOptions options = archive.options();
  options.resume = true;
  for (std::size_t cut = 0; cut <= whole.size(); cut += 97) {
    CAPTURE(cut);
    archive.results.write("rows.csv", whole.substr(0, cut));
    archive.results.write("rows.csv.run.json", archive.output("whole.csv.run.json"));
    const BatchSummary summary = archive.run(options);
    CHECK(archive.output() == whole);
    CHECK(summary.errors == undisturbed.errors);
    CHECK(summary.ok == undisturbed.ok);
    CHECK(summary.refused == undisturbed.refused);
    CHECK(summary.resumed <= 20);
  }
}

TEST_CASE("Batch: who stops it can resume it", "[batch]") {
  const Archive archive;
  archive.run(archive.options("whole.csv"));
  BatchOptions options = archive.options();
  options.resume = true;
  std::size_t last = 0;
  for (int stops = 0; stops < 5; ++stops) {
    options.progress = [&](const BatchProgress& progress) {
      CHECK(progress.done > last);
      CHECK(progress.files == 20);
      last = progress.done;
      return progress.done < progress.resumed + 3;
    };
    try {
      archive.run(options);
      FAIL("it was not stopped");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::cancelled);
    }
  }
  CHECK(last == 15);
  options.progress = nullptr;
  CHECK(archive.run(options).resumed == 15);
  CHECK(archive.output() == archive.output("whole.csv"));
}

TEST_CASE("Batch: a file that changes or vanishes ends the run, and the rows before it stay",
          "[batch]") {
  const Archive archive;
  archive.run(archive.options("whole.csv"));
  const std::vector<InputFile> files = archive.files();
  const std::string changed = files[11].name;
  archive.folder.write("images/11.png", png_of(99) + "more");
  const auto run = [&](const std::string& name) {
    try {
      run_batch(small_assessor(2), files, archive.options(name));
    } catch (const FileError& error) {
      CHECK(error.file() == changed);
      CHECK(archive.output(name) ==
            archive.output("whole.csv").substr(0, archive.output("whole.csv").find(changed)));
      return error.code();
    }
    return ErrorCode::internal;
  };
  CHECK(run("changed.csv") == ErrorCode::io);
  fs::remove(changed);
  CHECK(run("vanished.csv") == ErrorCode::not_found);
}

TEST_CASE("Batch: another list, engine or table is refused, and the difference named", "[batch]") {
  const Archive archive;
  archive.run(archive.options());
  BatchOptions options = archive.options();
  CHECK(fault(archive, options).code() == ErrorCode::invalid_argument);
  options.resume = true;
  CHECK_NOTHROW(archive.run(options));
  const auto refused_for = [&](std::string_view difference) {
    const FileError error = fault(archive, options);
    CAPTURE(error.what());
    CHECK(error.code() == ErrorCode::invalid_argument);
    CHECK(error.file() == options.out.string());
    CHECK(std::string_view(error.what()).find(difference) != std::string_view::npos);
  };
  options.decode = Decode::fit;
  refused_for("/compute/decode is fit and was exact");
  options.decode = Decode::exact;
  options.clinical = BatchClinical{.table = archive.folder.write("t.csv", "id,age [a]\n00,64\n")};
  options.clinical->options.each.id_column = "id";
  refused_for("/clinical/sha256 is ");
  options.clinical.reset();
  archive.folder.write("images/03.png", png_of(99));
  refused_for("/list/sha256 is ");
  options.out = archive.results.path / "rows.txt";
  CHECK(fault(archive, options).code() == ErrorCode::invalid_argument);
}

TEST_CASE("Batch: rows of a table go with images by their names", "[batch]") {
  const Archive archive;
  BatchOptions options = archive.options();
  const std::string table = archive.folder.write(
      "table.csv", "id,age [a],sex\n00,64,female\n01,640,male\n04,50,male\n,51,male\n99,51,male\n");
  options.clinical = BatchClinical{.table = table, .match = IdMatch::stem};
  options.clinical->options.each.id_column = "id";
  const BatchSummary summary = archive.run(options);
  const std::vector<std::string> lines = lines_of(archive.output());
  CHECK(lines[1].find(".png,00,,") != std::string::npos);
  CHECK(lines[2].find(".png,01,,error,bad_clinical_input,") != std::string::npos);
  CHECK(lines[3].find(".png,,,") != std::string::npos);
  CHECK(lines[5].find(".png,04,,error,corrupt,") != std::string::npos);
  CHECK(summary.without_record == 16);
  CHECK(summary.errors ==
        std::map<std::string, std::size_t>{{"bad_clinical_input", 1}, {"corrupt", 2}});

  options.out = archive.results.path / "twice.csv";
  archive.folder.write("table.csv", "id,age [a],sex\nA,64,female\nB,61,male\nA,50,male\n");
  const FileError twice = fault(archive, options);
  CHECK(twice.file() == table);
  CHECK(std::string_view(twice.what()) == "row 3 has the id of row 1; expected each id once");
  archive.folder.write("table.csv", "id,age [a],sex\n,64,female\n");
  CHECK(fault(archive, options).code() == ErrorCode::invalid_argument);
  options.clinical->options.each.id_column = "name";
  CHECK(fault(archive, options).file() == table);
}
